package io.auditspring.delivery;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.TestDatabase;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManagerFactory;
import org.hibernate.cfg.MultiTenancySettings;
import org.hibernate.context.spi.CurrentTenantIdentifierResolver;
import org.hibernate.engine.jdbc.connections.spi.AbstractDataSourceBasedMultiTenantConnectionProviderImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.Assert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Hibernate routes between tenants by itself. That is fine within one database; in
 * others, which are known to Hibernate only, nothing would move the entries to the
 * ledger.
 */
class HibernateTenantsTests {

	private static final String NONE = "";

	private final DataSource head = TestDatabase.newDatabase();

	private final DataSource west = TestDatabase.newDatabase();

	private final AuditLog log = new AuditLog(this.head);

	private final HikariDataSource headPool = ShopConfiguration.pool(this.head);

	private final HikariDataSource westPool = ShopConfiguration.pool(this.west);

	@TempDir
	Path directory;

	private String tenant = "head";

	private ConfigurableApplicationContext context;

	private OrderService orders;

	@BeforeEach
	void start() {
		this.context = new SpringApplicationBuilder(ShopConfiguration.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "audit.spool.directory=" + this.directory,
					"spring.jpa.hibernate.ddl-auto=none")
			.initializers((application) -> {
				application.getBeanFactory().registerSingleton("dataSource", this.headPool);
				application.getBeanFactory()
					.registerSingleton("tenants",
							(HibernatePropertiesCustomizer) (properties) -> properties
								.putAll(Map.of(MultiTenancySettings.MULTI_TENANT_CONNECTION_PROVIDER,
										new Connections(this::dataSource),
										MultiTenancySettings.MULTI_TENANT_IDENTIFIER_RESOLVER,
										new Current(() -> this.tenant))));
			})
			.run();
		this.orders = this.context.getBean(OrderService.class);
		for (String each : new String[] { "west", "head" }) {
			this.tenant = each;
			this.context.getBean(EntityManagerFactory.class).getSchemaManager().create(false);
		}
	}

	@AfterEach
	void stop() {
		this.context.close();
		this.headPool.close();
		this.westPool.close();
	}

	private DataSource dataSource() {
		return this.tenant.equals("west") ? this.westPool : this.headPool;
	}

	@Test
	void tenantsWithinOneDatabaseAreAudited() {
		this.tenant = "a schema of its own";
		this.orders.create("A-1", BigDecimal.TEN);
		assertThat(this.log.await(1)).extracting("action").containsExactly("order.create");
	}

	/**
	 * On a thread of nobody, such as the one that shows the trail as it grows, there is
	 * no tenant.
	 */
	@Test
	void theTrailIsReadWhereTheLedgerIsWhateverTheTenantIs() {
		this.tenant = "head";
		this.orders.create("A-1", BigDecimal.TEN);
		this.log.await(1);
		AuditTrail trail = this.context.getBean(AuditTrail.class);
		this.tenant = "west";
		assertThat(trail.count(AuditQuery.all())).isOne();
		this.tenant = NONE;
		assertThat(trail.count(AuditQuery.all())).isOne();
	}

	@Test
	void theFirstWriteToAnotherDatabaseSaysWhatToDo() {
		this.tenant = "west";
		assertThatException().isThrownBy(() -> this.orders.create("A-1", BigDecimal.TEN))
			.withStackTraceContaining("has no audit outbox")
			.withStackTraceContaining("AbstractRoutingDataSource");
	}

	@Test
	void nothingIsStagedWhereNobodyWouldFetchIt() throws IOException {
		JdbcTemplate jdbc = new JdbcTemplate(this.west);
		jdbc.execute("create schema audit");
		jdbc.execute(new ClassPathResource("io/auditspring/db/outbox/V1__outbox.sql")
			.getContentAsString(StandardCharsets.UTF_8)
			.replace("${schema}", "audit"));
		this.tenant = "west";
		assertThatException().isThrownBy(() -> this.orders.create("A-1", BigDecimal.TEN))
			.withStackTraceContaining("was not found when the application started")
			.withStackTraceContaining("AbstractRoutingDataSource");
		assertThat(new AuditLog(this.west).staged()).isZero();
	}

	private static final class Connections extends AbstractDataSourceBasedMultiTenantConnectionProviderImpl<String> {

		private final transient Supplier<DataSource> current;

		Connections(Supplier<DataSource> current) {
			this.current = current;
		}

		@Override
		protected DataSource selectAnyDataSource() {
			return this.current.get();
		}

		@Override
		protected DataSource selectDataSource(String tenant) {
			return this.current.get();
		}

	}

	private record Current(Supplier<String> tenant) implements CurrentTenantIdentifierResolver<String> {

		@Override
		public String resolveCurrentTenantIdentifier() {
			String current = this.tenant.get();
			Assert.state(!current.equals(NONE), "Nobody said which tenant it is");
			return current;
		}

		@Override
		public boolean validateExistingCurrentSessions() {
			return false;
		}

	}

}
