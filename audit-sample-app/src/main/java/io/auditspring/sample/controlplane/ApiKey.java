package io.auditspring.sample.controlplane;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import org.hibernate.envers.Audited;
import org.hibernate.envers.NotAudited;
import org.jspecify.annotations.Nullable;

/**
 * What a machine identifies itself with. The id is public and names the key in the audit
 * trail; of the secret only the hash exists.
 */
@Entity
@Audited
class ApiKey {

	@Id
	private String id;

	private String name;

	@ManyToOne(fetch = FetchType.LAZY)
	private Project project;

	@NotAudited
	private String secretHash;

	@Enumerated(EnumType.STRING)
	private Scope scope;

	private @Nullable Instant expiresAt;

	private @Nullable Instant revokedAt;

	@SuppressWarnings("NullAway.Init") // JPA fills the fields
	protected ApiKey() {
	}

	ApiKey(String id, String name, Project project, String secretHash, Scope scope, @Nullable Instant expiresAt) {
		this.id = id;
		this.name = name;
		this.project = project;
		this.secretHash = secretHash;
		this.scope = scope;
		this.expiresAt = (expiresAt != null) ? expiresAt.truncatedTo(ChronoUnit.MILLIS) : null;
	}

	void revoke() {
		if (this.revokedAt == null) {
			this.revokedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);
		}
	}

	boolean isUsable() {
		return this.revokedAt == null && (this.expiresAt == null || this.expiresAt.isAfter(Instant.now()));
	}

	String getId() {
		return this.id;
	}

	String getName() {
		return this.name;
	}

	Project getProject() {
		return this.project;
	}

	String getSecretHash() {
		return this.secretHash;
	}

	Scope getScope() {
		return this.scope;
	}

	/**
	 * What a key may do.
	 */
	enum Scope {

		/** Deploys the project it belongs to. */
		DEPLOY,

		/** Creates projects, and keys that deploy them. */
		ADMINISTER

	}

}
