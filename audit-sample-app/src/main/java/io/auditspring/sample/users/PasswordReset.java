package io.auditspring.sample.users;

import java.time.Instant;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/**
 * That somebody may set the password of a user without signing in, once and for a while.
 * A user has one at most: a newer one ends the older.
 */
@Entity
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
