package io.auditspring.faults;

import java.io.EOFException;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditDeliveryException;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.delivery.internal.outbox.Relay;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.common.BaseDataSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

/**
 * The connection ends during a commit: nobody knows whether it happened, and yet there is
 * one entry if it did, and no success if it did not.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LostCommitTests {

	private final DataSource database = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	private final TcpProxy proxy = new TcpProxy(((BaseDataSource) this.database).getPortNumbers()[0]);

	private ConfigurableApplicationContext context;

	private OrderDesk desk;

	private String reference;

	private int lost;

	@BeforeAll
	void start() {
		this.context = FaultyApplication.start("jdbc:postgresql://localhost:%d/%s?prepareThreshold=0"
			.formatted(this.proxy.port(), ((BaseDataSource) this.database).getDatabaseName()));
		this.desk = this.context.getBean(OrderDesk.class);
	}

	@BeforeEach
	void begin(TestInfo test) {
		// Its commits would be taken for others.
		this.context.getBean(Relay.class).stop();
		this.reference = test.getTestMethod().orElseThrow().getName() + test.getDisplayName();
		this.lost = this.proxy.lost();
	}

	@AfterAll
	void stop() {
		this.context.close();
		this.proxy.close();
	}

	private void settle() {
		FaultAssertions faultAssertions = new FaultAssertions("commit lost", new Answers(), this.database);
		// Stopping lets it write what it has.
		this.context.getBean(AsyncBuffer.class).stop();
		this.context.getBean(AsyncBuffer.class).start();
		this.context.getBean(Relay.class).start();
		faultAssertions.awaitRelay();
		Awaitility.await().until(() -> this.proxy.lost() == this.lost + 1);
		faultAssertions.assertChainIsWhole();
	}

	private List<Map<String, Object>> entries() {
		return this.log.entries()
			.stream()
			.filter((entry) -> String.valueOf(entry.get("target_name")).startsWith(this.reference))
			.toList();
	}

	private boolean isOrdered() {
		return this.log.jdbc()
			.queryForList("select reference from purchase_order where reference = ?", String.class, this.reference)
			.size() == 1;
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "SYNC" })
	void whatWasCommittedWithoutAnAnswerHasItsEntryOnce(Work work) {
		this.proxy.loseAnswerOfCommit(0);
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> work.call(this.desk, this.reference));
		settle();
		assertThat(isOrdered()).isTrue();
		assertThat(entries()).extracting("action", "outcome").containsExactly(tuple(work.action(), "success"));
	}

	// Nothing of it was in the transaction: the entry can only tell what the caller saw.
	@Test
	void aBufferedEntryTellsThatTheCommitWasNotAnswered() {
		this.proxy.loseAnswerOfCommit(0);
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> this.desk.async(this.reference));
		settle();
		assertThat(entries()).singleElement().satisfies((entry) -> {
			assertThat(entry).containsEntry("action", "order.async").containsEntry("outcome", "failure");
			assertThat((String) entry.get("error")).containsIgnoringCase("commit");
		});
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "SYNC", "ASYNC" })
	void whatWasNotCommittedIsNotShownAsDone(Work work) {
		this.proxy.loseCommit(0);
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> work.call(this.desk, this.reference));
		settle();
		assertThat(isOrdered()).isFalse();
		assertThat(entries()).extracting("outcome").doesNotContain("success");
		assertThat(entries()).hasSizeLessThan(2);
	}

	@Test
	void theRelayMovesOnceWhatItDoesNotKnowToBeMoved() {
		for (int i = 0; i < 5; i++) {
			this.desk.transactional(this.reference + i);
		}
		this.proxy.loseAnswerOfCommit(0);
		settle();
		assertThat(entries()).extracting("target_name")
			.containsExactly(this.reference + 0, this.reference + 1, this.reference + 2, this.reference + 3,
					this.reference + 4);
	}

	@Test
	void theRelayMovesWhatItDoesNotKnowToBeLeft() {
		this.desk.transactional(this.reference);
		this.proxy.loseCommit(0);
		settle();
		assertThat(entries()).extracting("target_name").containsExactly(this.reference);
	}

	@Test
	void aBatchOfTheBufferIsWrittenOnce() {
		this.proxy.loseAnswerOfCommit(0);
		for (int i = 0; i < 5; i++) {
			this.desk.note(this.reference + i);
		}
		settle();
		assertThat(entries()).extracting("target_name")
			.containsExactly(this.reference + 0, this.reference + 1, this.reference + 2, this.reference + 3,
					this.reference + 4);
	}

	@Test
	void theFailureOfACallIsStagedOnce() {
		this.proxy.loseAnswerOfCommit(0);
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> this.desk.refused(this.reference));
		settle();
		assertThat(entries()).extracting("action", "outcome").containsExactly(tuple("order.refused", "failure"));
	}

	@Test
	void aSynchronousEntryIsChainedOnceWhenItsMoveIsNotAnswered() {
		this.proxy.loseAnswerOfCommit(1);
		attempt(() -> this.desk.sync(this.reference));
		settle();
		assertThat(entries()).extracting("action", "outcome").containsExactly(tuple("order.sync", "success"));
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "SYNC", "ASYNC" })
	void aRecordOutsideOfTransactionsIsWrittenOnce(Delivery mode) {
		this.proxy.loseAnswerOfCommit(0);
		AuditRecorder recorder = this.context.getBean(AuditRecorder.class);
		attempt(() -> recorder
			.record(AuditRecord.action("backup.completed").targetName(this.reference).delivery(mode).build()));
		settle();
		assertThat(entries()).extracting("action").containsExactly("backup.completed");
	}

	// Whether the caller is told is the policy's business, not this test's.
	private static void attempt(Runnable call) {
		try {
			call.run();
		}
		catch (AuditDeliveryException ex) {
			assertThat(ex).hasRootCauseInstanceOf(EOFException.class);
		}
	}

}
