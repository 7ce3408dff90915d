package io.auditspring.sample.devices;

import java.io.IOException;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;

import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/devices")
class DeviceController {

	private final Onboarding onboarding;

	private final Devices devices;

	private final DeviceBackup backup;

	DeviceController(Onboarding onboarding, Devices devices, DeviceBackup backup) {
		this.onboarding = onboarding;
		this.devices = devices;
		this.backup = backup;
	}

	@PostMapping
	@ResponseStatus(HttpStatus.CREATED)
	DeviceView onboard(@Valid @RequestBody NewDevice body) throws IOException {
		Device device = this.onboarding.onboard(body.name(), body.host(), body.port());
		return new DeviceView(device.getId(), device.getName());
	}

	@PutMapping("/{id}")
	DeviceView update(@PathVariable long id, @Valid @RequestBody Address body) {
		Device device = this.devices.update(id, body.host(), body.port());
		return new DeviceView(device.getId(), device.getName());
	}

	@DeleteMapping("/{id}")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void remove(@PathVariable long id) {
		this.devices.remove(id);
	}

	@PostMapping("/backup")
	@PreAuthorize("hasRole('MANAGER')")
	DeviceBackup.Result backUp() {
		return this.backup.run();
	}

	@ExceptionHandler
	ProblemDetail unreachable(IOException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_GATEWAY, "The device does not answer");
	}

	@ExceptionHandler
	ProblemDetail duplicate(DataIntegrityViolationException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "There is a device of this name already");
	}

	record NewDevice(@NotBlank String name, @NotBlank String host, @Min(1) @Max(65535) int port) {

	}

	record Address(@NotBlank String host, @Min(1) @Max(65535) int port) {

	}

	record DeviceView(long id, String name) {

	}

}
