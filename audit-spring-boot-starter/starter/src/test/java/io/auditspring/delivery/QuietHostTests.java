package io.auditspring.delivery;

import java.math.BigDecimal;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What fails in the application is the application's: nobody complains in its log because
 * the call was audited.
 */
@ExtendWith(OutputCaptureExtension.class)
class QuietHostTests {

	private static ConfigurableApplicationContext context;

	private static OrderService orders;

	private static AuditLog log;

	private long id;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(ShopConfiguration.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false", "spring.application.name=shop")
			.run();
		orders = context.getBean(OrderService.class);
		log = new AuditLog(context.getBean(DataSource.class));
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void startWithOneOrder() {
		this.id = orders.create("A-" + System.nanoTime(), BigDecimal.ONE).getId();
	}

	private static TransactionTemplate transaction() {
		return new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
	}

	private static void assertThatNobodyComplained(CapturedOutput output) {
		assertThat(output.toString()).doesNotContain(" WARN ", " ERROR ", "HHH");
	}

	@Test
	void whenAnAuditedCallFails(CapturedOutput output) {
		assertThatIllegalStateException().isThrownBy(() -> orders.fail(this.id));
		assertThatNobodyComplained(output);
	}

	@Test
	void whenAnAuditedCallReturnsAndIsRolledBack(CapturedOutput output) {
		orders.rollbackOnly(this.id);
		assertThatNobodyComplained(output);
	}

	@Test
	void whenAFailingCallTakesTheTransactionAroundItAlong(CapturedOutput output) {
		assertThat(catchThrowable(() -> orders.withoutAudit(this.id, "OUTER", () -> {
			orders.fail(this.id);
			return null;
		}))).isNotNull();
		assertThatNobodyComplained(output);
	}

	@Test
	void whenAStatementOfACallHasFailedAndWhatItChangedIsNotFlushedYet(CapturedOutput output) {
		assertThat(catchThrowable(() -> orders.withoutAudit(this.id, "OUTER", () -> orders.ping(() -> {
			context.getBean(EntityManager.class).find(PurchaseOrder.class, this.id).setStatus("INNER");
			try {
				log.jdbc().update("insert into purchase_order (id) values (?)", this.id);
			}
			catch (DataAccessException ex) {
				throw new IllegalStateException(ex);
			}
			return "";
		})))).isInstanceOf(IllegalStateException.class).hasNoSuppressedExceptions();
		assertThatNobodyComplained(output);
	}

	@Test
	void whenWhatIsAroundASuccessfulCallFails(CapturedOutput output) {
		assertThat(catchThrowable(() -> orders.withoutAudit(this.id, "OUTER", () -> {
			orders.rename(this.id, "B-" + this.id);
			throw new IllegalStateException("later");
		}))).isNotNull();
		assertThatNobodyComplained(output);
	}

	/** Envers itself leaves something behind in the session, of which Hibernate tells. */
	@Test
	void whenACallFailsThatHasInsertedNobodySaysMoreThanWithoutAuditing(CapturedOutput output) {
		int with = complaints(context, output);
		try (ConfigurableApplicationContext plain = new SpringApplicationBuilder(ShopConfiguration.class)
			.web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false", "spring.application.name=shop", "audit.enabled=false")
			.run()) {
			assertThat(with).isEqualTo(complaints(plain, output));
		}
	}

	private static int complaints(ConfigurableApplicationContext application, CapturedOutput output) {
		OrderService service = application.getBean(OrderService.class);
		PurchaseOrderRepository repository = application.getBean(PurchaseOrderRepository.class);
		long order = service.create("D-" + System.nanoTime(), BigDecimal.ONE).getId();
		int before = output.getAll().length();
		assertThatIllegalStateException().isThrownBy(() -> service.around(order, () -> {
			repository.save(new PurchaseOrder("E-" + System.nanoTime(), BigDecimal.ONE));
			throw new IllegalStateException("no stock");
		}));
		assertThatIllegalStateException().isThrownBy(() -> service.around(order, () -> {
			repository.saveAndFlush(new PurchaseOrder("F-" + System.nanoTime(), BigDecimal.ONE));
			service.rename(order, "G");
			throw new IllegalStateException("no stock");
		}));
		return output.getAll().substring(before).split(" WARN | ERROR ", -1).length - 1;
	}

	@Test
	void whenARecordedEventIsRolledBack(CapturedOutput output) {
		transaction().executeWithoutResult((status) -> {
			context.getBean(AuditRecorder.class).record(AuditRecord.action("backup.completed").build());
			status.setRollbackOnly();
		});
		assertThatNobodyComplained(output);
	}

	@Test
	void whenAnEntityManagerOfTheApplicationsOwnIsRolledBack(CapturedOutput output) throws Exception {
		EntityManagerFactory factory = context.getBean(EntityManagerFactory.class);
		orders.ping(() -> {
			try (EntityManager own = factory.createEntityManager()) {
				own.getTransaction().begin();
				own.find(PurchaseOrder.class, this.id).setStatus("OWN");
				own.getTransaction().rollback();
			}
			return "";
		});
		assertThatNobodyComplained(output);
	}

	@Test
	void whenTheSessionOutlivesTheTransaction(CapturedOutput output) {
		EntityManagerFactory factory = context.getBean(EntityManagerFactory.class);
		EntityManager view = factory.createEntityManager();
		TransactionSynchronizationManager.bindResource(factory, new EntityManagerHolder(view));
		try {
			orders.rollbackOnly(this.id);
			assertThat(catchThrowable(() -> orders.withoutAudit(this.id, "OUTER", () -> {
				orders.fail(this.id);
				return null;
			}))).isNotNull();
			view.clear();
			orders.rename(this.id, "C-" + this.id);
		}
		finally {
			TransactionSynchronizationManager.unbindResource(factory);
			view.close();
		}
		assertThatNobodyComplained(output);
		assertThat(log.jdbc().queryForList("select status from purchase_order_aud where id = ?", String.class, this.id))
			.containsOnly("NEW");
	}

}
