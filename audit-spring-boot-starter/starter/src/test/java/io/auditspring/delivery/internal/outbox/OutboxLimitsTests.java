package io.auditspring.delivery.internal.outbox;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import javax.net.SocketFactory;
import javax.sql.DataSource;

import io.auditspring.AuditDeliveryException;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.database.internal.StagedRow;
import io.auditspring.delivery.Quarantine;
import io.auditspring.delivery.QuarantinedEntries;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import io.auditspring.signing.LedgerVerifier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Whoever may stage entries can write anything into the outbox, in any name, and lock it:
 * that stops nobody else for long.
 */
class OutboxLimitsTests {

	private final DataSource database = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	private ApplicationContextRunner runner(String... properties) {
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withPropertyValues(properties)
			.withBean(DataSource.class, () -> this.database);
	}

	private static void record(ApplicationContext context, int from, int to, AuditRecord.Builder like) {
		for (int i = from; i <= to; i++) {
			context.getBean(AuditRecorder.class).record(like.metadata("no", i).build());
		}
	}

	private static TransactionTemplate transaction(DataSource database) {
		return new TransactionTemplate(new JdbcTransactionManager(database));
	}

	private List<String> numbers() {
		return this.log.jdbc().queryForList("select metadata ->> 'no' from audit.audit_log order by seq", String.class);
	}

	private static List<String> upTo(int last) {
		return IntStream.rangeClosed(1, last).mapToObj(String::valueOf).toList();
	}

	@Test
	void aRowThatIsTooLargeIsSetAsideUnreadAndTheOthersGoOn() {
		assertIsSetAsideUnreadAndTheOthersGoOn(100_000_000);
	}

	/** More than the memory of the tests' machine has room for. */
	@Test
	@Tag("thorough")
	void soIsOneThatNoMemoryHasRoomFor() {
		assertIsSetAsideUnreadAndTheOthersGoOn(900_000_000);
	}

	private void assertIsSetAsideUnreadAndTheOthersGoOn(int bytes) {
		runner().run((context) -> {
			context.getBean(Relay.class).stop();
			record(context, 1, 3, AuditRecord.action("small"));
			this.log.jdbc()
				.update("insert into audit.audit_outbox (chain, entries) values ('main', repeat('x', ?))", bytes);
			record(context, 4, 6, AuditRecord.action("small"));
			context.getBean(Relay.class).start();
			this.log.await(6);
			assertThat(numbers()).isEqualTo(upTo(6));
			assertThat(context.getBean(DeliveryStatistics.class).quarantined()).isEqualTo(1);
			assertThat(context.getBean(Relay.class).status().errors()).isZero();
			Quarantine quarantine = context.getBean(Quarantine.class);
			QuarantinedEntries row = quarantine.list(10).get(0);
			assertThat(row.reason()).contains("The row has %d bytes, and one of more than".formatted(bytes));
			assertThat(row.entries()).isEmpty();
			assertThat(quarantine.retry(row.id()).reason()).contains(bytes + " bytes");
			assertThat(quarantine.count()).isEqualTo(1);
		});
	}

	@ParameterizedTest
	@EnumSource(value = Delivery.class, names = { "TRANSACTIONAL", "SYNC" })
	void aTransactionOfVeryManyEntriesIsSeveralRowsAndStaysWhole(Delivery mode) {
		AuditRecord.Builder like = AuditRecord.action("many").delivery(mode).message("x".repeat(2_000));
		runner("audit.sync.timeout=1m").run((context) -> {
			context.getBean(Relay.class).stop();
			transaction(this.database).executeWithoutResult((status) -> {
				record(context, 1, 10, like);
				status.setRollbackOnly();
			});
			assertThat(this.log.jdbc()
				.queryForList("select count(*) from audit.audit_outbox where entries like '%success%'", Long.class))
				.containsExactly(0L);
			this.log.jdbc().update("delete from audit.audit_outbox");
			this.log.jdbc().execute("create table sizes (bytes int)");
			this.log.jdbc().execute("""
					create rule sizes as on insert to audit.audit_outbox
					do also insert into sizes values (octet_length(new.entries))
					""");
			transaction(this.database).executeWithoutResult((status) -> record(context, 1, 3_000, like));
			assertThat(this.log.jdbc().queryForList("select bytes from sizes", Integer.class)).hasSizeBetween(6, 12)
				.allSatisfy((bytes) -> assertThat(bytes).isLessThanOrEqualTo(Outbox.ROW_LENGTH + 2));
			if (mode == Delivery.SYNC) {
				assertThat(this.log.staged()).isZero();
			}
			context.getBean(Relay.class).start();
			assertThat(this.log.settled()).isGreaterThanOrEqualTo(3_000);
			assertThat(numbers()).endsWith("3000").containsSubsequence(upTo(3_000));
			assertThat(this.log.jdbc().queryForObject("select count(*) from audit.audit_quarantine", Long.class))
				.isZero();
		});
	}

	@Test
	void whatIsWrittenInPartsIsReadAsOne() {
		List<Entry> entries = IntStream.range(0, 50).mapToObj((i) -> Entries.entry("e" + i)).toList();
		for (int most : new int[] { 1, 1_000, 5_000, Integer.MAX_VALUE }) {
			List<String> texts = EntryCodec.write(entries, most);
			assertThat(texts.stream().flatMap((text) -> EntryCodec.read(text).stream())).isEqualTo(entries);
			assertThat(texts.get(0)).startsWith("[{").endsWith("}]");
		}
		assertThat(EntryCodec.write(entries, 1)).hasSize(50);
		assertThat(EntryCodec.write(entries, Integer.MAX_VALUE)).containsExactly(EntryCodec.write(entries));
	}

	@Test
	void rowsOfAChainThatNobodyServesAnyMoreReachThatChain() {
		runner("audit.chain=former").run((context) -> {
			context.getBean(Relay.class).stop();
			record(context, 1, 5, AuditRecord.action("former"));
		});
		runner("audit.relay.take-over-after=1h").run((context) -> {
			record(context, 1, 1, AuditRecord.action("later"));
			Awaitility.await().until(() -> this.log.count() == 1);
			assertThat(this.log.staged()).isEqualTo(5);
		});
		this.log.jdbc().update("insert into audit.audit_outbox (chain, entries) values (repeat('x', 300), '[]')");
		runner("audit.relay.take-over-after=0s").run((context) -> {
			this.log.await(6);
			assertThat(this.log.jdbc()
				.queryForList("select chain || seq from audit.audit_log order by chain, seq", String.class))
				.containsExactly("former0", "former1", "former2", "former3", "former4", "main0");
			assertThat(this.log.jdbc().queryForObject("select reason from audit.audit_quarantine", String.class))
				.contains("a chain has a name of 1 to 200 characters");
			assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue();
		});
	}

	@Test
	void aChainThatIsClosedHoldsUpNoneBehindIt() {
		for (String chain : List.of("a-former", "b-former")) {
			long before = this.log.count();
			runner("audit.chain=" + chain).run((context) -> {
				record(context, 1, 1, AuditRecord.action("begun"));
				Awaitility.await().until(() -> this.log.count() == before + 1);
				context.getBean(Relay.class).stop();
				record(context, 2, 3, AuditRecord.action("late"));
			});
		}
		this.log.jdbc()
			.queryForList("select audit.audit_close_chain('a-former', 'It is over', audit.audit_by_owner(null))");
		runner("audit.relay.take-over-after=0s").run((context) -> Awaitility.await()
			.until(() -> this.log.jdbc()
				.queryForObject("select count(*) from audit.audit_log where chain = 'b-former'", Integer.class) == 3));
	}

	@Test
	void whoeverLooksSeesChainsThatNobodyServes() throws SQLException {
		runner().run((context) -> context.getBean(Relay.class).stop());
		this.log.jdbc().update("""
				insert into audit.audit_outbox (chain, entries, created_at)
				select chain, '[]', clock_timestamp() - interval '10 min'
				from unnest(array['a', 'a', 'b', 'main']) as chain
				""");
		Backlog backlog = new Backlog(new Schema("audit"), "main", Duration.ofMinutes(1));
		try (Connection connection = this.database.getConnection()) {
			backlog.refresh(connection);
		}
		assertThat(backlog.last().unserved()).extracting(Backlog.Unserved::chain).containsExactly("a", "b");
		assertThat(backlog.last().unserved()).extracting(Backlog.Unserved::rows).containsExactly(2L, 1L);
		assertThat(backlog.unservedFor()).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(20));
	}

	@ParameterizedTest
	@CsvSource({ "propagate, 0", "propagate, 7s", "log, 0", "log, 7s", "log, 1min" })
	void whoLocksTheOutboxHoldsUpNoBusinessForLongerThanThePolicyAllows(String policy, String timeout)
			throws SQLException {
		runner("audit.failure-policy=" + policy, "audit.sync.timeout=200ms").run((context) -> {
			JdbcTemplate jdbc = this.log.jdbc();
			jdbc.execute("create table business (done text)");
			try (Connection locking = this.database.getConnection(); Statement lock = locking.createStatement()) {
				locking.setAutoCommit(false);
				lock.execute("lock table audit.audit_outbox in access exclusive mode");
				Runnable call = () -> transaction(this.database).executeWithoutResult((status) -> {
					JdbcTemplate own = new JdbcTemplate(this.database);
					own.execute("set local lock_timeout = '%s'".formatted(timeout));
					own.update("insert into business values ('done')");
					record(context, 1, 1, AuditRecord.action("paid"));
				});
				if (policy.equals("propagate")) {
					assertThatExceptionOfType(AuditDeliveryException.class).isThrownBy(call::run)
						.havingRootCause()
						.withMessageContaining("lock timeout");
				}
				else {
					call.run();
				}
				locking.rollback();
			}
			boolean done = policy.equals("log");
			assertThat(jdbc.queryForObject("select count(*) from business", Integer.class)).isEqualTo(done ? 1 : 0);
			assertThat(this.log.await(1)).extracting("outcome").containsExactly(done ? "success" : "failure");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "100ms", "7s", "1h" })
	void theApplicationsOwnTimeoutIsAsItWas(String timeout) throws SQLException {
		runner().run((context) -> {
			Outbox outbox = context.getBean(Outbox.class);
			context.getBean(Relay.class).stop();
			try (Connection connection = this.database.getConnection();
					Statement statement = connection.createStatement()) {
				connection.setAutoCommit(false);
				statement.execute("set lock_timeout = '%s'".formatted(timeout));
				connection.commit();
				for (int i = 0; i < 12; i++) {
					StagedRow row = outbox.stageInTime(connection, List.of(Entries.entry("any")));
					assertThat(outbox.holds(connection, row)).isTrue();
					assertThat(timeoutOf(statement)).isEqualTo(timeout);
				}
				connection.commit();
				assertThat(timeoutOf(statement)).isEqualTo(timeout);
				connection.commit();
			}
		});
	}

	private static String timeoutOf(Statement statement) throws SQLException {
		try (ResultSet row = statement.executeQuery("show lock_timeout")) {
			row.next();
			return row.getString(1);
		}
	}

	/** Also while the driver prepares it, from the fifth time on. */
	@Test
	void theLimitCostsNoRoundTrip() {
		runner().run((context) -> {
			Outbox outbox = context.getBean(Outbox.class);
			PGSimpleDataSource counted = new PGSimpleDataSource();
			counted.setUrl(((PGSimpleDataSource) this.database).getUrl());
			counted.setUser(((PGSimpleDataSource) this.database).getUser());
			counted.setSocketFactory(CountingSockets.class.getName());
			try (Connection connection = counted.getConnection()) {
				connection.setAutoCommit(false);
				try (PreparedStatement any = connection.prepareStatement("select 1")) {
					any.execute();
				}
				for (int i = 0; i < 12; i++) {
					CountingSockets.ROUND_TRIPS.set(0);
					outbox.stageInTime(connection, List.of(Entries.entry("any")));
					assertThat(CountingSockets.ROUND_TRIPS).hasValue(1);
				}
				connection.rollback();
			}
		});
	}

	/**
	 * Sockets that count how often somebody reads after having written. Made by the
	 * driver.
	 */
	public static class CountingSockets extends SocketFactory {

		static final AtomicInteger ROUND_TRIPS = new AtomicInteger();

		@Override
		public Socket createSocket() {
			return new Socket() {

				private boolean written;

				@Override
				public OutputStream getOutputStream() throws IOException {
					return new FilterOutputStream(super.getOutputStream()) {

						@Override
						public void write(byte[] bytes, int offset, int length) throws IOException {
							written = true;
							this.out.write(bytes, offset, length);
						}

					};
				}

				@Override
				public InputStream getInputStream() throws IOException {
					return new FilterInputStream(super.getInputStream()) {

						@Override
						public int read(byte[] bytes, int offset, int length) throws IOException {
							if (written) {
								written = false;
								ROUND_TRIPS.incrementAndGet();
							}
							return super.read(bytes, offset, length);
						}

					};
				}

			};
		}

		@Override
		public Socket createSocket(String host, int port) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Socket createSocket(String host, int port, InetAddress local, int localPort) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Socket createSocket(InetAddress host, int port) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
			throw new UnsupportedOperationException();
		}

	}

}
