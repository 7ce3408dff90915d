package io.auditspring.sample.devices;

import java.io.IOException;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Outcome;
import io.auditspring.Severity;

import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Component;

/**
 * Brings in devices that answer. Success is the entry of {@link Devices#add}; a device
 * that does not answer is recorded here, because that deserves another severity.
 */
@Component
class Onboarding {

	private final Devices devices;

	private final AuditRecorder recorder;

	Onboarding(Devices devices, AuditRecorder recorder) {
		this.devices = devices;
		this.recorder = recorder;
	}

	@PreAuthorize("hasRole('MANAGER')")
	public Device onboard(String name, String host, int port) throws IOException {
		try {
			Connection.to(host, port);
		}
		catch (IOException ex) {
			this.recorder.record(unreachable(name, host, port, ex));
			throw ex;
		}
		return this.devices.add(name, host, port);
	}

	private static AuditRecord unreachable(String name, String host, int port, IOException ex) {
		return AuditRecord.action("device.onboarded")
			.category("device_management")
			.severity(Severity.ERROR)
			.outcome(Outcome.FAILURE)
			.target("Device", null)
			.targetName(name)
			.message("Onboard device %s".formatted(name))
			.error(ex.getClass().getSimpleName() + ": " + ex.getMessage())
			.metadata("address", host + ":" + port)
			.build();
	}

}
