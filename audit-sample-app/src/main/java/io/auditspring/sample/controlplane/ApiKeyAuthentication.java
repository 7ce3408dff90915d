package io.auditspring.sample.controlplane;

import io.auditspring.Actor;

import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;

/**
 * A machine that showed a valid API key: it may deploy the key's project, nothing else.
 * Its principal is the actor, as which the starter takes it.
 */
final class ApiKeyAuthentication extends AbstractAuthenticationToken {

	private final Actor actor;

	private final long projectId;

	ApiKeyAuthentication(String keyId, String keyName, long projectId) {
		super(AuthorityUtils.createAuthorityList("deploy:" + projectId));
		this.actor = Actor.apiKey(keyId, keyName);
		this.projectId = projectId;
		setAuthenticated(true);
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
