package io.auditspring.web;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.Quarantine;
import io.auditspring.faults.PgBouncer;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.query.AuditRedaction;
import io.auditspring.signing.Checkpoints;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whoever reads, watches, exports, erases and repairs needs no session either: each of
 * their transactions may have another one.
 */
class BehindPgBouncerTests {

	private static final String REFUSED = """
			[{"id":"%s","occurredAt":"2026-01-02T03:04:05.000006Z","operation":"%1$s","action":"order.refused",\
			"severity":"info","outcome":"success","actorType":"robot","actor":{"id":"jane"},"data":{"message":"Paid"}}]""";

	@TempDir
	private Path directory;

	@Test
	void eachRequestIsAnsweredWithoutASession() throws Exception {
		PGSimpleDataSource database = (PGSimpleDataSource) TestDatabase.migrated();
		try (PgBouncer bouncer = PgBouncer.start(database, this.directory);
				ConfigurableApplicationContext context = WebFixture.application()
					.profiles("filled", "no-csrf")
					.properties("spring.datasource.url=" + bouncer.url(), "spring.datasource.username=postgres",
							"spring.jpa.open-in-view=true", "spring.application.name=shop",
							"audit.checkpoint.origin=shop", "audit.checkpoint.generate-key=true",
							"audit.checkpoint.private-key-location=file:" + this.directory.resolve("key.pem"))
					.run()) {
			AuditLog log = new AuditLog(context.getBean(DataSource.class));
			Visitor carol = Visitor.anonymous(context).as("carol");
			LiveTests.Listener listener = LiveTests.Listener.of(HttpClient.newHttpClient(), carol, "?action=order.pay");
			listener.await("event:watching");
			List<UUID> ids = pay(context.getBean(AuditRecorder.class), log);
			listener.await("order.pay");
			listener.close();
			long size = context.getBean(Checkpoints.class).create("main").orElseThrow().size();
			assertThat(size).isGreaterThanOrEqualTo(30);
			assertEachIsAnswered(carol, ids.get(7), size);
			repairs(context.getBean(Quarantine.class), log);
			assertThat(context.getBean(AuditRedaction.class).redact(ids.get(3), EntryGroup.DATA, "asked to").complete())
				.isTrue();
			assertThat(carol.json("/audit/api/verification").path("valid").booleanValue()).isTrue();
		}
	}

	private static List<UUID> pay(AuditRecorder recorder, AuditLog log) {
		for (int i = 0; i < 30; i++) {
			recorder.record(AuditRecord.action("order.pay")
				.target("Order", i)
				.actor(Actor.user("jane"))
				.delivery(Delivery.values()[1 + i % 3])
				.build());
		}
		log.settled();
		Awaitility.await().until(() -> log.count() >= 30);
		return log.jdbc()
			.queryForList("select id from audit.audit_log where action = 'order.pay' order by seq", UUID.class);
	}

	private static void assertEachIsAnswered(Visitor reader, UUID id, long size) {
		for (String path : List.of("entries?q=pay&limit=5", "entries/count?action=order.pay", "entries/" + id,
				"entries/" + id + "/context", "entries/" + id + "/proof", "targets/Order/7", "facets",
				"suggestions?attribute=action", "statistics", "ledger", "chains/main/checkpoint",
				"chains/main/tile/0/000.p/" + size, "export?format=csv", "export?format=ndjson",
				"export?format=ndjson&action=order.pay", "reader")) {
			assertThat(reader.status("/audit/api/" + path)).as(path).isEqualTo(200);
		}
		assertThat(reader.json("/audit/api/entries/count?action=order.pay").toString()).contains("30");
	}

	/** A row that the ledger refuses is set aside, put right and tried again. */
	private static void repairs(Quarantine quarantine, AuditLog log) {
		log.jdbc()
			.update("insert into audit.audit_outbox (chain, entries) values ('main', ?)",
					REFUSED.formatted(UUID.randomUUID()));
		Awaitility.await().until(() -> quarantine.count() == 1);
		assertThat(quarantine.list(10)).hasSize(1);
		log.jdbc().update("update audit.audit_quarantine set entries = replace(entries, 'robot', 'agent')");
		quarantine.retryAll();
		assertThat(quarantine.count()).isZero();
		assertThat(log.jdbc()
			.queryForObject("select count(*) from audit.audit_log where action = 'order.refused'", Long.class)).isOne();
	}

}
