package io.auditspring.sample.users;

import java.time.Instant;

import io.auditspring.AuditIgnore;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/**
 * That somebody may set the password of a user without signing in, once and for a while.
 * A user has one at most: a newer one ends the older.
 */
@Entity
@AuditIgnore // How it works; what it did is the change of the user
class PasswordReset {

	@Id
	private String username;

	private String tokenHash;

	private Instant expiresAt;

	@SuppressWarnings("NullAway.Init") // JPA fills the fields
	protected PasswordReset() {
	}

	PasswordReset(String username, String tokenHash, Instant expiresAt) {
		this.username = username;
		this.tokenHash = tokenHash;
		this.expiresAt = expiresAt;
	}

	boolean isUsable() {
		return this.expiresAt.isAfter(Instant.now());
	}

	String getUsername() {
		return this.username;
	}

	String getTokenHash() {
		return this.tokenHash;
	}

}
