package io.auditspring.delivery.internal.transaction;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Outcome;
import io.auditspring.delivery.internal.outbox.Relay;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.service.spi.EventListenerGroup;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PostUpdateEventListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.EmptyResultDataAccessException;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What committed is never missing, and what rolled back is never shown as done.
 */
class TransactionOutcomeTests {

	private ConfigurableApplicationContext context;

	private OrderService orders;

	private AuditLog log;

	private long id;

	@BeforeEach
	void startWithOneOrder() {
		this.context = new SpringApplicationBuilder(ShopConfiguration.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.application.name=shop")
			.run();
		this.orders = this.context.getBean(OrderService.class);
		this.log = new AuditLog(this.context.getBean(DataSource.class));
		this.id = this.orders.create("A-1", new BigDecimal("12.50")).getId();
		this.log.await(1);
	}

	@AfterEach
	void stop() {
		this.context.close();
	}

	@Test
	void aCommittedCallLeavesItsStateAndRevision() {
		Map<String, Object> created = this.log.entries().get(0);
		assertThat(created).containsEntry("action", "order.create")
			.containsEntry("outcome", "success")
			.containsEntry("category", "order")
			.containsEntry("target_type", "PurchaseOrder")
			.containsEntry("target_id", String.valueOf(this.id))
			.containsEntry("target_name", "A-1")
			.containsEntry("message", "Order A-1 created by system")
			.containsEntry("actor_type", "system")
			.containsEntry("service", "shop")
			.containsEntry("before_state", null)
			.containsEntry("metadata", "{\"total\": 12.5, \"password\": \"***\"}")
			.containsEntry("revision", 1L);
		assertThat((String) created.get("after_state")).contains("\"status\": \"NEW\"", "\"total\": 12.5")
			.doesNotContain("remark");
		this.orders.pay(this.id, "acc-7");
		Map<String, Object> paid = this.log.await(2).get(1);
		assertThat(paid).containsEntry("action", "order.pay")
			.containsEntry("severity", "warning")
			.containsEntry("message", "Status NEW became PAID")
			.containsEntry("justification", "paid by acc-7")
			.containsEntry("related", "[{\"id\": \"acc-7\", \"type\": \"Account\"}]")
			.containsEntry("revision", 2L);
		assertThat((String) paid.get("changes")).contains("\"status\": {\"to\": \"PAID\", \"from\": \"NEW\"}");
	}

	@Test
	void aRecordedFailureSaysNoMoreThanItsRecord() {
		this.context.getBean(AuditRecorder.class)
			.record(AuditRecord.action("backup.missed").outcome(Outcome.FAILURE).build());
		assertThat(this.log.await(2).get(1)).containsEntry("outcome", "failure").containsEntry("error", null);
	}

	@Test
	void anExceptionLeavesOneFailureWithoutChanges() {
		assertThatIllegalStateException().isThrownBy(() -> this.orders.fail(this.id));
		Map<String, Object> entry = this.log.await(2).get(1);
		assertThat(entry).containsEntry("action", "order.fail")
			.containsEntry("outcome", "failure")
			.containsEntry("target_id", String.valueOf(this.id))
			.containsEntry("error", "IllegalStateException: no stock, password=***")
			.containsEntry("after_state", null)
			.containsEntry("changes", null)
			.containsEntry("revision", null);
	}

	@Test
	void whatHappensJustBeforeThePlainCommitIsPartOfIt() {
		this.context.getBean(Relay.class).stop();
		AuditRecorder recorder = this.context.getBean(AuditRecorder.class);
		new TransactionTemplate(new JdbcTransactionManager(this.context.getBean(DataSource.class)))
			.executeWithoutResult((status) -> {
				recorder.record(AuditRecord.action("within").build());
				TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void beforeCommit(boolean readOnly) {
						recorder.record(AuditRecord.action("just.before").build());
					}

					@Override
					public void afterCommit() {
						recorder.record(AuditRecord.action("just.after").build());
					}

				});
			});
		assertThat(this.log.jdbc().queryForObject("""
				select count(distinct xmin::text) from audit.audit_outbox where entries not like '%just.after%'
				""", Integer.class)).isOne();
		this.context.getBean(Relay.class).start();
		assertThat(this.log.await(4)).extracting("action")
			.containsExactly("order.create", "within", "just.before", "just.after");
		assertThat(this.context.getBean(DeliveryStatistics.class).staged()).isEqualTo(4);
	}

	@Test
	void theFailureIsStagedBeforeTheCallerGetsTheException() {
		this.context.getBean(Relay.class).stop();
		assertThatIllegalStateException().isThrownBy(() -> this.orders.fail(this.id));
		assertThat(this.log.staged()).isOne();
	}

	@Test
	void aConstraintThatFailsAtTheCommitLeavesOneFailureWithItsReason() {
		this.orders.create("A-2", BigDecimal.ONE);
		this.log.await(2);
		assertThatExceptionOfType(DataIntegrityViolationException.class)
			.isThrownBy(() -> this.orders.rename(this.id, "A-2"));
		assertThat(this.log.await(3).get(2)).containsEntry("action", "order.rename")
			.containsEntry("outcome", "failure")
			.extractingByKey("error")
			.asString()
			.startsWith("DataIntegrityViolationException");
	}

	@Test
	void aDeferredConstraintThatFailsInTheCommitItselfLeavesOneFailure() {
		this.log.jdbc()
			.execute("alter table purchase_order add constraint late unique (total) deferrable initially deferred");
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> this.orders.create("A-2", new BigDecimal("12.50")));
		assertThat(this.log.await(2).get(1)).containsEntry("action", "order.create")
			.containsEntry("outcome", "failure")
			.containsEntry("after_state", null);
	}

	@Test
	void aCallThatMarksItsTransactionRollbackOnlyIsAFailure() {
		this.orders.rollbackOnly(this.id);
		assertThat(this.log.await(2).get(1)).containsEntry("action", "order.failLate")
			.containsEntry("outcome", "failure")
			.containsEntry("error", "The transaction was rolled back")
			.containsEntry("changes", null);
	}

	@Test
	void anExceptionThatDoesNotRollBackShowsTheFailureAndWhatWasCommitted() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.orders.failButCommit(this.id));
		Map<String, Object> entry = this.log.await(2).get(1);
		assertThat(entry).containsEntry("outcome", "failure")
			.containsEntry("error", "IllegalArgumentException: odd but kept");
		assertThat((String) entry.get("changes")).contains("\"ODD\"");
	}

	@Test
	void requiresNewInsideARolledBackCallKeepsItsOwnSuccess() {
		long second = this.orders.create("A-2", BigDecimal.ONE).getId();
		this.log.await(2);
		assertThatIllegalStateException().isThrownBy(() -> this.orders.around(this.id, () -> {
			this.orders.separately(second, "A-3");
			throw new IllegalStateException("outer failed");
		}));
		assertThat(this.log.await(4).subList(2, 4)).extracting("action", "outcome")
			.containsExactly(tuple("order.separate", "success"), tuple("order.outer", "failure"));
	}

	/** As while an application ends. What was not flushed is not written any more. */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aCallDuringWhichTheSessionFactoryIsClosedLeavesOneEntryOfWhatIsThere(boolean flushed) throws Exception {
		EntityManager entityManager = this.context.getBean(EntityManager.class);
		this.orders.around(this.id, () -> {
			if (flushed) {
				entityManager.flush();
			}
			this.context.getBean(EntityManagerFactory.class).close();
			return null;
		});
		assertThat(this.log.jdbc().queryForList("select status from purchase_order", String.class))
			.containsExactly(flushed ? "OUTER" : "NEW");
		assertThat(this.log.await(2).get(1)).containsEntry("action", "order.outer")
			.containsEntry("outcome", "success")
			.containsEntry("target_id", flushed ? String.valueOf(this.id) : null)
			.containsEntry("changes", flushed ? "{\"status\": {\"to\": \"OUTER\", \"from\": \"NEW\"}}" : null);
	}

	/** Between what Envers does and what is told of here. */
	@Test
	void aCallWhoseFlushIsOvertakenByTheEndOfTheSessionFactoryLeavesOneEntry() throws Exception {
		SessionFactoryImplementor factory = this.context.getBean(EntityManagerFactory.class)
			.unwrap(SessionFactoryImplementor.class);
		EntityManager entityManager = this.context.getBean(EntityManager.class);
		this.orders.around(this.id, () -> {
			closeDuringUpdates(factory);
			entityManager.flush();
			return null;
		});
		assertThat(this.log.jdbc().queryForList("select status from purchase_order", String.class))
			.containsExactly("OUTER");
		assertThat(this.log.await(2).get(1)).containsEntry("action", "order.outer")
			.containsEntry("outcome", "success")
			.containsEntry("target_id", String.valueOf(this.id))
			.containsEntry("changes", "{\"status\": {\"to\": \"OUTER\", \"from\": \"NEW\"}}");
	}

	private static void closeDuringUpdates(SessionFactoryImplementor factory) {
		EventListenerGroup<PostUpdateEventListener> group = factory.getEventEngine()
			.getListenerRegistry()
			.getEventListenerGroup(EventType.POST_UPDATE);
		List<PostUpdateEventListener> listeners = new ArrayList<>();
		group.listeners().forEach(listeners::add);
		group.clearListeners();
		for (PostUpdateEventListener listener : listeners) {
			if (listener.getClass().getName().startsWith("io.auditspring.")) {
				group.appendListener((event) -> factory.close());
			}
			group.appendListener(listener);
		}
	}

	@Test
	void whatAnUnauditedRequiresNewCommitsInsideARolledBackCallIsShown() {
		long second = this.orders.create("A-2", BigDecimal.ONE).getId();
		this.log.await(2);
		assertThatIllegalStateException().isThrownBy(() -> this.orders.around(this.id, () -> {
			this.orders.separatelyWithoutAudit(second, "A-3");
			throw new IllegalStateException("outer failed");
		}));
		List<Map<String, Object>> entries = this.log.await(4).subList(2, 4);
		assertThat(entries).extracting("action", "outcome", "target_id")
			.containsExactly(tuple("order.outer", "success", String.valueOf(second)),
					tuple("order.outer", "failure", null));
		assertThat(entries.get(0)).containsEntry("operation_id", entries.get(1).get("operation_id"));
	}

	@Test
	void callsWithinATransactionThatIsRolledBackAreFailures() {
		assertThatIllegalStateException().isThrownBy(() -> this.orders.withoutAudit(this.id, "X", () -> {
			this.orders.pay(this.id, "acc-7");
			throw new IllegalStateException("afterwards");
		}));
		assertThat(this.log.await(2).get(1)).containsEntry("action", "order.pay")
			.containsEntry("outcome", "failure")
			.containsEntry("error", "The transaction was rolled back")
			.containsEntry("changes", null);
	}

	@Test
	void aFailedCallWithinATransactionThatMustRollBackIsAFailureOnce() {
		assertThatExceptionOfType(UnexpectedRollbackException.class)
			.isThrownBy(() -> this.orders.withoutAudit(this.id, "X", () -> {
				assertThatIllegalStateException().isThrownBy(() -> this.orders.fail(this.id));
				return null;
			}));
		assertThat(this.log.await(2).get(1)).containsEntry("action", "order.fail").containsEntry("outcome", "failure");
	}

	@Test
	void nestedCallsEachShowTheirOwnChanges() throws Exception {
		long second = this.orders.create("A-2", BigDecimal.ONE).getId();
		this.log.await(2);
		this.orders.around(this.id, () -> {
			this.orders.rename(second, "A-4");
			return null;
		});
		List<Map<String, Object>> entries = this.log.await(4).subList(2, 4);
		assertThat(entries).extracting("action", "outcome", "target_id")
			.containsExactlyInAnyOrder(tuple("order.outer", "success", String.valueOf(this.id)),
					tuple("order.rename", "success", String.valueOf(second)));
	}

	@Test
	void changesMadeBeforeTheCallInTheSameTransactionAreNotTheCalls() throws Exception {
		this.orders.withoutAudit(this.id, "EARLIER", () -> {
			this.orders.rename(this.id, "A-9");
			return null;
		});
		Map<String, Object> entry = this.log.await(2).get(1);
		assertThat((String) entry.get("changes")).contains("A-9").doesNotContain("\"from\": \"NEW\"");
		assertThat((String) entry.get("before_state")).contains("EARLIER");
	}

	@Test
	void whatACallChangedBeforeItFoundNothingIsItsOwnAndNotThatOfTheCallAroundIt() throws Exception {
		long second = this.orders.create("A-2", BigDecimal.ONE).getId();
		this.log.await(2);
		this.orders.around(this.id, () -> {
			assertThatExceptionOfType(EmptyResultDataAccessException.class).isThrownBy(() -> this.orders.ping(() -> {
				this.context.getBean(EntityManager.class).find(PurchaseOrder.class, second).setReference("A-4");
				throw new EmptyResultDataAccessException(1);
			}));
			return null;
		});
		assertThat(this.log.await(4).subList(2, 4)).extracting("action", "outcome", "target_id")
			.containsExactlyInAnyOrder(tuple("order.outer", "success", String.valueOf(this.id)),
					tuple("order.ping", "failure", String.valueOf(second)));
	}

	@Test
	void furtherChangedEntitiesAreEntriesOfTheSameOperation() {
		this.orders.addLine(this.id, "bolt");
		List<Map<String, Object>> entries = this.log.await(4).subList(1, 4);
		assertThat(entries).extracting("action").containsOnly("order.addLine");
		assertThat(entries).extracting("operation_id").containsOnly(entries.get(0).get("operation_id"));
		assertThat(entries).extracting("target_type").contains("PurchaseOrder", "OrderLine");
	}

	@Test
	void aDeletedEntityHasOnlyABefore() {
		this.orders.delete(this.id);
		Map<String, Object> entry = this.log.await(2).get(1);
		assertThat(entry).containsEntry("target_type", "PurchaseOrder")
			.containsEntry("target_id", String.valueOf(this.id))
			.containsEntry("after_state", null)
			.containsEntry("changes", null);
		assertThat((String) entry.get("before_state")).contains("A-1");
	}

	@Test
	void aReadOnlyTransactionLeavesItsEntryToo() {
		this.orders.read(this.id);
		assertThat(this.log.await(2).get(1)).containsEntry("action", "order.read").containsEntry("outcome", "success");
	}

	@Test
	void aCallWithoutTransactionIsStagedWhenItReturns() throws Exception {
		this.context.getBean(Relay.class).stop();
		assertThat(this.orders.ping(() -> "pong")).isEqualTo("pong");
		assertThat(this.log.staged()).isOne();
	}

	@Test
	void aConditionOrTheContextCanSuppressTheEntry() {
		this.orders.maybe(false);
		this.orders.skips();
		this.orders.maybe(true);
		assertThat(this.log.await(2).get(1)).containsEntry("action", "order.maybe");
	}

	@Test
	void whatTheContextTellsGoesIntoTheEntry() {
		this.orders.tellsMore(this.id);
		assertThat(this.log.await(2).get(1)).containsEntry("target_type", "PurchaseOrder")
			.containsEntry("target_id", String.valueOf(this.id))
			.containsEntry("target_name", "the order")
			.containsEntry("message", "told")
			.containsEntry("justification", "because")
			.containsEntry("metadata", "{\"count\": 3, \"secret\": \"***\"}")
			.containsEntry("related", "[{\"id\": \"7\", \"type\": \"Box\"}]");
	}

	@Test
	void whatTheContextTellsIsTakenOnceWhereTheTextDependsOnTheState() {
		this.orders.move(this.id);
		assertThat(this.log.await(2).get(1)).containsEntry("message", "Now MOVED")
			.containsEntry("justification", "asked to")
			.containsEntry("related", "[{\"id\": \"7\", \"type\": \"Box\"}]");
	}

	@Test
	void anExpressionThatFailsIsNotedAndBreaksNothing() {
		this.orders.wronglyDescribed(5L);
		assertThat((String) this.log.await(2).get(1).get("metadata")).contains("\"id\": 5", "expressionErrors",
				"\"message\": \"SpelEvaluationException", "\"targetId\": \"SpelEvaluationException");
	}

	@Test
	void synchronousDeliveryIsChainedOnReturn() {
		this.context.getBean(Relay.class).stop();
		this.orders.paySync(this.id);
		assertThat(this.log.entries()).hasSize(2).last().extracting("action").isEqualTo("order.paySync");
	}

	@Test
	void asynchronousDeliveryCarriesTheStateToo() {
		this.orders.payAsync(this.id);
		Map<String, Object> entry = this.log.await(2).get(1);
		assertThat(entry).containsEntry("action", "order.payAsync").containsEntry("revision", 2L);
		assertThat((String) entry.get("changes")).contains("PAID");
	}

	@Test
	void aSessionThatOutlivesARolledBackTransactionDoesNotCarryItsEntriesOn() {
		EntityManagerFactory factory = this.context.getBean(EntityManagerFactory.class);
		EntityManager view = factory.createEntityManager();
		TransactionSynchronizationManager.bindResource(factory, new EntityManagerHolder(view));
		try {
			assertThatIllegalStateException().isThrownBy(() -> this.orders.around(this.id, () -> {
				this.orders.rename(this.id, "A-5");
				throw new IllegalStateException("outer failed");
			}));
			view.clear();
			this.orders.pay(this.id, "acc-7");
		}
		finally {
			TransactionSynchronizationManager.unbindResource(factory);
			view.close();
		}
		assertThat(this.log.await(4).subList(1, 4)).extracting("action", "outcome")
			.containsExactlyInAnyOrder(tuple("order.outer", "failure"), tuple("order.rename", "failure"),
					tuple("order.pay", "success"));
	}

}
