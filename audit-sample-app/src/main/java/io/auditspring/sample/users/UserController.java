package io.auditspring.sample.users;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/users/{username}")
class UserController {

	private final Passwords passwords;

	private final Roles roles;

	UserController(Passwords passwords, Roles roles) {
		this.passwords = passwords;
		this.roles = roles;
	}

	@PutMapping("/password")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void resetPassword(@PathVariable String username, @Valid @RequestBody NewPassword body) {
		this.passwords.reset(username, body.newPassword());
	}

	@PutMapping("/role")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void changeRole(@PathVariable String username, @Valid @RequestBody NewRole body) {
		this.roles.change(username, body.role());
	}

	record NewRole(@NotNull Role role) {

	}

	/**
	 * The wish for a new password. BCrypt reads no more than 72 bytes.
	 *
	 * @param newPassword the password in clear text
	 */
	record NewPassword(@NotNull @Size(min = 12, max = 72) String newPassword) {

		@Override
		public String toString() {
			return "NewPassword[hidden]"; // Spring MVC logs request bodies at debug level
		}

	}

}
