package io.auditspring.alert;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.auditspring.AuditAlert;
import io.auditspring.Outcome;
import io.auditspring.TestDatabase;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.retention.LegalHolds;
import io.auditspring.retention.Redaction;
import io.auditspring.signing.LedgerVerifier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who listens is told of what must be seen at once: once, however many instances look.
 */
class AlertTests {

	private final LedgerDatabase database = LedgerDatabase.create();

	private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(Desk.class);

	private final Desk desk = this.context.getBean(Desk.class);

	private Verification verification;

	private final AlertWorker worker = worker(this.context);

	private AlertWorker worker(AnnotationConfigApplicationContext listening) {
		return new AlertWorker(this.database.dataSource(),
				new NewAlerts(this.database.schema(), new AlertProperties(3, Duration.ofMinutes(10))),
				() -> Optional.ofNullable(this.verification), new AlertListeners(listening));
	}

	@BeforeEach
	void begin() {
		this.database.append("main", Entries.entries(5));
		this.database.append("main", denied("before", 5));
		this.worker.run();
		assertThat(this.desk.told).isEmpty();
	}

	@AfterEach
	void close() {
		this.context.close();
		TestDatabase.drop(this.database.dataSource());
	}

	private static List<Entry> denied(String actor, int count) {
		return IntStream.range(0, count).mapToObj((i) -> {
			Entry entry = Entries.entry("order.pay", "Order", "42", actor);
			return new Entry(entry.id(), entry.occurredAt(), null, null, entry.operation(), entry.action(), null,
					entry.severity(), Outcome.DENIED, entry.actorType(), null, null, null, null, null,
					new Entry.ActorGroup(actor, null, null, null, null, null, null, null), entry.data());
		}).toList();
	}

	/** Several instances look at the same time, and some again. */
	private void lookFromEverywhere() throws Exception {
		ExecutorService instances = Executors.newFixedThreadPool(4);
		try {
			instances
				.invokeAll(Stream.generate(() -> worker(this.context)).limit(4).map((each) -> (Callable<Void>) () -> {
					each.run();
					each.run();
					return null;
				}).toList());
		}
		finally {
			instances.shutdown();
		}
	}

	@Test
	void aHoldThatIsLiftedAndAnErasureAreToldOnce() throws Exception {
		LegalHolds holds = new LegalHolds(this.database.dataSource(), this.database.schema(), "main",
				() -> Entries.entry("by", "-", "-", "clerk"));
		long hold = holds.placeOnActor("somebody", "lawsuit");
		lookFromEverywhere();
		assertThat(this.desk.told).isEmpty();
		holds.lift(hold, "settled");
		List<UUID> ids = Stream.of(String
			.valueOf(this.database
				.query("select string_agg(id::text, ' ') from audit.audit_log where action like 'order.pay.%'"))
			.split(" ")).map(UUID::fromString).toList();
		new Redaction(this.database.dataSource(), this.database.schema(), () -> Entries.entry("by", "-", "-", "lawyer"))
			.redact(ids, EntryGroup.DATA, "asked for");
		lookFromEverywhere();
		assertThat(this.desk.told).extracting(AuditAlert::kind)
			.containsExactlyInAnyOrder(AuditAlert.Kind.HOLD_LIFTED, AuditAlert.Kind.ERASURE);
		assertThat(this.desk.told).filteredOn((alert) -> alert.kind() == AuditAlert.Kind.ERASURE)
			.singleElement()
			.satisfies((alert) -> {
				assertThat(alert.entries()).hasSize(5);
				assertThat(alert.chain()).isEqualTo("main");
				assertThat(alert.actor()).isEqualTo("lawyer");
				assertThat(alert.remedy()).isNotBlank();
			});
		assertThat(this.desk.told).filteredOn((alert) -> alert.kind() == AuditAlert.Kind.HOLD_LIFTED)
			.singleElement()
			.extracting(AuditAlert::actor)
			.isEqualTo("clerk");
	}

	@Test
	void whoIsRefusedTooOftenIsToldOfOnceInTheTimeThatIsLookedAt() throws Exception {
		this.database.append("main", denied("mallory", 2));
		lookFromEverywhere();
		assertThat(this.desk.told).isEmpty();
		this.database.append("other", denied("mallory", 1));
		this.database.append("main", denied("anna", 2));
		lookFromEverywhere();
		assertThat(this.desk.told).singleElement().satisfies((alert) -> {
			assertThat(alert.kind()).isEqualTo(AuditAlert.Kind.REPEATED_DENIALS);
			assertThat(alert.actor()).isEqualTo("mallory");
			assertThat(alert.entries()).hasSize(3);
		});
		this.database.append("main", denied("mallory", 4));
		lookFromEverywhere();
		assertThat(this.desk.told).hasSize(1);
		// Who it was is kept in the ledger alone, which can erase it.
		assertThat(this.database.query("select string_agg(name, ' ') from audit.audit_alert")).startsWith("denials/")
			.doesNotContain("mallory");
		this.database.execute("update audit.audit_alert set told_at = told_at - interval '11 minutes'");
		this.database.append("main", denied("mallory", 1));
		lookFromEverywhere();
		assertThat(this.desk.told).hasSize(2);
	}

	@Test
	void aVerificationThatFoundSomethingIsToldOnce() throws Exception {
		this.database.tamper("update audit.audit_log set message = 'nothing' where seq = 3 and chain = 'main'");
		this.verification = new LedgerVerifier(this.database.dataSource(), this.database.schema()).verify();
		assertThat(this.verification.valid()).isFalse();
		lookFromEverywhere();
		assertThat(this.desk.told).isNotEmpty()
			.allMatch((alert) -> alert.kind() == AuditAlert.Kind.VERIFICATION_FAILED);
		assertThat(this.desk.told).extracting(AuditAlert::id).doesNotHaveDuplicates();
		int told = this.desk.told.size();
		this.verification = new LedgerVerifier(this.database.dataSource(), this.database.schema()).verify();
		lookFromEverywhere();
		assertThat(this.desk.told).hasSize(told);
	}

	@Test
	void whatIsWrongBesidesAndAgainIsTold() throws Exception {
		LedgerVerifier verifier = new LedgerVerifier(this.database.dataSource(), this.database.schema());
		this.database.tamper("update audit.audit_log set message = 'nothing' where seq = 3 and chain = 'main'");
		this.verification = verifier.verify();
		lookFromEverywhere();
		int told = this.desk.told.size();
		this.database.tamper("update audit.audit_log set message = 'nothing' where seq = 4 and chain = 'main'");
		this.verification = verifier.verify();
		lookFromEverywhere();
		assertThat(this.desk.told).hasSizeGreaterThan(told);
	}

	@Test
	void whatIsWrongAgainIsToldAgain() throws Exception {
		LedgerVerifier verifier = new LedgerVerifier(this.database.dataSource(), this.database.schema());
		String guard = this.database.query("""
				select min(tgname)
				from pg_trigger
				where tgrelid = 'audit.audit_log'::regclass and tgenabled = 'A' and not tgisinternal""");
		for (String change : List.of("disable", "disable", "enable always", "disable")) {
			this.database.execute("alter table audit.audit_log %s trigger %s".formatted(change, guard));
			this.verification = verifier.verify();
			assertThat(this.verification.valid()).isEqualTo(change.startsWith("enable"));
			this.worker.run();
		}
		assertThat(this.desk.told).hasSize(2);
	}

	@Test
	void aListenerThatFailsIsToldAgainAndNotForEver() {
		this.desk.failing.set(2);
		this.database.append("main", denied("mallory", 3));
		this.worker.run();
		this.worker.run();
		assertThat(this.desk.told).isEmpty();
		this.worker.run();
		assertThat(this.desk.told).hasSize(1);
		this.desk.failing.set(5);
		this.database.append("main", denied("anna", 3));
		IntStream.range(0, 5).forEach((i) -> this.worker.run());
		assertThat(this.desk.failing).hasValue(0);
		this.worker.run();
		assertThat(this.desk.told).hasSize(1);
		this.database.append("main", denied("otto", 3));
		this.worker.run();
		assertThat(this.desk.told).extracting(AuditAlert::actor).containsExactly("mallory", "otto");
	}

	@Test
	void whereNobodyListensNobodyLooks() {
		try (AnnotationConfigApplicationContext silent = new AnnotationConfigApplicationContext(Gossip.class)) {
			AlertWorker idle = worker(silent);
			idle.start();
			assertThat(idle.isRunning()).isTrue();
			idle.run();
			Awaitility.await().until(() -> !idle.isRunning());
			assertThat(this.database.query("select count(*) from audit.audit_alert")).isEqualTo("0");
		}
	}

	static class Desk {

		private final List<AuditAlert> told = new CopyOnWriteArrayList<>();

		private final AtomicInteger failing = new AtomicInteger();

		@EventListener
		void tell(AuditAlert alert) {
			if (this.failing.getAndUpdate((left) -> Math.max(0, left - 1)) > 0) {
				throw new IllegalStateException("The mail server is away");
			}
			this.told.add(alert);
		}

	}

	/** Listens for anything. */
	static class Gossip {

		@EventListener
		void hear(ApplicationEvent anything) {
		}

		@EventListener
		void hear(Object anything) {
		}

	}

}
