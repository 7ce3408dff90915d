package io.auditspring.sample.users;

import java.time.Duration;
import java.time.Instant;

import io.auditspring.AuditContext;
import io.auditspring.Audited;
import io.auditspring.Sensitive;

import org.springframework.http.HttpStatus;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.server.ResponseStatusException;

/**
 * Sets new passwords for people who cannot sign in: a link is mailed to them. Nobody is
 * signed in, so the actor is anonymous; whom it is about is the target.
 */
@Component
@Transactional
class PasswordResets {

	static final Duration VALID = Duration.ofMinutes(30);

	private final UserRepository users;

	private final PasswordResetRepository resets;

	private final PasswordEncoder encoder;

	private final Mailbox mailbox;

	PasswordResets(UserRepository users, PasswordResetRepository resets, PasswordEncoder encoder, Mailbox mailbox) {
		this.users = users;
		this.resets = resets;
		this.encoder = encoder;
		this.mailbox = mailbox;
	}

	/**
	 * Mails a link. The caller is not told whether there is such a user, and the entry
	 * does not keep names of which there is none: they may be mistyped passwords.
	 * @param username who wants a new password
	 */
	@Audited(action = "user.password_reset_requested", category = "authentication", metadata = "{method: 'email_link'}",
			message = "Ask for a link that resets a password")
	public void request(String username) {
		this.users.findById(username).ifPresent((user) -> {
			ResetToken token = ResetToken.random();
			this.resets.save(new PasswordReset(username, token.hash(), Instant.now().plus(VALID)));
			this.mailbox.sendResetLink(username, token);
			AuditContext.current()
				.target("User", username)
				.message("Mail %s a link that resets the password".formatted(username));
		});
	}

	@Audited(action = "user.password_reset", category = "authentication", metadata = "{method: 'email_link'}",
			message = "Reset a password by a mailed link")
	public void confirm(@Sensitive String token, @Sensitive String newPassword) {
		PasswordReset reset = this.resets.findByTokenHash(new ResetToken(token).hash())
			.orElseThrow(PasswordResets::invalid);
		String username = reset.getUsername();
		AuditContext.current()
			.target("User", username)
			.message("Reset the password of %s by a mailed link".formatted(username));
		if (!reset.isUsable()) {
			throw invalid();
		}
		this.users.findById(username).orElseThrow().changePassword(this.encoder.encode(newPassword));
		this.resets.delete(reset);
	}

	private static ResponseStatusException invalid() {
		return new ResponseStatusException(HttpStatus.BAD_REQUEST, "The link is not valid, or no longer");
	}

}
