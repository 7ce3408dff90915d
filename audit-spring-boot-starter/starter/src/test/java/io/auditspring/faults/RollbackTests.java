package io.auditspring.faults;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.shop.PurchaseOrder;
import jakarta.persistence.EntityManager;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is rolled back, in whichever way, leaves one failure and no success; what is
 * committed beside it keeps its success.
 */
class RollbackTests {

	private final PGSimpleDataSource database = (PGSimpleDataSource) TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void leaveOneFailureEach(Delivery mode) {
		try (ConfigurableApplicationContext context = start(mode)) {
			this.log.jdbc()
				.execute("create table receipt (reference text references purchase_order (reference) "
						+ "deferrable initially deferred)");
			Counter counter = context.getBean(Counter.class);
			fails(() -> counter.order("exception", (reference) -> {
				throw new IllegalStateException("refused");
			}));
			fails(() -> counter.order("constraint-at-commit", (reference) -> this.write(context, "nobody")));
			fails(() -> counter.hurry("time-out",
					(reference) -> context.getBean(JdbcTemplate.class).execute("select pg_sleep(5)")));
			counter.order("rollback-only",
					(reference) -> TransactionAspectSupport.currentTransactionStatus().setRollbackOnly());
			fails(() -> counter.order("outer", (reference) -> {
				counter.separately("requires-new-kept");
				throw new IllegalStateException("too late");
			}));
			counter.order("outer-kept", (reference) -> fails(() -> counter.separately(null)));
			rollBackToSavepoint(context, counter);
		}
		assertThat(entries("failure")).containsExactlyInAnyOrder("exception", "constraint-at-commit", "time-out",
				"rollback-only", "outer", null, "savepoint");
		assertThat(entries("success")).containsExactlyInAnyOrder("requires-new-kept", "outer-kept", "around-savepoint");
		assertThat(this.log.jdbc().queryForList("select reference from purchase_order", String.class))
			.containsExactlyInAnyOrder("requires-new-kept", "outer-kept", "around-savepoint");
		new FaultAssertions("", new Answers(), this.database).assertChainIsWhole();
	}

	private List<String> entries(String outcome) {
		return this.log.jdbc()
			.queryForList("select target_name from audit.audit_log where outcome = ?", String.class, outcome);
	}

	private void write(ConfigurableApplicationContext context, String reference) {
		context.getBean(JdbcTemplate.class).update("insert into receipt values (?)", reference);
	}

	private static void fails(Runnable call) {
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(call::run);
	}

	private void rollBackToSavepoint(ConfigurableApplicationContext context, Counter counter) {
		PlatformTransactionManager transactions = new JdbcTransactionManager(context.getBean(DataSource.class));
		TransactionTemplate outer = new TransactionTemplate(transactions);
		TransactionTemplate nested = new TransactionTemplate(transactions);
		nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
		outer.executeWithoutResult((status) -> {
			counter.within("around-savepoint", (reference) -> insert(context, reference));
			fails(() -> nested.executeWithoutResult((inner) -> {
				counter.within("savepoint", (reference) -> insert(context, reference));
				throw new IllegalStateException("back to the savepoint");
			}));
		});
	}

	private static void insert(ConfigurableApplicationContext context, String reference) {
		context.getBean(JdbcTemplate.class)
			.update("insert into purchase_order (version, reference) values (0, ?)", reference);
	}

	private ConfigurableApplicationContext start(Delivery mode) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.jpa.hibernate.ddl-auto=update",
					"spring.flyway.enabled=false", "spring.datasource.username=postgres",
					"spring.datasource.url=" + this.database.getUrl(),
					"audit.delivery=" + mode.name().toLowerCase(Locale.ROOT))
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EntityScan(basePackageClasses = PurchaseOrder.class)
	static class Application {

		@Bean
		Counter counter(EntityManager entityManager) {
			return new Counter(entityManager);
		}

	}

	/**
	 * Takes orders, and does what else it is told.
	 */
	static class Counter {

		private final EntityManager entityManager;

		Counter(EntityManager entityManager) {
			this.entityManager = entityManager;
		}

		@Audited(action = "order", targetName = "#reference")
		@Transactional
		public void order(String reference, Consumer<String> rest) {
			store(reference);
			rest.accept(reference);
		}

		@Audited(action = "order", targetName = "#reference")
		@Transactional(timeout = 1)
		public void hurry(String reference, Consumer<String> rest) {
			store(reference);
			rest.accept(reference);
		}

		@Audited(action = "order", targetName = "#reference")
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		public void separately(String reference) {
			store(reference);
			if (reference == null) {
				throw new IllegalArgumentException("no reference");
			}
		}

		@Audited(action = "order", targetName = "#reference")
		public void within(String reference, Consumer<String> work) {
			work.accept(reference);
		}

		private void store(String reference) {
			this.entityManager.persist(new PurchaseOrder(reference, BigDecimal.TEN));
			this.entityManager.flush();
		}

	}

}
