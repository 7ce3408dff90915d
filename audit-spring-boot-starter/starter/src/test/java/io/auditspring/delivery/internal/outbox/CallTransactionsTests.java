package io.auditspring.delivery.internal.outbox;

import io.auditspring.shop.PurchaseOrder;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.api.Test;

import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Calls whose transaction is partly undone, about to end, of somebody else or refused.
 */
class CallTransactionsTests extends CallsOfAShop {

	@Test
	void whatIsRolledBackToASavepointIsAFailure() {
		start(Jdbc.class);
		TransactionTemplate nested = transaction();
		nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
		transaction().executeWithoutResult((status) -> {
			this.calls.plain();
			nested.executeWithoutResult((inner) -> {
				this.calls.inTransaction();
				inner.setRollbackOnly();
			});
			this.calls.nestedRollback();
		});
		assertThat(outcomes(3)).containsExactly("plain success", "inTransaction failure", "nestedRollback failure");
	}

	@Test
	void aCallInABeforeCommitCallbackIsPartOfTheTransaction() {
		start(Shop.class);
		this.log.jdbc().execute("create table business (a int)");
		this.log.jdbc()
			.execute("alter table audit.audit_outbox add constraint refused check (entries not like '%\"plain\"%')");
		assertThatException().isThrownBy(() -> transaction().executeWithoutResult((status) -> {
			this.context.getBean(EntityManager.class)
				.createNativeQuery("insert into business values (1)")
				.executeUpdate();
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
				@Override
				public void beforeCommit(boolean readOnly) {
					CallTransactionsTests.this.calls.plain();
				}
			});
		}));
		assertThat(this.log.jdbc().queryForObject("select count(*) from business", Long.class)).isZero();
	}

	@Test
	void anEntityManagerOfItsOwnCommitsOnlyWhatItChanged() {
		start(Shop.class);
		EntityManagerFactory factory = this.context.getBean(EntityManagerFactory.class);
		transaction().executeWithoutResult((status) -> {
			this.calls.plain();
			this.calls.ownEntityManager(factory);
			status.setRollbackOnly();
		});
		assertThat(this.log.await(3))
			.extracting((entry) -> entry.get("action") + " " + entry.get("outcome") + " " + entry.get("target_type"))
			.containsExactlyInAnyOrder("own success PurchaseOrder", "plain failure null", "own failure null");
	}

	@Test
	void aCommitThatTheServerRefusesIsAFailureWhateverTheTransactionManagerSays() {
		start(PlainJdbc.class);
		this.log.jdbc()
			.execute("create table business (a int, constraint one unique (a) deferrable initially deferred)");
		assertThatException().isThrownBy(() -> this.calls.duplicate());
		assertThat(outcomes(1)).containsExactly("duplicate failure");
	}

	@Test
	void managersThatAManagerHandsOnToNeedNotBeBeans() {
		start(Chained.class);
		this.log.jdbc()
			.execute("create table business (a int, constraint one unique (a) deferrable initially deferred)");
		this.calls.inTransaction();
		assertThatException().isThrownBy(() -> this.calls.duplicate());
		this.calls.withdrawn();
		assertThat(outcomes(3)).containsExactly("inTransaction success", "duplicate failure", "withdrawn failure");
	}

	@Test
	void aCircleOfBeansKeepsItsTransactionsAndItsEntries() {
		start(Circular.class, "spring.main.allow-circular-references=true");
		Self self = this.context.getBean(Self.class);
		assertThat(self.isInTransaction()).isTrue();
		self.callItself();
		assertThat(outcomes(1)).containsExactly("self success");
	}

}
