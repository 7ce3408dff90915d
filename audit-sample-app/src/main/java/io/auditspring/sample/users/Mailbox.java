package io.auditspring.sample.users;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Stands in for a mail server: no mail is sent. The last one that would have been is in a
 * file.
 */
@Component
class Mailbox {

	private final Path file;

	private final int port;

	Mailbox(@Value("${back-office.last-mail}") Path file, @Value("${server.port:8080}") int port) {
		this.file = file;
		this.port = port;
	}

	void sendResetLink(String username, ResetToken token) {
		String mail = """
				This is no mail: the back office has no mail server and keeps the last mail it would send in this file.

				To: %s

				Somebody asked for a new password for you. Within %s minutes it can be set by

				curl -H 'Content-Type: application/json' -d '{"token": "%s", "newPassword": "…"}' \\
				     http://localhost:%s/api/password-resets/confirm
				""".formatted(username, PasswordResets.VALID.toMinutes(), token.text(), this.port);
		try {
			Files.createDirectories(this.file.toAbsolutePath().getParent());
			Files.writeString(this.file, mail);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
