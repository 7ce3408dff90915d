package io.auditspring.delivery.internal.buffer;

import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditDeliveryException;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.FaultyDataSource;
import io.auditspring.delivery.FaultyDataSource.Cut;
import io.auditspring.delivery.Recorders;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.signing.LedgerVerifier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static io.auditspring.delivery.Recorders.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;

/**
 * The connection breaks while a commit is under way: nothing is written twice, and
 * nothing is lost, whether it had arrived or not.
 */
class LostCommitTests {

	private final DataSource database = TestDatabase.migrated();

	private final FaultyDataSource faulty = new FaultyDataSource(this.database);

	private final AuditLog log = new AuditLog(this.database);

	@TempDir
	Path directory;

	private ApplicationContextRunner runner(String... properties) {
		return Recorders.runner(this.faulty, this.directory.resolve("spool"), properties);
	}

	private static TransactionTemplate transaction(ApplicationContext context) {
		return new TransactionTemplate(new JdbcTransactionManager(context.getBean(DataSource.class)));
	}

	// Without the dead connections that the pool may still lend for half a second.
	private void comeBack(ApplicationContext context) {
		this.faulty.comeBack();
		HikariDataSource pool = context.getBean(HikariDataSource.class);
		pool.getHikariPoolMXBean().softEvictConnections();
		Awaitility.await().ignoreExceptions().until(() -> {
			try (Connection connection = pool.getConnection()) {
				return connection.isValid(10);
			}
		});
	}

	private void assertOnce(ApplicationContext context, String... actions) {
		assertThat(this.log.await(actions.length)).extracting("action").containsExactlyInAnyOrder((Object[]) actions);
		assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(names = { "BEFORE_THE_COMMIT", "BEFORE_THE_ANSWER_FOR_GOOD" })
	void anAsynchronousBatchIsWrittenOnce(Cut cut) {
		runner("audit.delivery=async").run((context) -> {
			record(context, "before");
			this.log.await(1);
			this.faulty.cutNextCommit("audit-buffer", cut);
			for (int i = 0; i < 20; i++) {
				record(context, "batch");
			}
			Awaitility.await().until(() -> this.faulty.hasCut("audit-buffer"));
			record(context, "after");
			this.faulty.comeBack();
			assertThat(this.log.await(22)).extracting("action").filteredOn("batch"::equals).hasSize(20);
			assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue();
		});
	}

	@ParameterizedTest
	@EnumSource
	@Tag("thorough")
	void anAsynchronousBatchIsWrittenOnceWhateverIsCut(Cut cut) {
		anAsynchronousBatchIsWrittenOnce(cut);
	}

	@ParameterizedTest
	@EnumSource(names = { "BEFORE_THE_COMMIT", "BEFORE_THE_ANSWER_FOR_GOOD" })
	void aStagedRowIsMovedOnce(Cut cut) {
		runner().run((context) -> {
			this.faulty.cutNextCommit("audit-relay", cut);
			record(context, "one");
			Awaitility.await().until(() -> this.faulty.hasCut("audit-relay"));
			comeBack(context);
			record(context, "two");
			assertOnce(context, "one", "two");
		});
	}

	@ParameterizedTest
	@EnumSource
	@Tag("thorough")
	void aStagedRowIsMovedOnceWhateverIsCut(Cut cut) {
		aStagedRowIsMovedOnce(cut);
	}

	@ParameterizedTest
	@EnumSource(names = { "BEFORE_THE_COMMIT", "BEFORE_THE_ANSWER_FOR_GOOD" })
	void anEntryWithoutTransactionIsWrittenOnceAndTheCallerIsTold(Cut cut) {
		runner().run((context) -> {
			this.faulty.cutNextCommit(FaultyDataSource.CALLER, cut);
			assertThat(catchThrowable(() -> record(context, "one"))).isInstanceOf(AuditDeliveryException.class);
			comeBack(context);
			record(context, "two");
			assertOnce(context, "one", "two");
		});
	}

	@ParameterizedTest
	@EnumSource
	@Tag("thorough")
	void anEntryWithoutTransactionIsWrittenOnceAndTheCallerIsToldWhateverIsCut(Cut cut) {
		anEntryWithoutTransactionIsWrittenOnceAndTheCallerIsTold(cut);
	}

	@ParameterizedTest
	@EnumSource(names = { "BEFORE_THE_COMMIT", "BEFORE_THE_ANSWER_FOR_GOOD" })
	void aCallerWhoNeedNotKnowIsNotToldAndTheEntryIsWrittenOnce(Cut cut) {
		runner("audit.failure-policy=log").run((context) -> {
			this.faulty.cutNextCommit(FaultyDataSource.CALLER, cut);
			record(context, "one");
			this.faulty.comeBack();
			assertOnce(context, "one");
		});
	}

	@ParameterizedTest
	@EnumSource
	@Tag("thorough")
	void aCallerWhoNeedNotKnowIsNotToldAndTheEntryIsWrittenOnceWhateverIsCut(Cut cut) {
		aCallerWhoNeedNotKnowIsNotToldAndTheEntryIsWrittenOnce(cut);
	}

	@ParameterizedTest
	@EnumSource(names = { "BEFORE_THE_COMMIT", "BEFORE_THE_ANSWER_FOR_GOOD" })
	void aSynchronousEntryIsWrittenOnce(Cut cut) {
		runner("audit.delivery=sync", "audit.failure-policy=log").run((context) -> {
			this.faulty.cutNextCommit(FaultyDataSource.CALLER, cut);
			record(context, "one");
			this.faulty.comeBack();
			assertOnce(context, "one");
		});
	}

	@ParameterizedTest
	@EnumSource
	@Tag("thorough")
	void aSynchronousEntryIsWrittenOnceWhateverIsCut(Cut cut) {
		aSynchronousEntryIsWrittenOnce(cut);
	}

	@ParameterizedTest
	@EnumSource(names = { "BEFORE_THE_COMMIT", "BEFORE_THE_ANSWER_FOR_GOOD" })
	void whatABusinessTransactionStagedTellsHowItEnded(Cut cut) {
		new JdbcTemplate(this.database).execute("create table business (a int)");
		runner().run((context) -> {
			JdbcTemplate jdbc = new JdbcTemplate(context.getBean(DataSource.class));
			this.faulty.cutNextCommit(FaultyDataSource.CALLER, cut);
			Throwable failure = catchThrowable(() -> transaction(context).executeWithoutResult((status) -> {
				jdbc.update("insert into business values (1)");
				record(context, "pay");
				context.getBean(AuditRecorder.class)
					.record(AuditRecord.action("mail").delivery(Delivery.ASYNC).build());
			}));
			assertThat(failure).isNotNull();
			comeBack(context);
			List<?> rows = this.log.jdbc().queryForList("select * from business");
			String outcome = rows.isEmpty() ? "failure" : "success";
			assertThat(this.log.await(2)).extracting("action", "outcome")
				.containsExactlyInAnyOrder(tuple("pay", outcome), tuple("mail", outcome));
			record(context, "done");
			assertOnce(context, "pay", "mail", "done");
			DeliveryStatistics statistics = context.getBean(DeliveryStatistics.class);
			Awaitility.await().until(() -> statistics.recorded(Delivery.TRANSACTIONAL) == 2);
		});
	}

	@ParameterizedTest
	@EnumSource
	@Tag("thorough")
	void whatABusinessTransactionStagedTellsHowItEndedWhateverIsCut(Cut cut) {
		whatABusinessTransactionStagedTellsHowItEnded(cut);
	}

	@Test
	void nobodyClaimsARollbackWhereTheAnswerToTheCommitWasLost() {
		runner("audit.delivery=async").run((context) -> {
			record(context, "before");
			this.log.await(1);
			this.faulty.cutNextCommit(FaultyDataSource.CALLER, Cut.BEFORE_THE_ANSWER);
			assertThat(catchThrowable(
					() -> new TransactionTemplate(new DataSourceTransactionManager(context.getBean(DataSource.class)))
						.executeWithoutResult((status) -> record(context, "pay"))))
				.isNotNull();
			comeBack(context);
			assertThat(this.log.await(2).get(1)).containsEntry("outcome", "failure")
				.containsEntry("error", "The commit failed or was not answered");
		});
	}

	@Test
	void whatWasCommittedBeforeTheAnswerWasLostIsNotWrittenAgainByTheNextStart() {
		runner("audit.delivery=async").run((context) -> {
			record(context, "before");
			this.log.await(1);
			this.faulty.cutNextCommit("audit-buffer", Cut.BEFORE_THE_ANSWER_FOR_GOOD);
			record(context, "one");
			Awaitility.await().until(() -> this.faulty.hasCut("audit-buffer"));
			record(context, "two");
		});
		this.faulty.comeBack();
		runner("audit.delivery=async").run((context) -> {
			assertOnce(context, "before", "one", "two");
			Awaitility.await().until(() -> context.getBean(Spool.class).takenIn() == 2);
		});
	}

	/** The database is away until after the stop: the next start finds out. */
	@Test
	void whatDependsOnACommitWhoseAnswerWasLostIsSettledByTheNextStart() {
		runner().run((context) -> {
			this.faulty.cutNextCommit(FaultyDataSource.CALLER, Cut.BEFORE_THE_ANSWER_FOR_GOOD);
			assertThat(catchThrowable(() -> transaction(context).executeWithoutResult((status) -> {
				record(context, "pay");
				context.getBean(AuditRecorder.class)
					.record(AuditRecord.action("mail").delivery(Delivery.ASYNC).build());
			}))).isNotNull();
		});
		this.faulty.comeBack();
		runner().run((context) -> {
			assertOnce(context, "pay", "mail");
			assertThat(this.log.entries()).extracting("outcome").containsOnly("success");
		});
	}

}
