package io.auditspring.delivery.internal.outbox;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.Recorders;
import io.auditspring.ledger.Schema;
import io.auditspring.signing.LedgerVerifier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static io.auditspring.delivery.Recorders.record;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The relay works off what has piled up, in any order of commits, beside long
 * transactions and beside other relays.
 */
class RelayBacklogTests {

	private final DataSource database = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	@TempDir
	Path directory;

	private ApplicationContextRunner runner(String... properties) {
		return Recorders.runner(this.database, this.directory.resolve("spool"), properties);
	}

	/** Stages copies of one entry, each with an id and an action of its own. */
	private void stage(int from, int to) {
		this.log.jdbc().update("""
				insert into audit.audit_outbox (chain, entries)
				select chain, replace(replace(entries, 'no.0', 'no.' || n), substring(entries from '"id":"(.{36})"'),
					gen_random_uuid()::text)
				from audit.audit_outbox, generate_series(?, ?) as n
				where entries like '%no.0%'
				""", from, to);
	}

	private void assertComplete(ApplicationContext context, int entries) {
		this.log.await(entries);
		assertThat(this.log.jdbc()
			.queryForObject("select count(distinct action) = count(*) from audit.audit_log", Boolean.class)).isTrue();
		assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue();
	}

	// What a plan costs is estimated when it is made, and it is kept.
	@Test
	void aBacklogIsTakenByItsIndexAlthoughTheTableWasEmptyWhenThePlanWasMade() {
		runner().run((context) -> {
			for (int i = 1; i <= 20; i++) {
				record(context, i, i);
				this.log.await(i);
				this.log.jdbc().execute("vacuum analyze audit.audit_outbox");
			}
			Relay relay = context.getBean(Relay.class);
			relay.stop();
			record(context, 21, 620);
			relay.start();
			this.log.await(620);
		});
		assertThat(this.log.jdbc()
			.queryForObject("select seq_tup_read from pg_stat_user_tables where relname = 'audit_outbox'", Long.class))
			.isZero();
	}

	@Test
	void aBacklogIsWorkedOffInItsOrderAndCanBeSeen() {
		Instant before = Instant.now().minusSeconds(60);
		runner().run((context) -> {
			Relay relay = context.getBean(Relay.class);
			relay.stop();
			record(context, 0, 0);
			stage(1, 20_000);
			Backlog backlog = new Backlog(new Schema("audit"), "main", Duration.ofMinutes(1));
			try (Connection connection = this.database.getConnection()) {
				backlog.refresh(connection);
			}
			assertThat(backlog.last().rows()).isEqualTo(20_001);
			assertThat(backlog.last().oldest()).isAfter(before);
			relay.start();
			assertComplete(context, 20_001);
			assertThat(this.log.jdbc()
				.queryForObject("select bool_and(action = 'no.' || seq) from audit.audit_log", Boolean.class)).isTrue();
		});
	}

	@Test
	void whatCannotBeLookedAtMayHaveBeenWaitingSinceTheRelayGotOnLast() {
		AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
		Clock clock = new Clock() {

			@Override
			public Instant instant() {
				return now.get();
			}

			@Override
			public ZoneId getZone() {
				return ZoneOffset.UTC;
			}

			@Override
			public Clock withZone(ZoneId zone) {
				return this;
			}

		};
		Backlog backlog = new Backlog(new Schema("audit"), "main", Duration.ofMinutes(1), clock);
		runner().run((context) -> {
			backlog.begins();
			now.updateAndGet((time) -> time.plusSeconds(20));
			assertThat(backlog.age()).isZero();
			Connection broken = this.database.getConnection();
			broken.close();
			backlog.refresh(broken);
			now.updateAndGet((time) -> time.plusSeconds(20));
			assertThat(backlog.age()).isEqualTo(Duration.ofSeconds(40));
			backlog.moved();
			assertThat(backlog.age()).isEqualTo(Duration.ofSeconds(40));
			Backlog sum = new Backlog(new Schema("audit"), "main", Duration.ofMinutes(1), clock);
			sum.include(backlog);
			assertThat(sum.age()).isEqualTo(Duration.ofSeconds(40));
			try (Connection connection = this.database.getConnection()) {
				Awaitility.await().until(() -> {
					backlog.refresh(connection);
					return backlog.age().isZero();
				});
			}
			backlog.begins();
			backlog.moved();
			now.updateAndGet((time) -> time.plusSeconds(60));
			assertThat(backlog.age()).isZero();
		});
	}

	@Test
	void twoRelaysShareABacklog() {
		runner("audit.batch.size=100").run((context) -> runner("audit.batch.size=100").run((other) -> {
			context.getBean(Relay.class).stop();
			other.getBean(Relay.class).stop();
			record(context, 0, 0);
			stage(1, 5_000);
			context.getBean(Relay.class).start();
			other.getBean(Relay.class).start();
			assertComplete(context, 5_001);
			assertThat(this.log.jdbc()
				.queryForObject("select bool_and(action = 'no.' || seq) from audit.audit_log", Boolean.class)).isTrue();
		}));
	}

	@Test
	void largeRowsAreTakenAFewAtATime() {
		runner().run((context) -> {
			context.getBean(Relay.class).stop();
			record(context, 0, 0);
			this.log.jdbc()
				.update("""
						update audit.audit_outbox
						set entries = replace(entries, '"data":{', '"data":{"justification":"' || repeat('x', 3000000) || '",')
						""");
			stage(1, 10);
			Outbox outbox = context.getBean(Outbox.class);
			try (Connection connection = this.database.getConnection()) {
				connection.setAutoCommit(false);
				assertThat(outbox.take(connection, 0, 1000, 8 << 20)).hasSize(3);
				assertThat(outbox.take(connection, 0, 1000, 1)).hasSize(1);
				assertThat(outbox.take(connection, 0, 1000, 1L << 30)).hasSize(7);
				connection.rollback();
			}
			context.getBean(Relay.class).start();
			assertComplete(context, 11);
		});
	}

	@Test
	void aRowThatCommitsLongAfterOnesWithHigherIdsIsMoved() throws SQLException {
		try (Connection late = this.database.getConnection(); Statement statement = late.createStatement()) {
			runner("audit.relay.poll-interval=100ms").run((context) -> {
				Relay relay = context.getBean(Relay.class);
				relay.stop();
				record(context, 0, 0);
				late.setAutoCommit(false);
				statement.execute(
						"""
								insert into audit.audit_outbox (chain, entries)
								select chain, replace(replace(entries, 'no.0', 'late'), substring(entries from '"id":"(.{36})"'),
									gen_random_uuid()::text)
								from audit.audit_outbox
								""");
				stage(1, 12_000);
				relay.start();
				// The open transaction neither stops the relay nor is it forgotten.
				this.log.await(12_001);
				late.commit();
				assertComplete(context, 12_002);
			});
		}
	}

	@Test
	void whatIsDeadAtTheFrontIsSteppedOverOnlyNowAndThen() {
		OutboxFront front = new OutboxFront(Duration.ofHours(1));
		assertThat(front.begin()).isEqualTo(Long.MIN_VALUE);
		front.moved(1_000_000);
		front.end();
		assertThat(front.begin()).isEqualTo(995_000);
		front.end();
		OutboxFront eager = new OutboxFront(Duration.ZERO);
		eager.begin();
		eager.moved(1_000_000);
		eager.end();
		Awaitility.await().until(() -> eager.begin() == Long.MIN_VALUE);
	}

}
