package io.auditspring.sample.controlplane;

import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;

/**
 * A machine that showed a valid API key: it may deploy the key's project, nothing else.
 */
final class ApiKeyAuthentication extends AbstractAuthenticationToken {

	private final String keyId;

	private final String keyName;

	ApiKeyAuthentication(String keyId, String keyName, long projectId) {
		super(AuthorityUtils.createAuthorityList("deploy:" + projectId));
		this.keyId = keyId;
		this.keyName = keyName;
		setAuthenticated(true);
	}

	String keyName() {
		return this.keyName;
	}

	@Override
	public String getPrincipal() {
		return this.keyId;
	}

	@Override
	public String getCredentials() {
		return "";
	}

}
