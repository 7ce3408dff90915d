package io.auditspring.sample.devices;

import java.io.IOException;
import java.io.UncheckedIOException;
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
 * Writes every device that answers into a file, and records how many did. No backup at
 * all needs a human now. Its entries name the job by itself, {@code DeviceBackup.run}.
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
	Result run() {
		List<Device> all = this.devices.findAll();
		List<String> lines = all.stream().filter(DeviceBackup::answers).map(DeviceBackup::line).toList();
		Result result = new Result(lines.size(), all.size() - lines.size(), all.size());
		if (result.isNothing()) {
			this.recorder.record(failed(result).error("No device answers").build());
			return result;
		}
		try {
			Files.write(this.file, lines);
			this.recorder.record(completed(result).metadata("bytes", Files.size(this.file)).build());
			return result;
		}
		catch (IOException ex) {
			this.recorder.record(failed(result).error(ex.getClass().getSimpleName() + ": " + ex.getMessage()).build());
			throw new UncheckedIOException(ex);
		}
	}

	private AuditRecord.Builder completed(Result result) {
		return event("backup.completed", result)
			.message("Backed up %s of %s devices".formatted(result.succeeded(), result.total()))
			.severity((result.failed() > 0) ? Severity.WARNING : Severity.INFO);
	}

	private AuditRecord.Builder failed(Result result) {
		return event("backup.failed", result).message("Backed up none of %s devices".formatted(result.total()))
			.outcome(Outcome.FAILURE)
			.severity(Severity.CRITICAL);
	}

	private AuditRecord.Builder event(String action, Result result) {
		return AuditRecord.action(action)
			.category("backup")
			.target("File", this.file.toAbsolutePath())
			.metadata("succeeded", result.succeeded())
			.metadata("failed", result.failed())
			.metadata("total", result.total());
	}

	private static boolean answers(Device device) {
		try {
			Connection.to(device.getHost(), device.getPort());
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static String line(Device device) {
		return String.join("\t", device.getName(), device.getHost(), Integer.toString(device.getPort()));
	}

	/**
	 * How a backup went.
	 *
	 * @param succeeded how many devices it has
	 * @param failed how many did not answer
	 * @param total how many there are
	 */
	record Result(int succeeded, int failed, int total) {

		boolean isNothing() {
			return this.total > 0 && this.succeeded == 0;
		}

	}

}
