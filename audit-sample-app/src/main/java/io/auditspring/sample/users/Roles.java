package io.auditspring.sample.users;

import io.auditspring.Audited;
import io.auditspring.Severity;

import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.server.ResponseStatusException;

/**
 * Gives people another role, which is worth a look whenever it happens.
 */
@Component
class Roles {

	private final UserRepository users;

	Roles(UserRepository users) {
		this.users = users;
	}

	@Transactional
	@PreAuthorize("hasRole('ADMIN')")
	@Audited(action = "user.role_changed", category = "authorization", severity = Severity.WARNING, targetType = "User",
			targetId = "#username", message = "Give #{#username} the role #{#role}")
	public void change(String username, Role role) {
		this.users.findById(username)
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no user " + username))
			.changeRole(role);
	}

}
