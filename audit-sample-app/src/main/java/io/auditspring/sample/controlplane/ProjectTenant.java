package io.auditspring.sample.controlplane;

import io.auditspring.TenantResolver;
import org.jspecify.annotations.Nullable;

import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;

/**
 * A machine works on behalf of the project that its key belongs to; people work for the
 * back office itself.
 */
@Component
class ProjectTenant implements TenantResolver {

	@Override
	public @Nullable String resolveTenant() {
		return (SecurityContextHolder.getContext().getAuthentication() instanceof ApiKeyAuthentication key)
				? "project-" + key.getProjectId() : null;
	}

}
