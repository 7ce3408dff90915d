package io.auditspring.sample.users;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/password-resets")
class PasswordResetController {

	private final PasswordResets resets;

	PasswordResetController(PasswordResets resets) {
		this.resets = resets;
	}

	@PostMapping
	@ResponseStatus(HttpStatus.ACCEPTED)
	void request(@Valid @RequestBody Wish body) {
		this.resets.request(body.username());
	}

	/** The token comes in the body: paths end up in the logs of proxies. */
	@PostMapping("/confirm")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void confirm(@Valid @RequestBody Confirmation body) {
		this.resets.confirm(body.token(), body.newPassword());
	}

	record Wish(@NotBlank @Size(max = 100) String username) {

		@Override
		public String toString() {
			return "Wish[hidden]"; // It may be a mistyped password
		}

	}

	record Confirmation(@NotBlank @Size(max = 100) String token,
			@NotNull @Size(min = 12, max = 72) String newPassword) {

		@Override
		public String toString() {
			return "Confirmation[hidden]"; // Spring MVC logs request bodies at debug
											// level
		}

	}

}
