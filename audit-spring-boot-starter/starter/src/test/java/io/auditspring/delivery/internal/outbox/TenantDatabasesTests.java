package io.auditspring.delivery.internal.outbox;

import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.TenantResolver;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.Tenants;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManagerFactory;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * A JPA application with a database for each tenant behind a routing data source: every
 * call leaves one entry in the one ledger, staged beside what it changed.
 */
class TenantDatabasesTests {

	private static final List<String> TENANTS = List.of("north", "south");

	private final Map<String, DataSource> databases = Map.of("north", TestDatabase.newDatabase(), "south",
			TestDatabase.newDatabase());

	private final DataSource head = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.head);

	@TempDir
	Path directory;

	private Tenants tenants;

	private ConfigurableApplicationContext context;

	private OrderService orders;

	private final List<HikariDataSource> pools = new ArrayList<>();

	@BeforeEach
	void route() {
		this.tenants = new Tenants(Map.of("north", pool(database("north")), "south", pool(database("south"))),
				pool(this.head));
	}

	private DataSource pool(DataSource database) {
		HikariConfig config = new HikariConfig();
		config.setDataSource(database);
		config.setMaximumPoolSize(4);
		config.setMinimumIdle(1);
		HikariDataSource pool = new HikariDataSource(config);
		this.pools.add(pool);
		return pool;
	}

	@AfterEach
	void stop() {
		if (this.context != null) {
			this.context.close();
		}
		this.pools.forEach(HikariDataSource::close);
	}

	private DataSource database(String tenant) {
		return this.databases.get(tenant);
	}

	private void start(DataSource dataSource, String... properties) {
		this.context = new SpringApplicationBuilder(Shop.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "audit.spool.directory=" + this.directory,
					"spring.jpa.hibernate.ddl-auto=none",
					// A block of ids must not be taken from one tenant's sequence and
					// used for another.
					"spring.jpa.properties.hibernate.id.optimizer.pooled.preferred=none")
			.properties(properties)
			.initializers((application) -> {
				application.getBeanFactory().registerSingleton("dataSource", dataSource);
				application.getBeanFactory()
					.registerSingleton("tenantResolver", (TenantResolver) this.tenants::current);
				application.getBeanFactory().registerSingleton("router", new Router(this.tenants));
			})
			.run();
		this.orders = this.context.getBean(OrderService.class);
		TENANTS.forEach(this::createTables);
	}

	private void createTables(String tenant) {
		try {
			this.tenants.as(tenant, () -> {
				this.context.getBean(EntityManagerFactory.class).getSchemaManager().create(false);
				return null;
			});
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void assertOutboxesAreEmpty() {
		this.databases.values().forEach((database) -> Awaitility.await().until(() -> staged(database) == 0));
		assertThat(this.log.staged()).isZero();
	}

	private static long staged(DataSource database) {
		return new AuditLog(database).staged();
	}

	private List<Map<String, Object>> tenantsAndActions() {
		return this.log.jdbc().queryForList("select tenant, action, outcome from audit.audit_log");
	}

	private void assertEntries(Object... outcomesByAction) {
		List<Map<String, Object>> expected = new ArrayList<>();
		for (String tenant : TENANTS) {
			for (int i = 0; i < outcomesByAction.length; i += 2) {
				expected
					.add(Map.of("tenant", tenant, "action", outcomesByAction[i], "outcome", outcomesByAction[i + 1]));
			}
		}
		this.log.await(expected.size());
		assertThat(tenantsAndActions()).containsExactlyInAnyOrderElementsOf(expected);
		assertOutboxesAreEmpty();
		assertThat(this.context.getBean(AuditTrail.class).verify().valid()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "transactional", "async", "sync" })
	void eachCallOfEachTenantLeavesOneEntryInEachMode(String mode) throws Exception {
		start(this.tenants, "audit.delivery=" + mode);
		for (String tenant : TENANTS) {
			this.tenants.as(tenant, () -> {
				long id = this.orders.create("A-" + tenant, BigDecimal.TEN).getId();
				this.orders.pay(id, "acc");
				assertThatIllegalStateException().isThrownBy(() -> this.orders.fail(id));
				this.orders.rollbackOnly(id);
				this.orders.ping(() -> "no transaction");
				assertThatIllegalStateException().isThrownBy(() -> this.orders.ping(() -> {
					throw new IllegalStateException("without transaction");
				}));
				this.orders.read(id);
				this.orders.payAsync(id);
				this.orders.paySync(id);
				this.orders.quick(id);
				return null;
			});
		}
		assertEntries("order.create", "success", "order.pay", "success", "order.fail", "failure", "order.failLate",
				"failure", "order.ping", "success", "order.ping", "failure", "order.read", "success", "order.payAsync",
				"success", "order.paySync", "success", "order.quick", "success");
	}

	@Test
	void anEntryIsStagedBesideWhatItIsAbout() throws Exception {
		start(this.tenants);
		this.context.getBean(Relays.class).stop();
		this.tenants.as("south", () -> this.orders.create("A-1", BigDecimal.TEN));
		assertThat(staged(database("south"))).isEqualTo(1);
		assertThat(staged(database("north"))).isZero();
		assertThat(this.log.staged()).isZero();
		this.context.getBean(Relays.class).start();
		this.log.await(1);
		assertOutboxesAreEmpty();
	}

	@Test
	void aCallThatWaitsForTheLedgerFindsItsRowThoughItsThreadHasLeftTheTenant() throws Exception {
		start(this.tenants);
		long id = this.tenants.as("south", () -> this.orders.create("A-1", BigDecimal.TEN).getId());
		this.log.await(1);
		this.context.getBean(Relays.class).stop();
		this.context.getBean(Relay.class).stop();
		this.tenants.as("north", () -> {
			// A row with the same number as the one that is waited for.
			this.orders.create("A-2", BigDecimal.TEN);
			this.orders.create("A-3", BigDecimal.TEN);
			return null;
		});
		this.context.getBean(Visitor.class).paySync("south", id);
		assertThat(this.log.jdbc().queryForList("select action from audit.audit_log", String.class))
			.containsExactlyInAnyOrder("order.create", "visit.paySync");
		assertThat(staged(database("south"))).isZero();
	}

	@Test
	void theDefaultHoldsTheLedgerAndTheOthersAnOutboxOnly() {
		start(this.tenants);
		assertThat(tables(database("north"))).isEqualTo(tables(database("south")))
			.containsExactly("audit_outbox", "audit_outbox_history");
		assertThat(tables(this.head)).contains("audit_log", "audit_chain", "audit_outbox");
	}

	private static List<String> tables(DataSource database) {
		return new JdbcTemplate(database)
			.queryForList("select tablename from pg_tables where schemaname = 'audit' order by 1", String.class);
	}

	@Test
	void theTrailIsReadFromTheLedgerWhicheverTenantAsks() throws Exception {
		start(this.tenants);
		long id = this.tenants.as("north", () -> {
			long created = this.orders.create("A-1", BigDecimal.TEN).getId();
			this.orders.pay(created, "acc");
			return created;
		});
		this.log.await(2);
		AuditTrail trail = this.context.getBean(AuditTrail.class);
		this.tenants.as("south", () -> {
			assertThat(trail.trail("PurchaseOrder", id)).extracting(AuditEntry::getAction, AuditEntry::getTenant)
				.containsExactly(tuple("order.pay", "north"), tuple("order.create", "north"));
			assertThat(trail.stateAt("PurchaseOrder", id, Instant.now()).orElseThrow().get("status").toString())
				.contains("PAID");
			return null;
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void proxiesAroundTheRoutingDataSourceAreSeenThrough(boolean lazy) throws Exception {
		start(lazy ? new LazyConnectionDataSourceProxy(this.tenants)
				: new TransactionAwareDataSourceProxy(this.tenants));
		for (String tenant : TENANTS) {
			this.tenants.as(tenant, () -> this.orders.create("A-1", BigDecimal.TEN));
		}
		assertEntries("order.create", "success");
	}

	/**
	 * A JPA application whose data source a test brings.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(ShopConfiguration.class)
	static class Shop {

		@Bean
		Visitor visitor(OrderService orders) {
			return new Visitor(orders);
		}

		// Aspects that choose the tenant come before the transaction, and after the
		// outermost part of the audit.
		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static DefaultPointcutAdvisor tenantAdvisor(ObjectProvider<Router> router) {
			DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor(new StaticMethodMatcherPointcut() {

				@Override
				public boolean matches(Method method, Class<?> type) {
					return Visitor.class.isAssignableFrom(type);
				}

			}, (MethodInterceptor) (invocation) -> router.getObject()
				.tenants()
				.as((String) invocation.getArguments()[0], () -> proceed(invocation)));
			advisor.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return advisor;
		}

		private static Object proceed(MethodInvocation invocation) {
			try {
				return invocation.proceed();
			}
			catch (Throwable ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	/** Not a second data source. */
	record Router(Tenants tenants) {

	}

	/**
	 * Its calls say for which tenant they are.
	 */
	static class Visitor {

		private final OrderService orders;

		Visitor(OrderService orders) {
			this.orders = orders;
		}

		@Audited(action = "visit.paySync", delivery = Delivery.SYNC)
		@Transactional
		public void paySync(String tenant, long id) throws Exception {
			this.orders.withoutAudit(id, "PAID", () -> tenant);
		}

	}

}
