package io.auditspring.sample.users;

import io.auditspring.Audited;
import io.auditspring.Sensitive;

import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.server.ResponseStatusException;

/**
 * Sets new passwords: one's own, or as an administrator anybody's.
 */
@Component
class Passwords {

	private final UserRepository users;

	private final PasswordEncoder encoder;

	Passwords(UserRepository users, PasswordEncoder encoder) {
		this.users = users;
		this.encoder = encoder;
	}

	@Transactional
	@PreAuthorize("hasRole('ADMIN') or #username == authentication.name")
	@Audited(action = "user.password_reset", category = "authentication", targetType = "User", targetId = "#username",
			metadata = "{method: #actor.id == #username ? 'self-service' : 'administrator'}",
			message = "Reset the password of #{#username}")
	public void reset(String username, @Sensitive String newPassword) {
		User user = this.users.findById(username)
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no user " + username));
		user.changePassword(this.encoder.encode(newPassword));
	}

}
