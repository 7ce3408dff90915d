package io.auditspring.sample.devices;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

import io.auditspring.sample.BackOffice;
import io.auditspring.sample.BackOfficeTest;
import io.auditspring.sample.Entries;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.scheduling.config.ScheduledTaskHolder;
import org.springframework.test.web.servlet.client.RestTestClient;

import static io.auditspring.sample.EntryAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

@BackOfficeTest
class DevicesTests {

	@Autowired
	private BackOffice backOffice;

	@Autowired
	private Entries entries;

	@Autowired
	private DeviceRepository devices;

	@Autowired
	private ScheduledTaskHolder jobs;

	@Value("${back-office.device-backup.file}")
	private Path file;

	@Test
	void aDeviceThatAnswersIsOnboarded() throws IOException {
		try (ServerSocket device = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			onboard("Scanner 7", device.getLocalPort()).expectStatus().isCreated();
			JsonNode entry = awaitEntryOf("Scanner 7");
			assertThat(entry).isEntry("""
					{
					  "actor": {"type": "user", "id": "manager", "name": "manager", "impersonatorId": null},
					  "action": "device.onboarded",
					  "category": "device_management",
					  "severity": "info",
					  "outcome": "success",
					  "target": {"type": "Device", "id": "%1$d", "name": "Scanner 7"},
					  "message": "Onboard device Scanner 7",
					  "after": {"id": %1$d, "name": "Scanner 7", "host": "127.0.0.1", "port": %2$d},
					  "metadata": {"address": "127.0.0.1:%2$d",
					      "request": {"method": "POST", "path": "/api/devices"}},
					  "ipAddress": "127.0.0.1",
					  "geolocation": {"country": "NO", "city": "Oslo", "source": "stand-in"},
					  "userAgent": "back-office-tests/1.0",
					  "revision": %3$d
					}
					""".formatted(entry.get("after").get("id").asLong(), device.getLocalPort(),
					entry.get("revision").asLong()));
		}
	}

	@Test
	void aDeviceThatDoesNotAnswerLeavesAnError() throws IOException {
		int closed = closedPort();
		onboard("Scanner 8", closed).expectStatus().isEqualTo(502);
		assertThat(awaitEntryOf("Scanner 8")).isEntry("""
				{
				  "actor": {"type": "user", "id": "manager", "name": "manager", "impersonatorId": null},
				  "action": "device.onboarded",
				  "category": "device_management",
				  "severity": "error",
				  "outcome": "failure",
				  "target": {"type": "Device", "id": null, "name": "Scanner 8"},
				  "message": "Onboard device Scanner 8",
				  "error": "ConnectException: Connection refused",
				  "metadata": {"address": "127.0.0.1:%d",
				      "request": {"method": "POST", "path": "/api/devices"}},
				  "ipAddress": "127.0.0.1",
				  "geolocation": {"country": "NO", "city": "Oslo", "source": "stand-in"},
				  "userAgent": "back-office-tests/1.0"
				}
				""".formatted(closed));
	}

	@Test
	void theBackupJobRecordsHowManyDevicesAnswered() throws IOException {
		this.devices.deleteAll();
		try (ServerSocket answering = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.devices.save(new Device("Awake", "127.0.0.1", answering.getLocalPort()));
			this.devices.save(new Device("Asleep", "127.0.0.1", closedPort()));
			this.jobs.getScheduledTasks()
				.stream()
				.filter((job) -> job.toString().endsWith("DeviceBackup.run"))
				.forEach((job) -> job.getTask().getRunnable().run());
		}
		assertThat(Files.readAllLines(this.file)).hasSize(1);
		JsonNode entry = this.entries.await("action=backup.completed");
		assertThat(entry).isEntry("""
				{
				  "actor": {"type": "system", "id": "system", "name": "DeviceBackup.run", "impersonatorId": null},
				  "action": "backup.completed",
				  "category": "backup",
				  "severity": "warning",
				  "outcome": "success",
				  "target": {"type": "File", "id": "%s", "name": null},
				  "message": "Backed up 1 of 2 devices",
				  "metadata": {"succeeded": 1, "failed": 1, "total": 2, "bytes": %d}
				}
				""".formatted(this.file.toAbsolutePath(), Files.size(this.file)));
	}

	@Test
	void aBackupWithoutAnyDeviceIsCritical() throws IOException {
		this.devices.deleteAll();
		this.devices.save(new Device("Asleep", "127.0.0.1", closedPort()));
		this.backOffice.as("analyst").post().uri("/api/devices/backup").exchange().expectStatus().isForbidden();
		this.backOffice.as("manager").post().uri("/api/devices/backup").exchange().expectStatus().isOk();
		assertThat(this.entries.await("severity=critical&action=backup.failed")).isEntry("""
				{
				  "actor": {"type": "user", "id": "manager", "name": "manager", "impersonatorId": null},
				  "action": "backup.failed",
				  "category": "backup",
				  "severity": "critical",
				  "outcome": "failure",
				  "target": {"type": "File", "id": "%s", "name": null},
				  "message": "Backed up none of 1 devices",
				  "error": "No device answers",
				  "metadata": {"succeeded": 0, "failed": 1, "total": 1,
				      "request": {"method": "POST", "path": "/api/devices/backup"}},
				  "ipAddress": "127.0.0.1",
				  "geolocation": {"country": "NO", "city": "Oslo", "source": "stand-in"},
				  "userAgent": "back-office-tests/1.0"
				}
				""".formatted(this.file.toAbsolutePath()));
	}

	@Test
	void movingADeviceShowsBothAddressesAndRemovingItTheLast() {
		long id = this.devices.save(new Device("Scanner 11", "127.0.0.1", 11)).getId();
		this.backOffice.as("manager")
			.put()
			.uri("/api/devices/{id}", id)
			.contentType(MediaType.APPLICATION_JSON)
			.body("""
					{"host": "10.1.0.5", "port": 9100}""")
			.exchange()
			.expectStatus()
			.isOk();
		JsonNode moved = this.entries.await("action=device.updated&targetType=Device&targetId=" + id);
		assertThat(moved.get("category").asString()).isEqualTo("configuration_change");
		assertThat(moved.at("/target/name").asString()).isEqualTo("Scanner 11");
		assertThat(moved.get("changeSummary").asString()).isEqualTo("host: 127.0.0.1 → 10.1.0.5, port: 11 → 9100");
		this.backOffice.as("manager").delete().uri("/api/devices/{id}", id).exchange().expectStatus().isNoContent();
		JsonNode removed = this.entries.await("action=device.removed&targetType=Device&targetId=" + id);
		assertThat(removed.get("before")).isEqualTo(moved.get("after"));
		assertThat(removed.get("after").isNull()).isTrue();
		this.backOffice.as("manager").delete().uri("/api/devices/{id}", id).exchange().expectStatus().isNotFound();
	}

	@Test
	void aDeviceThatIsChangedWithoutAnAuditedCallLeavesAnEntry() {
		Device device = this.devices.save(new Device("Scanner 9", "127.0.0.1", 9));
		JsonNode entry = this.entries.await("action=entity.created&targetType=Device&targetId=" + device.getId());
		assertThat(entry).isEntry("""
				{
				  "actor": {"type": "system", "id": "system", "name": "system", "impersonatorId": null},
				  "action": "entity.created",
				  "severity": "info",
				  "outcome": "success",
				  "target": {"type": "Device", "id": "%1$d", "name": null},
				  "message": "Device %1$d created",
				  "after": {"id": %1$d, "name": "Scanner 9", "host": "127.0.0.1", "port": 9},
				  "revision": %2$d
				}
				""".formatted(device.getId(), entry.get("revision").asLong()));
	}

	@Test
	void aClientInAnOfficeIsLocatedAndItsDeviceNamed() {
		this.backOffice.as("manager")
			.post()
			.uri("/api/devices")
			.header("X-Forwarded-For", "10.2.0.7")
			.header("X-Device-Fingerprint", "laptop-17")
			.contentType(MediaType.APPLICATION_JSON)
			.body("""
					{"name": "Scanner 10", "host": "127.0.0.1", "port": 1}""")
			.exchange();
		JsonNode entry = awaitEntryOf("Scanner 10");
		assertThat(entry.get("ipAddress").asString()).isEqualTo("10.2.0.7");
		assertThat(entry.get("geolocation").toString())
			.isEqualTo("{\"city\":\"Bergen\",\"country\":\"NO\",\"source\":\"stand-in\"}");
		assertThat(entry.get("deviceFingerprint").asString()).isEqualTo("laptop-17");
	}

	private JsonNode awaitEntryOf(String device) {
		return this.entries.await("action=device.onboarded",
				(entry) -> entry.get("target").get("name").asString().equals(device));
	}

	private RestTestClient.ResponseSpec onboard(String name, int port) {
		return this.backOffice.as("manager").post().uri("/api/devices").contentType(MediaType.APPLICATION_JSON).body("""
				{"name": "%s", "host": "127.0.0.1", "port": %d}""".formatted(name, port)).exchange();
	}

	private static int closedPort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

}
