package io.auditspring.sample.devices;

import io.auditspring.Audited;

import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The devices that were brought in.
 */
@Component
class Devices {

	private final DeviceRepository devices;

	Devices(DeviceRepository devices) {
		this.devices = devices;
	}

	@Transactional
	@PreAuthorize("hasRole('MANAGER')")
	@Audited(action = "device.onboarded", category = "device", targetName = "#name",
			metadata = "{address: #host + ':' + #port}", message = "Onboard device #{#name}")
	public Device add(String name, String host, int port) {
		return this.devices.save(new Device(name, host, port));
	}

}
