package io.auditspring.actuate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.auditspring.AuditDeliveryException;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.internal.outbox.Relay;
import io.auditspring.shop.ShopConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What those who watch an application over HTTP see of delivery.
 */
@ExtendWith(OutputCaptureExtension.class)
class DeliveryHttpTests {

	private final DataSource database = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	private final HttpClient http = HttpClient.newHttpClient();

	private ConfigurableApplicationContext context;

	@AfterEach
	void stop() {
		this.context.close();
	}

	private void start(String... properties) {
		ApplicationContextInitializer<GenericApplicationContext> dataSource = (context) -> context
			.registerBean("dataSource", DataSource.class, () -> ShopConfiguration.pool(this.database));
		this.context = new SpringApplicationBuilder(Application.class).initializers(dataSource)
			.properties("server.port=0", "spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false", "management.endpoint.health.show-details=always",
					"audit.relay.poll-interval=20ms")
			.properties(properties)
			.run();
	}

	private void record(String action, Delivery mode) {
		this.context.getBean(AuditRecorder.class)
			.record(AuditRecord.action(action).message("contents").delivery(mode).build());
	}

	private String get(String path) throws IOException, InterruptedException {
		return send(request(path).GET()).body();
	}

	private int status(String path) throws IOException, InterruptedException {
		return send(request(path).GET()).statusCode();
	}

	private HttpRequest.Builder request(String path) {
		int port = ((ServletWebServerApplicationContext) this.context).getWebServer().getPort();
		return HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/" + path));
	}

	private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
		return this.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	private void awaitBody(String path, String... parts) {
		Awaitility.await().untilAsserted(() -> assertThat(get(path)).contains(parts));
	}

	@Test
	void healthIsUpWhileTheTrailIsKept() throws Exception {
		start();
		awaitBody("health", "\"audit\":{", "\"backlog\":0");
		assertThat(get("health/audit")).contains("\"status\":\"UP\"");
		assertThat(status("health/audit")).isEqualTo(200);
	}

	@Test
	void healthIsDownWithTheReasonWhileWritingFailsAndUpAgainAfterwards() throws Exception {
		start("audit.health.tolerance=0s");
		this.log.jdbc().execute("alter table audit.audit_outbox rename to away");
		awaitBody("health/audit", "\"status\":\"DOWN\"", "audit-relay has been failing for", "PSQLException 42P01");
		assertThat(status("health/audit")).isEqualTo(503);
		assertThat(get("health/audit")).doesNotContain("audit_outbox");
		this.log.jdbc().execute("alter table audit.away rename to audit_outbox");
		awaitBody("health/audit", "\"status\":\"UP\"");
	}

	@Test
	void healthTellsThatTheSpoolCannotBeUsedBeforeItIsNeeded(@TempDir Path directory, CapturedOutput output)
			throws Exception {
		start("audit.spool.directory=" + Files.createFile(directory.resolve("file")).resolve("spool"));
		awaitBody("health/audit", "\"status\":\"UP\"", "\"spool\":\"cannot be used");
		Awaitility.await()
			.untilAsserted(() -> assertThat(output).contains("The spool", "Give audit.spool.directory a directory"));
	}

	@Test
	void healthIsDownWhenEntriesWereDiscarded() {
		start("audit.async.capacity=1", "audit.async.overflow=discard", "audit.batch.size=1", "audit.batch.linger=0");
		Awaitility.await().untilAsserted(() -> {
			for (int i = 0; i < 100; i++) {
				record("many", Delivery.ASYNC);
			}
			assertThat(get("health/audit")).contains("\"status\":\"DOWN\"", "the asynchronous buffer was full");
		});
	}

	@Test
	void healthIsOutOfServiceWhenEntriesAreKeptUntilTheyCanBeStored() throws Exception {
		start();
		this.log.jdbc().execute("alter table audit.audit_outbox add check (entries not like '%poison%')");
		assertThatExceptionOfType(AuditDeliveryException.class)
			.isThrownBy(() -> record("poison", Delivery.TRANSACTIONAL));
		assertThat(get("health/audit")).contains("OUT_OF_SERVICE",
				"entries could not be stored at once, and are kept: PSQLException 23514");
		this.log.await(1);
	}

	@Test
	void healthIsOutOfServiceWhileEntriesWaitTooLong() throws Exception {
		start("audit.health.max-backlog-age=0s");
		this.log.jdbc()
			.update("insert into audit.audit_chain (name, ledger_id, size, head) values ('main', gen_random_uuid(), 0, ?) on conflict do nothing",
					new byte[32]);
		try (Connection holder = this.database.getConnection()) {
			holder.setAutoCommit(false);
			holder.createStatement().execute("select from audit.audit_chain where name = 'main' for update");
			record("waits", Delivery.TRANSACTIONAL);
			awaitBody("health/audit", "OUT_OF_SERVICE", "audit-relay has not got on for");
			holder.rollback();
		}
	}

	@Test
	void theGaugesShowWhatWaitsWhileTheRelayCanMoveNothing() {
		start();
		MeterRegistry meters = this.context.getBean(MeterRegistry.class);
		this.log.jdbc().execute("alter table audit.audit_log rename to away");
		record("waits", Delivery.TRANSACTIONAL);
		this.log.jdbc().update("update audit.audit_outbox set created_at = created_at - interval '2 minutes'");
		Awaitility.await().untilAsserted(() -> {
			assertThat(meters.get("audit.relay.backlog").gauge().value()).isOne();
			assertThat(meters.get("audit.relay.backlog.age").timeGauge().value(TimeUnit.SECONDS)).isGreaterThan(60);
		});
		this.log.jdbc().execute("alter table audit.away rename to audit_log");
		// It waits longer after each failure otherwise.
		Relay relay = this.context.getBean(Relay.class);
		relay.stop();
		relay.start();
		this.log.await(1);
		Awaitility.await().untilAsserted(() -> assertThat(meters.get("audit.relay.backlog").gauge().value()).isZero());
	}

	/** As after the property audit.chain was changed, and nobody can take them over. */
	@Test
	void whatWaitsForAChainThatNobodyServesIsSeenByHealthAndMeters() throws Exception {
		start("audit.relay.take-over-after=1s", "audit.health.max-backlog-age=1m", "audit.health.tolerance=10m");
		this.log.jdbc().execute("select audit.audit_ledger_id('former')");
		try (Connection holder = this.database.getConnection()) {
			holder.setAutoCommit(false);
			holder.createStatement().execute("select from audit.audit_chain where name = 'former' for update");
			this.log.jdbc().update("""
					insert into audit.audit_outbox (chain, entries, created_at)
					values ('former', '[]', clock_timestamp() - interval '10 min')
					""");
			awaitBody("health/audit", "OUT_OF_SERVICE", "staged entries of chains that no instance serves", "[former]");
			assertThat(this.context.getBean(MeterRegistry.class).get("audit.relay.unserved").gauge().value()).isOne();
			holder.rollback();
		}
		awaitBody("health/audit", "\"status\":\"UP\"");
	}

	@Test
	void healthCanBeSwitchedOffAndIsNoPartOfReadiness() throws Exception {
		start("management.health.audit.enabled=false");
		assertThat(status("health/audit")).isEqualTo(404);
		this.context.close();
		start("management.endpoint.health.probes.enabled=true");
		assertThat(get("health/readiness")).contains("UP").doesNotContain("audit");
	}

	@Test
	void theEndpointIsNotExposedUnlessAskedFor() throws Exception {
		start();
		assertThat(status("audit")).isEqualTo(404);
	}

	@Test
	void theEndpointShowsTheStateOfDelivery() throws Exception {
		start("management.endpoints.web.exposure.include=audit");
		record("one", Delivery.TRANSACTIONAL);
		record("two", Delivery.ASYNC);
		this.log.await(2);
		awaitBody("audit", "\"TRANSACTIONAL\":1", "\"ASYNC\":1", "\"delivered\":2");
		assertThat(get("audit"))
			.contains("\"defaultDelivery\":\"TRANSACTIONAL\"", "\"name\":\"audit-relay\"", "\"running\":true",
					"\"capacity\":10000")
			.doesNotContain("contents");
	}

	@Test
	void theQuarantineIsListedAndTriedAgain() throws Exception {
		start("management.endpoints.web.exposure.include=audit");
		this.log.jdbc().execute("alter table audit.audit_log add constraint refused check (action <> 'bad')");
		record("bad", Delivery.SYNC);
		assertThat(get("audit/quarantine")).contains("\"count\":1", "\"action\":\"bad\"", "constraint \\\"refused\\\"")
			.doesNotContain("contents");
		assertThat(retry()).contains("\"outcome\":\"REFUSED\"");
		this.log.jdbc().execute("alter table audit.audit_log drop constraint refused");
		assertThat(retry()).contains("\"outcome\":\"STORED\"");
		assertThat(get("audit/quarantine")).contains("\"count\":0");
		assertThat(this.log.count()).isOne();
		assertThat(status("audit/other")).isEqualTo(404);
	}

	private String retry() throws IOException, InterruptedException {
		return send(request("audit/quarantine").header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString("{}"))).body();
	}

	@Test
	void readOnlyAccessTriesNothingAgain() throws Exception {
		start("management.endpoints.web.exposure.include=audit", "management.endpoint.audit.access=read-only");
		assertThat(get("audit/quarantine")).contains("\"count\":0");
		int status = send(request("audit/quarantine").header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString("{}"))).statusCode();
		assertThat(status).isEqualTo(405);
	}

	@Test
	void metersCountWhatBecomesOfEntries() {
		start();
		record("one", Delivery.TRANSACTIONAL);
		record("two", Delivery.SYNC);
		this.log.await(2);
		MeterRegistry meters = this.context.getBean(MeterRegistry.class);
		Awaitility.await().until(() -> meters.get("audit.entries.delivered").functionCounter().count() == 2);
		assertThat(meters.get("audit.entries.recorded").tag("mode", "sync").functionCounter().count()).isOne();
		assertThat(meters.get("audit.entries.staged").functionCounter().count()).isEqualTo(2);
		// Observed once it is counted.
		Awaitility.await().untilAsserted(() -> {
			assertThat(meters.get("audit.batch.size").summary().totalAmount()).isEqualTo(2);
			assertThat(meters.get("audit.delivery.lag").timer().count()).isEqualTo(2);
		});
		for (String name : new String[] { "audit.relay.backlog", "audit.buffer.size", "audit.buffer.bytes",
				"audit.quarantine.size" }) {
			// Measured now and then; the first look may have come in between.
			Awaitility.await().untilAsserted(() -> assertThat(meters.get(name).gauge().value()).isZero());
		}
		assertThat(meters.get("audit.buffer.capacity").gauge().value()).isEqualTo(10_000);
		assertThat(meters.get("audit.relay.backlog.age").timeGauge().value()).isZero();
		assertThat(meters.find("audit.entries.failed").functionCounters()).hasSize(5);
		assertThat(meters.find("audit.delivery.retries").functionCounters()).hasSize(2);
		for (String name : new String[] { "audit.entries.discarded", "audit.entries.quarantined" }) {
			assertThat(meters.get(name).functionCounter().count()).isZero();
		}
	}

	/**
	 * A host that lets everybody watch.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Application extends ShopConfiguration {

		@Bean
		SecurityFilterChain everybody(HttpSecurity http) throws Exception {
			return http.csrf((csrf) -> csrf.disable())
				.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll())
				.build();
		}

	}

}
