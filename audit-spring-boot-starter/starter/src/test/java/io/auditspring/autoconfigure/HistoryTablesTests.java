package io.auditspring.autoconfigure;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditSetupException;
import io.auditspring.TestDatabase;
import io.auditspring.actuate.HistoryEndpoint;
import io.auditspring.capture.internal.state.HistoryTablesCheck;
import io.auditspring.crates.Crate;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What Envers writes to is there before the first change.
 */
@ExtendWith(OutputCaptureExtension.class)
class HistoryTablesTests {

	private final DataSource database = TestDatabase.migrated();

	private final JdbcTemplate jdbc = new JdbcTemplate(this.database);

	private ConfigurableApplicationContext start(Class<?> application, String... properties) {
		return start(this.database, application, properties);
	}

	private static ConfigurableApplicationContext start(DataSource database, Class<?> application,
			String... properties) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.initializers((ConfigurableApplicationContext context) -> context.getBeanFactory()
				.registerSingleton("dataSource", database))
			.properties("spring.main.banner-mode=off", "spring.flyway.enabled=false",
					"spring.jpa.hibernate.ddl-auto=none")
			.properties(properties)
			.run();
	}

	private void makeShop() {
		start(ShopConfiguration.class, "spring.jpa.hibernate.ddl-auto=create").close();
	}

	private void forgetTheShopsHistory() {
		this.jdbc.execute("drop table purchase_order_aud, order_line_aud, revinfo cascade");
		this.jdbc.execute("drop sequence revinfo_seq");
	}

	private AuditSetupException failure(Class<?> application, String... properties) {
		Throwable failure = catchThrowable(() -> start(application, properties).close());
		assertThat(failure).isInstanceOf(AuditSetupException.class);
		return (AuditSetupException) failure;
	}

	private static String ddl(String action) {
		return action.substring(action.indexOf("\n\n"), action.lastIndexOf("\n\n"));
	}

	@Test
	void whatIsMissingIsNamedAndTheDdlThatIsToldMakesIt(CapturedOutput output) {
		makeShop();
		forgetTheShopsHistory();
		AuditSetupException failure = failure(ShopConfiguration.class);
		assertThat(failure.getMessage()).contains("sequence revinfo_seq", "table revinfo", "table purchase_order_aud",
				"table order_line_aud");
		assertThat(failure.getRemedy()).contains("audit.envers.missing-tables");
		assertThat(output).contains("APPLICATION FAILED TO START", failure.getMessage(), failure.getRemedy());
		this.jdbc.execute(ddl(failure.getRemedy()));
		try (ConfigurableApplicationContext context = start(ShopConfiguration.class)) {
			context.getBean(OrderService.class).create("H-1", BigDecimal.ONE);
			assertThat(new AuditLog(this.database).await(1)).extracting("revision").containsExactly(1L);
		}
	}

	@Test
	void onlyWhatIsMissingIsNamed() {
		makeShop();
		this.jdbc.execute("drop table order_line_aud");
		AuditSetupException failure = failure(ShopConfiguration.class);
		assertThat(failure.getMessage()).endsWith("would fail: table order_line_aud");
		assertThat(failure.getRemedy()).doesNotContain("purchase_order_aud");
		this.jdbc.execute(ddl(failure.getRemedy()));
		start(ShopConfiguration.class).close();
	}

	@Test
	void schemasSuffixesJoinTablesCollectionsAndRevisionEntitiesOfTheApplicationAreFollowed() {
		String[] settings = { "spring.jpa.properties.hibernate.default_schema=here",
				"spring.jpa.properties.org.hibernate.envers.audit_table_suffix=_log" };
		this.jdbc.execute("create schema here; create schema past");
		start(CrateConfiguration.class, settings[0], settings[1], "spring.jpa.hibernate.ddl-auto=create").close();
		List<String> history = this.jdbc.queryForList("""
				select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('here', 'past')
				and tablename not in ('crate', 'crate_labels', 'crate_neighbours')""", String.class);
		assertThat(history).hasSize(5).contains("past.\"Crate History\"", "here.moment", "here.revchanges");
		this.jdbc.execute("drop table " + String.join(", ", history) + " cascade; drop sequence here.moment_seq");
		AuditSetupException failure = failure(CrateConfiguration.class, settings);
		assertThat(failure.getMessage()).contains("sequence here.moment_seq").contains(history);
		assertThat(failure.getRemedy().lines()).doesNotContain(";");
		this.jdbc.execute(ddl(failure.getRemedy()));
		try (ConfigurableApplicationContext context = start(CrateConfiguration.class, settings)) {
			context.getBean(TransactionTemplate.class)
				.executeWithoutResult((status) -> context.getBean(EntityManager.class).persist(new Crate("red")));
			assertThat(this.jdbc.queryForObject("select count(*) from past.\"Crate History\"", Long.class)).isOne();
		}
	}

	@Test
	void tablesThatAreMadeAfterThePersistenceUnitAreSeen(@TempDir Path directory) throws IOException {
		makeShop();
		forgetTheShopsHistory();
		Path script = directory.resolve("schema.sql");
		Files.writeString(script, ddl(failure(ShopConfiguration.class).getRemedy()));
		start(ShopConfiguration.class, "spring.sql.init.mode=always", "spring.sql.init.schema-locations=file:" + script,
				"spring.jpa.defer-datasource-initialization=true")
			.close();
	}

	@Test
	void theApplicationMayStartAllTheSame(CapturedOutput output) {
		makeShop();
		forgetTheShopsHistory();
		start(ShopConfiguration.class, "audit.envers.missing-tables=ignore").close();
		assertThat(output).doesNotContain("revinfo");
		start(ShopConfiguration.class, "audit.envers.missing-tables=warn").close();
		assertThat(output).contains("sequence revinfo_seq", "create sequence revinfo_seq");
	}

	@Test
	void aPersistenceUnitThatIsMadeLaterIsLookedAtThen(CapturedOutput output) {
		makeShop();
		try (ConfigurableApplicationContext context = start(ShopConfiguration.class)) {
			HistoryTablesCheck check = context.getBean(HistoryTablesCheck.class);
			forgetTheShopsHistory();
			check.accept(check.all().get(0));
			assertThat(output).contains("ERROR").contains("sequence revinfo_seq", "create sequence revinfo_seq");
		}
	}

	@Test
	void aConnectionThatDoesNotSeeTheEntitiesTablesTellsNothingOfTheirHistory(CapturedOutput output) {
		this.jdbc.execute("create schema acme");
		TenantDataSource tenants = new TenantDataSource(this.database);
		tenants.schema = "acme";
		start(tenants, ShopConfiguration.class, "spring.jpa.hibernate.ddl-auto=create").close();
		tenants.schema = "public";
		try (ConfigurableApplicationContext context = start(tenants, ShopConfiguration.class)) {
			assertThat(output).doesNotContain("Envers writes to");
			tenants.schema = "acme";
			context.getBean(OrderService.class).create("H-1", BigDecimal.ONE);
			assertThat(this.jdbc.queryForObject("select count(*) from acme.purchase_order_aud", Long.class)).isOne();
		}
		this.jdbc.execute("drop table acme.order_line_aud");
		assertThat(catchThrowable(() -> start(tenants, ShopConfiguration.class).close()))
			.isInstanceOf(AuditSetupException.class)
			.hasMessageEndingWith("would fail: table order_line_aud");
	}

	@Test
	void theEndpointShowsWhatCreatesAllOfIt() throws Exception {
		makeShop();
		HistoryEndpoint.HistoryDescriptor history;
		try (ConfigurableApplicationContext context = start(ShopConfiguration.class,
				"management.endpoints.jmx.exposure.include=audithistory", "spring.jmx.enabled=true")) {
			history = context.getBean(HistoryEndpoint.class).history();
		}
		assertThat(history.missing()).isEmpty();
		assertThat(history.names()).containsExactlyInAnyOrder("revinfo_seq", "revinfo", "purchase_order_aud",
				"order_line_aud");
		forgetTheShopsHistory();
		this.jdbc.execute(String.join("\n", history.ddl()));
		start(ShopConfiguration.class).close();
	}

	/**
	 * A schema for each tenant, by the search path.
	 */
	private static final class TenantDataSource extends DelegatingDataSource {

		private volatile String schema = "public";

		TenantDataSource(DataSource target) {
			super(target);
		}

		@Override
		public Connection getConnection() throws SQLException {
			Connection connection = super.getConnection();
			connection.setSchema(this.schema);
			return connection;
		}

	}

	/**
	 * An application with names of its own.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EntityScan(basePackageClasses = Crate.class)
	static class CrateConfiguration {

	}

}
