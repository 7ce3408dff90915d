package io.auditspring.sample.devices;

import io.auditspring.AuditContext;
import io.auditspring.AuditTarget;
import io.auditspring.Audited;

import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.server.ResponseStatusException;

/**
 * The devices that were brought in: their state before and after is in the entries.
 */
@Component
class Devices {

	private final DeviceRepository devices;

	Devices(DeviceRepository devices) {
		this.devices = devices;
	}

	@Transactional
	@PreAuthorize("hasRole('MANAGER')")
	@Audited(action = "device.onboarded", category = "device_management", targetName = "#name",
			metadata = "{address: #host + ':' + #port}", message = "Onboard device #{#name}")
	public Device add(String name, String host, int port) {
		return this.devices.save(new Device(name, host, port));
	}

	@Transactional
	@PreAuthorize("hasRole('MANAGER')")
	@Audited(action = "device.updated", category = "configuration_change",
			message = "Move device #{#id} to #{#host}:#{#port}")
	public Device update(@AuditTarget("Device") long id, String host, int port) {
		Device device = find(id);
		device.move(host, port);
		return device;
	}

	@Transactional
	@PreAuthorize("hasRole('MANAGER')")
	@Audited(action = "device.removed", category = "device_management", message = "Remove device #{#id}")
	public void remove(@AuditTarget("Device") long id) {
		this.devices.delete(find(id));
	}

	private Device find(long id) {
		Device device = this.devices.findById(id)
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no device " + id));
		AuditContext.current().targetName(device.getName());
		return device;
	}

}
