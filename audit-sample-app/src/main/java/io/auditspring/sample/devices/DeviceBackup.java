package io.auditspring.sample.devices;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Outcome;
import io.auditspring.Severity;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Writes every device into a file, and records how many they were. Its entries name the
 * job by itself, {@code DeviceBackup.run}.
 */
@Component
class DeviceBackup {

	private final DeviceRepository devices;

	private final AuditRecorder recorder;

	private final Path file;

	DeviceBackup(DeviceRepository devices, AuditRecorder recorder,
			@Value("${back-office.device-backup.file}") Path file) {
		this.devices = devices;
		this.recorder = recorder;
		this.file = file;
	}

	@Scheduled(cron = "${back-office.device-backup.cron}")
	void run() throws IOException {
		List<String> lines = this.devices.findAll().stream().map(DeviceBackup::line).toList();
		try {
			Files.write(this.file, lines);
		}
		catch (IOException ex) {
			this.recorder.record(event("backup.failed").severity(Severity.ERROR)
				.outcome(Outcome.FAILURE)
				.error(ex.getClass().getSimpleName() + ": " + ex.getMessage())
				.build());
			throw ex;
		}
		this.recorder.record(event("backup.completed").metadata("devices", lines.size())
			.metadata("bytes", Files.size(this.file))
			.build());
	}

	private AuditRecord.Builder event(String action) {
		return AuditRecord.action(action).category("backup").target("File", this.file.toAbsolutePath());
	}

	private static String line(Device device) {
		return String.join("\t", device.getName(), device.getHost(), Integer.toString(device.getPort()));
	}

}
