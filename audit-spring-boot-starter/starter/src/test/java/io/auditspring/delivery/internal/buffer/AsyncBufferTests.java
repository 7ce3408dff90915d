package io.auditspring.delivery.internal.buffer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.origin.RequestDetails;
import io.auditspring.delivery.Recorders;
import io.auditspring.delivery.internal.outbox.InDoubtEntries;
import io.auditspring.delivery.internal.outbox.Relay;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.ledger.internal.entry.Entry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static io.auditspring.delivery.Recorders.record;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What happens when the writer does not keep up: here somebody holds the chain's head.
 */
class AsyncBufferTests {

	private final DataSource database = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	private Connection holder;

	@TempDir
	Path directory;

	@BeforeEach
	void connect() throws SQLException {
		this.holder = this.database.getConnection();
		this.holder.setAutoCommit(false);
	}

	@AfterEach
	void disconnect() throws SQLException {
		this.holder.close();
	}

	private ApplicationContextRunner runner(String... properties) {
		return Recorders.runner(this.database, this.directory.resolve("spool"), properties)
			.withPropertyValues("audit.delivery=async", "audit.batch.size=1", "audit.batch.linger=0");
	}

	/** From now on the writer waits, with one entry. */
	private AsyncBuffer holdTheHead(ApplicationContext context) throws SQLException {
		context.getBean(Relay.class).stop();
		record(context, "first");
		this.log.await(1);
		try (Statement statement = this.holder.createStatement()) {
			statement.execute("select * from audit.audit_chain for update");
		}
		record(context, "held");
		AsyncBuffer buffer = context.getBean(AsyncBuffer.class);
		Awaitility.await().until(() -> buffer.bytes() == 0);
		return buffer;
	}

	@Test
	void whoWaitedLongEnoughStoresTheEntryItself() {
		runner("audit.async.capacity=3", "audit.async.block-timeout=50ms").run((context) -> {
			AsyncBuffer buffer = holdTheHead(context);
			record(context, 1, 5);
			assertThat(buffer.waits()).isEqualTo(2);
			assertThat(buffer.overflows()).isEqualTo(2);
			assertThat(this.log.staged()).isEqualTo(2);
			this.holder.rollback();
			context.getBean(Relay.class).start();
			assertThat(this.log.await(7)).extracting("action").contains("no.1", "no.4", "no.5");
		});
	}

	@Test
	@Timeout(180)
	void aResultThatComesLateIsWithheldAndWhoeverCompletesItNeverWaits() {
		runner("audit.async.capacity=1", "audit.async.block-timeout=1h").withBean(Works.class).run((context) -> {
			AsyncBuffer buffer = holdTheHead(context);
			record(context, 1, 1);
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> result = context.getBean(Works.class).stage(source);
			source.complete("done");
			assertThat(result.join()).isEqualTo("done");
			assertThat(this.log.staged()).isOne();
			assertThat(buffer.waits()).isZero();
			assertThat(buffer.overflows()).isOne();
			this.holder.rollback();
			context.getBean(Relay.class).start();
			assertThat(this.log.await(4)).extracting("action").contains("late");
			assertThat(context.getBean(DeliveryStatistics.class).recorded(Delivery.ASYNC)).isEqualTo(4);
		});
	}

	@Test
	void anInterruptEndsTheWaitAndNotTheEntry() {
		runner("audit.async.capacity=1", "audit.async.block-timeout=1h").run((context) -> {
			holdTheHead(context);
			record(context, 1, 1);
			Thread caller = new Thread(() -> record(context, 2, 2));
			caller.start();
			Awaitility.await().until(() -> caller.getState() == Thread.State.TIMED_WAITING);
			caller.interrupt();
			caller.join();
			assertThat(this.log.staged()).isOne();
			this.holder.rollback();
			context.getBean(Relay.class).start();
			this.log.await(4);
		});
	}

	@Test
	void itIsBoundedInBytes() {
		runner("audit.async.max-bytes=1MB", "audit.async.overflow=sync").run((context) -> {
			AsyncBuffer buffer = holdTheHead(context);
			AuditRecorder recorder = context.getBean(AuditRecorder.class);
			for (int i = 0; i < 10; i++) {
				recorder.record(AuditRecord.action("large").metadata("large", "x".repeat(250_000)).build());
			}
			assertThat(buffer.overflows()).isEqualTo(6);
			assertThat(buffer.bytes()).isBetween(1_000_000L, 1L << 20);
			this.holder.rollback();
			context.getBean(Relay.class).start();
			this.log.await(12);
		});
	}

	@Test
	void whatIsLargerThanAllTheRoomIsTakenAlone() {
		runner("audit.async.max-bytes=10KB").run((context) -> {
			context.getBean(AuditRecorder.class)
				.record(AuditRecord.action("large").metadata("large", "x".repeat(250_000)).build());
			this.log.await(1);
			assertThat(context.getBean(AsyncBuffer.class).overflows()).isZero();
		});
	}

	@Test
	void toWaitForABatchToFillIsNoStandstill() {
		runner().withPropertyValues("audit.batch.size=1000", "audit.batch.linger=1h").run((context) -> {
			record(context, "one");
			Awaitility.await().until(AsyncBufferTests::isSomebodyWaitingForMore);
			assertThat(context.getBean(AsyncBuffer.class).status().stalledFor()).isZero();
		});
		this.log.await(1);
	}

	private static boolean isSomebodyWaitingForMore() {
		return Thread.getAllStackTraces()
			.values()
			.stream()
			.flatMap(Arrays::stream)
			.anyMatch((frame) -> frame.getMethodName().equals("awaitFilled"));
	}

	@Test
	void whatIsDiscardedIsRecordedByActionAndTime() {
		runner("audit.async.capacity=1", "audit.async.overflow=discard").run((context) -> {
			AsyncBuffer buffer = holdTheHead(context);
			record(context, "kept");
			List.of("a", "b", "a").forEach((action) -> record(context, action));
			for (int i = 0; i < 200; i++) {
				record(context, "many." + i);
			}
			assertThat(context.getBean(DeliveryStatistics.class).discarded()).isEqualTo(203);
			this.holder.rollback();
			assertThat(this.log.await(4)).extracting("action")
				.containsExactlyInAnyOrder("first", "held", "kept", "audit.discarded");
			assertThat(this.log.jdbc().queryForMap("""
					select metadata ->> 'count' as count, metadata -> 'actions' ->> 'a' as a,
						metadata -> 'actions' ->> 'b' as b, metadata -> 'actions' ->> '(others)' as others,
						metadata ->> 'from' < metadata ->> 'to' as period
					from audit.audit_log
					where action = 'audit.discarded'
					""")).containsEntry("count", "203")
				.containsEntry("a", "2")
				.containsEntry("b", "1")
				.containsEntry("others", "102")
				.containsEntry("period", true);
		});
	}

	@Test
	void whatIsDiscardedAllTheTimeIsRecordedNowAndThen() {
		runner("audit.async.capacity=5", "audit.async.overflow=discard").run((context) -> {
			DeliveryStatistics statistics = context.getBean(DeliveryStatistics.class);
			record(context, "first");
			this.log.await(1);
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
				for (int i = 0; i < 100; i++) {
					record(context, "many");
				}
				return statistics.discarded() > 1_000 && statistics.delivered() > 50;
			});
			assertThat(discardedEntries()).isOne();
		});
		// The rest is told at the stop.
		assertThat(discardedEntries()).isEqualTo(2);
	}

	private long discardedEntries() {
		return this.log.jdbc()
			.queryForObject("select count(*) from audit.audit_log where action = 'audit.discarded'", Long.class);
	}

	@Test
	void whatWasKeptIsNotForgottenUnderSteadyLoad() {
		runner("audit.async.capacity=200").run((context) -> {
			AsyncBuffer buffer = context.getBean(AsyncBuffer.class);
			AtomicBoolean over = new AtomicBoolean();
			Thread load = new Thread(() -> {
				while (!over.get()) {
					record(context, "load");
				}
			});
			load.start();
			try {
				Awaitility.await().until(() -> buffer.size() > 100);
				buffer.keep(new InDoubtEntries(List.of(entry(context, "kept"))));
				context.getBean(Spool.class).keep(List.of(new InDoubtEntries(List.of(entry(context, "spooled")))));
				Awaitility.await().until(() -> kept() == 2);
				assertThat(buffer.size()).isPositive();
			}
			finally {
				over.set(true);
				load.join();
			}
		});
	}

	@Test
	void veryManyFilesHoldUpNobody() {
		runner("audit.async.capacity=10").run((context) -> {
			AsyncBuffer buffer = context.getBean(AsyncBuffer.class);
			record(context, "first");
			this.log.await(1);
			buffer.stop();
			leaveFiles(context, 400);
			buffer.start();
			for (int i = 0; i < 30; i++) {
				record(context, "new");
			}
			assertThat(buffer.overflows()).isZero();
			Awaitility.await().until(() -> this.log.count() == 431);
			assertThat(this.log.jdbc()
				.queryForObject("select max(seq) filter (where action = 'new') < max(seq) from audit.audit_log",
						Boolean.class))
				.isTrue();
		});
	}

	private void leaveFiles(ApplicationContext context, int files) throws IOException {
		context.getBean(Spool.class).keep(List.of(new InDoubtEntries(List.of(entry(context, "spooled")))));
		Path file;
		try (Stream<Path> found = Files.walk(this.directory)) {
			file = found.filter((path) -> path.toString().endsWith(".spool")).findFirst().orElseThrow();
		}
		String owner;
		try (BufferedReader in = SpoolFile.open(file)) {
			owner = SpoolFile.readOwner(in);
		}
		for (int i = 1; i < files; i++) {
			try (Writer out = Files.newBufferedWriter(file.resolveSibling("no" + i + ".spool"))) {
				SpoolFile.write(out, owner, List.of(new InDoubtEntries(List.of(entry(context, "spooled")))));
			}
		}
	}

	private static Entry entry(ApplicationContext context, String action) {
		AuditRecord record = AuditRecord.action(action).build();
		Origin origin = new Origin(Instant.now(), Actor.system("test"), null, RequestDetails.NONE);
		return context.getBean(EntryFactory.class).entry(new Operation(origin, record), record, null);
	}

	private long kept() {
		return this.log.jdbc()
			.queryForObject("select count(*) from audit.audit_log where action in ('kept', 'spooled')", Long.class);
	}

	@Test
	void itCanBeStartedAgain() {
		runner().run((context) -> {
			AsyncBuffer buffer = context.getBean(AsyncBuffer.class);
			record(context, 1, 1);
			buffer.stop();
			record(context, 2, 2);
			buffer.start();
			record(context, 3, 3);
			assertThat(this.log.await(3)).extracting("action").contains("no.1", "no.2", "no.3");
		});
	}

	/**
	 * What takes its time.
	 */
	static class Works {

		@Audited("late")
		public CompletableFuture<String> stage(CompletableFuture<String> source) {
			return source;
		}

	}

}
