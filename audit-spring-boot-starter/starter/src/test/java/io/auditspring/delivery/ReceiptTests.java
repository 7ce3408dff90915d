package io.auditspring.delivery;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.AuditNotChainedException;
import io.auditspring.AuditNotChainedException.Reason;
import io.auditspring.AuditReceipt;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.delivery.internal.outbox.Relay;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What becomes of recorded events, told to whoever wants to know.
 */
@Timeout(120)
class ReceiptTests {

	private final DataSource database = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	@TempDir
	Path directory;

	private ApplicationContextRunner runner(String... properties) {
		return Recorders.runner(this.database, this.directory.resolve("spool"), properties);
	}

	private static AuditReceipt record(ApplicationContext context, String action, Delivery delivery) {
		return context.getBean(AuditRecorder.class).record(AuditRecord.action(action).delivery(delivery).build());
	}

	private static AuditReceipt.Place place(AuditReceipt receipt) {
		return receipt.chained().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
	}

	private static Reason reason(CompletionStage<AuditReceipt.Place> stage) {
		CompletionException failure = catchThrowableOfType(CompletionException.class,
				() -> stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join());
		assertThat(failure).hasCauseInstanceOf(AuditNotChainedException.class);
		return ((AuditNotChainedException) failure.getCause()).getReason();
	}

	@ParameterizedTest
	@EnumSource(names = "DEFAULT", mode = EnumSource.Mode.EXCLUDE)
	void tellsThePlaceOfTheEntry(Delivery delivery) {
		runner().run((context) -> {
			List<AuditReceipt> receipts = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				receipts.add(record(context, "no." + i, delivery));
			}
			for (AuditReceipt receipt : receipts) {
				AuditReceipt.Place place = place(receipt);
				assertThat(this.log.jdbc()
					.queryForObject(
							"select chain || ' ' || seq || ' ' || encode(hash, 'hex') from audit.audit_log where id = ?",
							String.class, receipt.entryId()))
					.isEqualTo("%s %d %s".formatted(place.chain(), place.seq(), place.hash()));
			}
			assertThat(place(receipts.get(0))).isEqualTo(place(receipts.get(0)));
			Awaitility.await().untilAsserted(() -> assertThat(context.getBean(Receipts.class).size()).isZero());
		});
	}

	@Test
	void tellsThatItsTransactionWasRolledBack() {
		runner().withUserConfiguration(Managed.class).run((context) -> {
			TransactionTemplate transactions = new TransactionTemplate(context.getBean(JdbcTransactionManager.class));
			AuditReceipt committed = transactions.execute((status) -> record(context, "kept", Delivery.DEFAULT));
			AuditReceipt lost = transactions.execute((status) -> {
				status.setRollbackOnly();
				return record(context, "lost", Delivery.DEFAULT);
			});
			assertThat(place(committed).seq()).isZero();
			assertThat(reason(lost.chained())).isEqualTo(Reason.ROLLED_BACK);
			assertThat(this.log.await(2)).extracting("id").contains(committed.entryId(), lost.entryId());
		});
	}

	@Test
	void isCompletedByTheWorkOfAnotherInstance() {
		runner().run((one) -> {
			one.getBean(Relay.class).stop();
			AuditReceipt receipt = record(one, "handed over", Delivery.TRANSACTIONAL);
			CompletionStage<AuditReceipt.Place> chained = receipt.chained();
			assertThat(this.log.staged()).isOne();
			runner().run((other) -> {
				this.log.await(1);
				assertThat(chained.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join().seq()).isZero();
			});
		});
	}

	@Test
	void tellsThatTheLedgerRefusedIt() throws SQLException {
		runner().run((context) -> {
			try (Connection connection = this.database.getConnection();
					Statement statement = connection.createStatement()) {
				statement.execute("alter table audit.audit_log add constraint no_poison check (action <> 'poison')");
			}
			for (Delivery delivery : List.of(Delivery.TRANSACTIONAL, Delivery.ASYNC)) {
				assertThat(reason(record(context, "poison", delivery).chained())).isEqualTo(Reason.QUARANTINED);
			}
			assertThat(place(record(context, "fine", Delivery.TRANSACTIONAL)).seq()).isZero();
		});
	}

	@Test
	void whatFollowsARefusalHoldsUpNoDelivery() {
		runner("audit.relay.poll-interval=10s").run((context) -> {
			this.log.jdbc().execute("alter table audit.audit_log add constraint no_poison check (action <> 'poison')");
			Relay relay = context.getBean(Relay.class);
			relay.stop();
			CountDownLatch told = new CountDownLatch(1);
			CountDownLatch released = new CountDownLatch(1);
			record(context, "poison", Delivery.TRANSACTIONAL).chained().whenComplete((place, failure) -> {
				told.countDown();
				await(released);
			});
			relay.start();
			try {
				told.await();
				record(context, "fine", Delivery.TRANSACTIONAL);
				this.log.await(1);
			}
			finally {
				released.countDown();
			}
		});
	}

	@Test
	void tellsThatItWasDiscarded() {
		runner("audit.async.capacity=1", "audit.async.overflow=discard").run((context) -> {
			context.getBean(AsyncBuffer.class).status();
			try (Connection holder = this.database.getConnection(); Statement statement = holder.createStatement()) {
				place(record(context, "first", Delivery.ASYNC));
				holder.setAutoCommit(false);
				statement.execute("select * from audit.audit_chain for update");
				record(context, "held", Delivery.ASYNC);
				Awaitility.await().until(() -> context.getBean(AsyncBuffer.class).bytes() == 0);
				record(context, "waiting", Delivery.ASYNC);
				assertThat(reason(record(context, "dropped", Delivery.ASYNC).chained())).isEqualTo(Reason.DISCARDED);
				holder.rollback();
			}
		});
	}

	@Test
	void nobodyWaitsForAnApplicationThatStops() {
		List<CompletionStage<AuditReceipt.Place>> stages = new ArrayList<>();
		runner().run((context) -> {
			stages.add(record(context, "drained", Delivery.TRANSACTIONAL).chained());
			context.getBean(Relay.class).stop();
			stages.add(record(context, "left", Delivery.TRANSACTIONAL).chained());
		});
		assertThat(stages.get(0).toCompletableFuture()).isCompleted();
		assertThat(reason(stages.get(1))).isEqualTo(Reason.STOPPED);
	}

	@Test
	void withoutALedgerThereIsAnIdAndNoPlace() {
		runner("audit.enabled=false")
			.withBean("auditRecorder", AuditRecorder.class, () -> (record) -> Receipts.withoutLedger(UUID.randomUUID()))
			.run((context) -> assertThat(reason(record(context, "nothing", Delivery.DEFAULT).chained()))
				.isEqualTo(Reason.NO_LEDGER));
	}

	@Test
	void aCallKnowsTheIdOfItsEntry() {
		runner().withBean(Works.class).run((context) -> {
			UUID id = context.getBean(Works.class).work();
			assertThat(this.log.await(1)).extracting("id").containsExactly(id);
			assertThat(AuditContext.current().entryId()).isNull();
		});
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Managed {

		@Bean
		JdbcTransactionManager transactionManager(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

	}

	static class Works {

		@Audited("work")
		public UUID work() {
			AuditContext context = AuditContext.current();
			assertThat(context.entryId()).isEqualTo(context.entryId());
			return context.entryId();
		}

	}

}
