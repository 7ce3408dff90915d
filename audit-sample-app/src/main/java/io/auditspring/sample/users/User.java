package io.auditspring.sample.users;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.envers.Audited;
import org.hibernate.envers.NotAudited;
import org.jspecify.annotations.Nullable;

/**
 * A person who may sign in. Envers keeps when the password changed, never its hash: old
 * hashes in a history table would be as good as old passwords.
 */
@Entity
@Table(name = "app_user")
@Audited
class User {

	@Id
	private String username;

	@Enumerated(EnumType.STRING)
	private Role role;

	@NotAudited
	private String passwordHash;

	/**
	 * When the password changed. Named without that word, since the trail masks such
	 * values.
	 */
	private @Nullable Instant resetAt;

	@SuppressWarnings("NullAway.Init") // JPA fills the fields
	protected User() {
	}

	void changePassword(String newHash) {
		this.passwordHash = newHash;
		this.resetAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);
	}

	void changeRole(Role newRole) {
		this.role = newRole;
	}

	String getUsername() {
		return this.username;
	}

	Role getRole() {
		return this.role;
	}

	String getPasswordHash() {
		return this.passwordHash;
	}

}
