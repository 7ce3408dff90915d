package io.auditspring.intercept.internal.call;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import javax.sql.DataSource;

import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Results that come later than the call, while a transaction runs, or after it.
 */
class LateResultTransactionTests extends LateResults {

	@Test
	void aStageThatIsThereAlreadyIsPartOfTheTransaction() {
		CompletableFuture<String> done = CompletableFuture.completedFuture("R-3");
		assertThat(works.inTransaction(done, "done", false)).isSameAs(done);
		assertThat(newEntry()).containsEntry("outcome", "success")
			.containsEntry("target_type", "PurchaseOrder")
			.extractingByKey("after_state")
			.isNotNull();
	}

	@Test
	void aStageThatHasFailedAlreadyRollsBackAndLeavesOneEntry() {
		CompletableFuture<String> failed = CompletableFuture.failedFuture(new IllegalStateException("no stock"));
		works.inTransaction(failed, "rolled back", false);
		assertThat(newEntry()).containsEntry("outcome", "failure")
			.containsEntry("error", "IllegalStateException: no stock");
		assertThat(context.getBean(PurchaseOrderRepository.class).findAll()).extracting(PurchaseOrder::getReference)
			.doesNotContain("rolled back");
	}

	@Test
	void whoeverWaitsWithinATransactionGetsTheResultAndTheEntryIsPartOfTheTransaction() {
		CompletableFuture<String> source = new CompletableFuture<>();
		transaction().executeWithoutResult((status) -> {
			CompletableFuture<String> result = works.inTransaction(source, "joined", false);
			new Thread(() -> source.complete("R-4")).start();
			assertThat(result.join()).isEqualTo("R-4");
			assertThatNothingIsRecorded();
		});
		assertThat(newEntry()).containsEntry("outcome", "success")
			.containsEntry("message", "Got R-4")
			.containsEntry("target_type", "PurchaseOrder")
			.extractingByKey("after_state")
			.isNotNull();
	}

	@Test
	void aResultThatWasThereBeforeItsTransactionWasRolledBackIsAFailure() {
		transaction().executeWithoutResult((status) -> {
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> result = works.inTransaction(source, "joined and undone", false);
			source.complete("R-5");
			result.join();
			CompletableFuture<String> quick = new CompletableFuture<>();
			CompletableFuture<String> soon = works.quick(quick);
			quick.complete("R-6");
			soon.join();
			assertThat(works.mono(Mono.just("R-7")).block(PATIENCE)).isEqualTo("R-7");
			assertThatNothingIsRecorded();
			status.setRollbackOnly();
		});
		assertThat(newEntries(3)).extracting("action", "outcome", "error")
			.containsExactlyInAnyOrder(tuple("late.transaction", "failure", "The transaction was rolled back"),
					tuple("late.quick", "failure", "The transaction was rolled back"),
					tuple("late.mono", "failure", "The transaction was rolled back"));
	}

	@Test
	void aResultOfSomethingUndoneToASavepointIsAFailure() {
		PlatformTransactionManager jdbc = new JdbcTransactionManager(context.getBean(DataSource.class));
		new TransactionTemplate(jdbc).executeWithoutResult((status) -> {
			Object savepoint = status.createSavepoint();
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> result = works.stage(source);
			Mono<String> mono = works.mono(Mono.just("R-7"));
			status.rollbackToSavepoint(savepoint);
			source.complete("R-6");
			result.join();
			mono.block(PATIENCE);
		});
		assertThat(newEntries(2)).extracting("action", "outcome")
			.containsExactlyInAnyOrder(tuple("late.stage", "failure"), tuple("late.mono", "failure"));
	}

	@Test
	void whatHappenedElsewhereIsNotUndoneWithTheTransactionThatWaited() {
		transaction().executeWithoutResult((status) -> {
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> result = works.elsewhere(source, Step.LATER);
			CompletableFuture<String> own = new CompletableFuture<>();
			CompletableFuture<String> independent = works.inItsOwn(own);
			source.complete("R-6");
			own.complete("R-8");
			result.join();
			independent.join();
			status.setRollbackOnly();
		});
		assertThat(newEntries(2)).extracting("action", "outcome")
			.containsExactlyInAnyOrder(tuple("late.elsewhere", "success"), tuple("late.own-transaction", "success"));
	}

	@Test
	void aResultThatComesAfterTheTransactionIsRecordedThen() {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> result = transaction()
			.execute((status) -> works.inTransaction(source, "early", false));
		newEntry();
		source.complete("R-9");
		assertThat(result.join()).isEqualTo("R-9");
		assertThat(newEntries(2).get(1)).containsEntry("message", "Got R-9").containsEntry("outcome", "success");
	}

	@Test
	void aSynchronousEntryIsChainedWhenTheTransactionIsOver() {
		transaction().executeWithoutResult((status) -> {
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletionStage<String> result = works.chained(source);
			source.complete("R-9");
			result.toCompletableFuture().join();
		});
		assertThat(log.count()).isEqualTo(this.before + 1);
	}

	@Test
	void whatTheCallChangedItselfIsInTheLedgerWithItsOwnCommit() {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> result = works.inTransaction(source, "pending", false);
		Map<String, Object> state = newEntry();
		assertThat(state).containsEntry("target_type", "PurchaseOrder")
			.containsEntry("message", "PurchaseOrder %s created".formatted(state.get("target_id")));
		source.complete("R-4");
		result.join();
		Map<String, Object> call = newEntries(2).get(1);
		assertThat(call).containsEntry("operation_id", state.get("operation_id"))
			.containsEntry("message", "Got R-4")
			.containsEntry("outcome", "success");
	}

	@Test
	void aCallWhoseOwnPartIsRolledBackHasNotSucceeded() {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> result = works.inTransaction(source, "undone", true);
		assertThatNothingIsRecorded();
		source.complete("R-5");
		result.join();
		assertThat(newEntry()).containsEntry("outcome", "failure")
			.containsEntry("error", "The transaction was rolled back");
	}

}
