package io.auditspring.sample.controlplane;

import io.auditspring.Actor;

import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;

/**
 * A machine that showed a valid API key: it may do what the key is for, nothing else. Its
 * principal is the actor, as which the starter takes it.
 */
final class ApiKeyAuthentication extends AbstractAuthenticationToken {

	private final Actor actor;

	private final long projectId;

	ApiKeyAuthentication(ApiKey key) {
		super(AuthorityUtils.createAuthorityList(authority(key)));
		this.actor = Actor.apiKey(key.getId(), key.getName());
		this.projectId = key.getProject().getId();
		setAuthenticated(true);
	}

	private static String authority(ApiKey key) {
		return switch (key.getScope()) {
			case DEPLOY -> "deploy:" + key.getProject().getId();
			case ADMINISTER -> "administer";
		};
	}

	long getProjectId() {
		return this.projectId;
	}

	@Override
	public Actor getPrincipal() {
		return this.actor;
	}

	@Override
	public String getName() {
		return this.actor.id();
	}

	@Override
	public String getCredentials() {
		return "";
	}

}
