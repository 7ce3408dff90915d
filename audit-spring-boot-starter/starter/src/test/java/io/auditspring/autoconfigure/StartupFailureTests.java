package io.auditspring.autoconfigure;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.alibaba.druid.pool.DruidDataSource;
import io.auditspring.AuditDataSource;
import io.auditspring.AuditSetupException;
import io.auditspring.Audited;
import io.auditspring.GeoLocator;
import io.auditspring.TestDatabase;
import io.auditspring.database.internal.AuditDatabase;
import kotlin.coroutines.Continuation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is set up wrongly stops the start, and says what to do.
 */
class StartupFailureTests {

	private final DataSource database = TestDatabase.newDatabase();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class, AuditDisabledAutoConfiguration.class))
		.withBean(DataSource.class, () -> this.database);

	private void assertThatStartFails(ApplicationContextRunner runner, String... words) {
		runner.run((context) -> {
			assertThat(context).hasFailed();
			assertThat(told(context.getStartupFailure())).contains(words);
		});
	}

	private static String told(Throwable failure) {
		FailureAnalysis analysis = new AuditSetupFailureAnalyzer().analyze(failure);
		return (analysis != null) ? analysis.getDescription() + " " + analysis.getAction() : causes(failure);
	}

	private static String causes(Throwable failure) {
		StringBuilder text = new StringBuilder();
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			text.append(cause.getMessage()).append('\n');
		}
		return text.toString();
	}

	/** Before the schema is there, and when it is. */
	@Test
	void druidsWallIsNamed() throws SQLException {
		assertThatStartFails(druid("stat,wall"), "spring.datasource.druid.filter.wall.enabled=false");
		this.runner.run((context) -> assertThat(context).hasNotFailed());
		assertThatStartFails(druid("stat,wall"), "spring.datasource.druid.filter.wall.enabled=false");
		druid("stat").run((context) -> assertThat(context).hasNotFailed());
	}

	private ApplicationContextRunner druid(String filters) throws SQLException {
		PGSimpleDataSource server = (PGSimpleDataSource) this.database;
		DruidDataSource pool = new DruidDataSource();
		pool.setUrl(server.getUrl());
		pool.setUsername(server.getUser());
		pool.setPassword(server.getPassword());
		pool.setFilters(filters);
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withBean(DataSource.class, () -> pool);
	}

	@Test
	void wrongValuesNameTheKeyAndWhatItTakes() {
		assertThatStartFails(this.runner.withPropertyValues("audit.async.capacity=0"),
				"audit.async.capacity takes a number above 0, not 0");
		assertThatStartFails(this.runner.withPropertyValues("audit.batch.size=-1"),
				"audit.batch.size takes a number above 0, not -1");
		assertThatStartFails(this.runner.withPropertyValues("audit.schema=My-Schema"), "audit.schema takes",
				"My-Schema");
		assertThatStartFails(this.runner.withPropertyValues("audit.delivery=default"),
				"audit.delivery takes transactional, async or sync");
		assertThatStartFails(this.runner.withPropertyValues("audit.enabled=maybe"), "audit.enabled", "maybe");
		assertThatStartFails(this.runner.withPropertyValues("audit.delivery=fast"), "audit.delivery", "fast");
		assertThatStartFails(this.runner.withPropertyValues("audit.pointcut=within(("), "audit.pointcut", "within((");
		assertThatStartFails(this.runner.withPropertyValues("audit.relay.poll-interval=0s"),
				"audit.relay.poll-interval takes");
		assertThatStartFails(
				this.runner.withPropertyValues("audit.request.trusted-proxies=10.0.0.0/8,10.0.0.1/8,proxy"),
				"audit.request.trusted-proxies takes IP addresses and networks", "not [10.0.0.1/8, proxy]");
		assertThatStartFails(this.runner.withPropertyValues("audit.request.forwarding-header=via"),
				"audit.request.forwarding-header", "via");
		assertThatStartFails(this.runner.withPropertyValues("audit.request.id-header=X:Id"),
				"audit.request.id-header takes the name of an HTTP header, not 'X:Id'");
		assertThatStartFails(this.runner.withPropertyValues("audit.request.device-header=X Device"),
				"audit.request.device-header takes the name of an HTTP header, not 'X Device'");
		assertThatStartFails(this.runner.withPropertyValues("audit.geolocation.timeout=-1s"),
				"audit.geolocation.timeout takes a duration of 0 or more");
		assertThatStartFails(this.runner.withPropertyValues("audit.masking.key=0123456789abcdef"),
				"audit.masking.key takes a secret of 32 characters or more");
	}

	@Test
	void anExpressionThatCannotBeParsedNamesTheMethodAndTheExpression() {
		assertThatStartFails(with(Broken.class, Broken::new), "Broken.pay", "targetId", "#id +* 1");
	}

	@Test
	void anUnknownArgumentNamesTheMethodAndWhatThereIs() {
		assertThatStartFails(with(Unknown.class, Unknown::new), "Unknown.pay", "#ordr", "message", "[actor,", "order");
	}

	@Test
	void aRelatedResourceWithoutTypeSaysHowToWriteIt() {
		assertThatStartFails(with(Unrelated.class, Unrelated::new), "Unrelated.pay", "#box", "Connector:#connectorId");
	}

	@Test
	void aSuspendingFunctionIsNamed() {
		assertThatStartFails(with(Suspending.class, Suspending::new), "Suspending.pay", "suspending Kotlin function",
				"AuditRecorder");
	}

	@Test
	void aBeanThatIsNotYetCreatedIsCheckedToo() {
		assertThatStartFails(this.runner.withBean(Broken.class, Broken::new, (bean) -> bean.setLazyInit(true)),
				"Broken.pay", "#id +* 1");
	}

	@Test
	void aMissingRightToCreateTheSchemaSaysWhatToGrant() {
		assertThatStartFails(as("nobody_at_all"), "audit schema 'audit' could not be created", "permission denied",
				"GRANT CREATE ON DATABASE", "audit.flyway.enabled=false");
	}

	@Test
	void aTableOfTheApplicationsOwnSaysToTakeAnotherSchema() {
		JdbcTemplate jdbc = new JdbcTemplate(this.database);
		jdbc.execute("create schema audit");
		jdbc.execute("create table audit.audit_log (id bigint)");
		assertThat(toldAtTheStart(this.runner)).contains("\"audit_log\" already exists", "set audit.schema")
			.doesNotContain("GRANT");
		assertThat(toldAtTheStart(this.runner.withPropertyValues("audit.flyway.enabled=false"))).contains("missing: ",
				"set audit.schema");
		this.runner.withPropertyValues("audit.schema=trail").run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void whatHoldsUpTheMigrationIsToBeWaitedFor() throws SQLException {
		this.runner.run((context) -> assertThat(context).hasNotFailed());
		new JdbcTemplate(this.database).execute("alter database %s set lock_timeout = '50ms'"
			.formatted(((PGSimpleDataSource) this.database).getDatabaseName()));
		try (Connection other = this.database.getConnection(); Statement statement = other.createStatement()) {
			other.setAutoCommit(false);
			statement.execute("lock table audit.audit_schema_history");
			assertThat(toldAtTheStart(this.runner)).contains("lock timeout", "Start the application again")
				.doesNotContain("GRANT");
		}
	}

	@Test
	void aMigrationThatIsNotAsItWasIsNoMissingRight() {
		this.runner.run((context) -> assertThat(context).hasNotFailed());
		JdbcTemplate jdbc = new JdbcTemplate(this.database);
		jdbc.execute("delete from audit.audit_schema_history where version = '4'");
		jdbc.execute("update audit.audit_schema_history set checksum = 0 where version = '1'");
		assertThat(toldAtTheStart(this.runner)).contains("checksum mismatch", "audit.flyway.enabled=false")
			.doesNotContain("GRANT");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			CockroachDB | CockroachDB CCL v25.2.1 (x86_64-pc-linux-gnu, built 2025/06/25, go1.23.7)
			YugabyteDB | PostgreSQL 15.12-YB-2025.1.0.1-b0 on x86_64-pc-linux-gnu, compiled by clang 17
			Amazon Redshift | PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC 3.4.2, Redshift 1.0.117891
			""")
	void whatOnlyCallsItselfPostgresIsRefusedByItsName(String name, String version) {
		JdbcTemplate jdbc = new JdbcTemplate(this.database);
		jdbc.execute("create schema claims");
		jdbc.execute("create function claims.version() returns text return '%s'".formatted(version));
		jdbc.execute("alter database %s set search_path = claims, pg_catalog"
			.formatted(((PGSimpleDataSource) this.database).getDatabaseName()));
		assertThat(toldAtTheStart(this.runner))
			.contains("Found " + name, "needs PostgreSQL itself, 15 or later", "Keep the business data in PostgreSQL")
			.doesNotContain("Upgrade");
	}

	private static String toldAtTheStart(ApplicationContextRunner runner) {
		AtomicReference<String> told = new AtomicReference<>();
		runner.run((context) -> told.set(told(context.getStartupFailure())));
		return told.get();
	}

	@Test
	void missingRightsOnTheTablesAreNamed() {
		this.runner.run((context) -> assertThat(context).hasNotFailed());
		ApplicationContextRunner reader = as("reader_only").withPropertyValues("audit.flyway.enabled=false");
		JdbcTemplate jdbc = new JdbcTemplate(this.database);
		jdbc.execute("grant usage on schema audit to reader_only");
		jdbc.execute("grant select on audit.audit_log to reader_only");
		assertThatStartFails(reader, "INSERT on \"audit\".audit_log", "EXECUTE on \"audit\".audit_lock_chain(text)",
				"SELECT on \"audit\".audit_masking_key", "Grant", "roles.sql");
	}

	@Test
	void rightsThatCannotBeReadAreNamed() {
		JdbcTemplate jdbc = new JdbcTemplate(this.database);
		this.runner.run((context) -> assertThat(context).hasNotFailed());
		ApplicationContextRunner hardened = as("owner_without_questions")
			.withConfiguration(AutoConfigurations.of(AuditUpkeepAutoConfiguration.class))
			.withPropertyValues("audit.flyway.enabled=false", "audit.retention.period=P10Y");
		jdbc.execute("grant usage on schema audit to owner_without_questions");
		jdbc.execute("grant all on all tables in schema audit to owner_without_questions");
		jdbc.execute("grant execute on all functions in schema audit to owner_without_questions");
		// As some do who harden a database, here while the application starts.
		BeanPostProcessor hardening = new BeanPostProcessor() {

			@Override
			public Object postProcessAfterInitialization(Object bean, String name) {
				if (bean instanceof AuditDatabase) {
					jdbc.execute("revoke execute on function pg_catalog.has_function_privilege(oid, text) from public");
				}
				return bean;
			}

		};
		assertThatStartFails(hardened.withBean("hardening", BeanPostProcessor.class, () -> hardening),
				"The rights on the audit schema 'audit' cannot be read",
				"permission denied for function has_function_privilege");
		assertThatStartFails(hardened, "The audit schema 'audit' cannot be used",
				"permission denied for function has_function_privilege");
	}

	@Test
	void twoDatabasesWithOneUrlAreNamed() {
		// Without a name it is that of the user.
		AbstractRoutingDataSource routing = new AbstractRoutingDataSource() {

			@Override
			protected Object determineCurrentLookupKey() {
				return "namesake_one";
			}

		};
		DataSource one = namesake("namesake_one");
		routing.setTargetDataSources(Map.of("namesake_one", one, "namesake_two", namesake("namesake_two")));
		routing.setDefaultTargetDataSource(one);
		routing.afterPropertiesSet();
		assertThatStartFails(
				new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
					.withBean(DataSource.class, () -> routing),
				"namesake_one", "namesake_two", "two databases with the same JDBC URL, jdbc:postgresql://localhost:",
				"Put what tells them apart into their URLs");
	}

	private DataSource namesake(String user) {
		JdbcTemplate jdbc = new JdbcTemplate(this.database);
		if (jdbc.queryForList("select 1 from pg_roles where rolname = ?", user).isEmpty()) {
			jdbc.execute("create role %s login".formatted(user));
			jdbc.execute("create database %1$s owner %1$s".formatted(user));
		}
		PGSimpleDataSource server = (PGSimpleDataSource) this.database;
		return new DriverManagerDataSource(
				"jdbc:postgresql://%s:%d/".formatted(server.getServerNames()[0], server.getPortNumbers()[0]), user, "");
	}

	@Test
	void aSchemaThatNobodyMigratedIsNamed() {
		assertThatStartFails(this.runner.withPropertyValues("audit.flyway.enabled=false"), "audit schema 'audit'",
				"audit.flyway.enabled=true");
	}

	@Test
	void rightsOnTheTablesAloneAreEnough() {
		this.runner.run((context) -> assertThat(context).hasNotFailed());
		ApplicationContextRunner writer = as("writer_only").withPropertyValues("audit.flyway.enabled=false");
		JdbcTemplate jdbc = new JdbcTemplate(this.database);
		jdbc.execute("grant usage on schema audit to writer_only");
		jdbc.execute("grant select, insert on audit.audit_log to writer_only");
		jdbc.execute("grant select, insert, update, delete on audit.audit_outbox to writer_only");
		jdbc.execute("grant insert on audit.audit_quarantine to writer_only");
		jdbc.execute("grant select on audit.audit_masking_key to writer_only");
		jdbc.execute("""
				grant execute on function audit.audit_ensure_partition(date), audit.audit_lock_chain(text),
					audit.audit_ledger_id(text) to writer_only
				""");
		writer.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void severalDataSourcesWithoutAPrimaryOneAreNotGuessed() {
		assertThatStartFails(this.runner.withBean("second", DataSource.class, TestDatabase::newDatabase),
				"several data sources (", "second", "@Primary");
	}

	@Test
	void severalLedgersAreNotGuessedEither() {
		assertThatStartFails(this.runner.withUserConfiguration(TwoLedgers.class),
				"several data sources with @AuditDataSource", "Leave the annotation on the one");
	}

	@Test
	void severalLocatorsAreNotGuessedEither() {
		GeoLocator locator = (address) -> Map.of();
		assertThatStartFails(this.runner.withBean("one", GeoLocator.class, () -> locator)
			.withBean("other", GeoLocator.class, () -> locator), "several GeoLocator beans", "@Primary");
	}

	@Test
	void aRealDatabaseOfAnotherProductIsNamed() {
		assertThatStartFails(on("jdbc:h2:mem:start"), "Found H2 2.", "needs PostgreSQL 15 or later", "@AuditDataSource",
				"Tests may run on H2", "audit-spring-boot-starter-test", "audit.test.in-memory=true",
				"audit.enabled=false");
		assertThatStartFails(on("jdbc:hsqldb:mem:start"), "Found HSQL Database Engine 2.", "needs PostgreSQL");
	}

	private static ApplicationContextRunner on(String url) {
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withBean(DataSource.class, () -> new DriverManagerDataSource(url, "sa", ""));
	}

	@Test
	void aFinalClassIsNamed() {
		assertThatStartFails(with(Final.class, Final::new), "The bean '", "' has @Audited methods",
				Final.class.getName() + " is final", "Kotlin: open", "AuditRecorder");
	}

	@Test
	void aRecordIsNamed() {
		assertThatStartFails(with(Paying.class, () -> new Paying("x")), Paying.class.getName() + " is a record");
	}

	@Test
	void aSealedClassIsNamed() {
		assertThatStartFails(with(Sealed.class, Sealed::new), Sealed.class.getName() + " is sealed");
	}

	@Test
	void aFinalMethodIsNamed() {
		assertThatStartFails(with(FinalMethod.class, FinalMethod::new), "FinalMethod.pay is final",
				"Make it an overridable instance method");
	}

	@Test
	void aFinalClassIsAuditedThroughItsInterface() {
		this.runner.withBean(Payment.class, FinalPayment::new)
			.run((context) -> assertThat(context).hasNotFailed()
				.getBean(Payment.class)
				.isNotInstanceOf(FinalPayment.class));
	}

	@Test
	void anotherProductIsNamedBeforeItIsAskedForAnything() {
		assertThatStartFails(claiming("H2", "2.4.240", 2), "Found H2 2.4.240", "needs PostgreSQL 15 or later",
				"@AuditDataSource", "audit.enabled=false");
	}

	@Test
	void aPostgresThatIsTooOldIsRefused() {
		assertThatStartFails(claiming("PostgreSQL", "14.9", 14), "Found PostgreSQL 14.9",
				"needs PostgreSQL 15 or later", "Upgrade");
	}

	// The real database, which says of itself that it is another one.
	private ApplicationContextRunner claiming(String product, String version, int major) {
		DataSource claimant = ClaimedProduct.of(this.database, product, version, major);
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withBean(DataSource.class, () -> claimant);
	}

	private <T> ApplicationContextRunner with(Class<T> type, Supplier<T> bean) {
		return this.runner.withBean(type, bean);
	}

	private ApplicationContextRunner as(String user) {
		JdbcTemplate jdbc = new JdbcTemplate(this.database);
		jdbc.execute("drop role if exists " + user);
		jdbc.execute("create role " + user + " login");
		PGSimpleDataSource limited = new PGSimpleDataSource();
		limited.setUrl(((PGSimpleDataSource) this.database).getUrl());
		limited.setUser(user);
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withBean(DataSource.class, () -> limited);
	}

	@Test
	void aBeanOfTheApplicationThatHasTheNameOfOneOfOursIsNamed() {
		this.runner.withUserConfiguration(OwnMasking.class).run((context) -> {
			FailureAnalysis analysis = new TakenNameFailureAnalyzer().analyze(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains("'auditMasking'", "OwnMasking");
			assertThat(analysis.getAction()).startsWith("Give the bean another name");
		});
	}

	@Test
	void theMessageIsShownInsteadOfAStackTrace() {
		SpringFactoriesLoader factories = SpringFactoriesLoader.forDefaultResourceLocation();
		assertThat(factories.load(FailureAnalyzer.class, (type, name, failure) -> {
		})).hasAtLeastOneElementOfType(AuditSetupFailureAnalyzer.class)
			.hasAtLeastOneElementOfType(TakenNameFailureAnalyzer.class);
		assertThat(new AuditSetupFailureAnalyzer().analyze(new AuditSetupException("what", "remedy")).getAction())
			.isEqualTo("remedy");
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnMasking {

		@Bean
		String auditMasking() {
			return "of the application";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoLedgers {

		@Bean(defaultCandidate = false)
		@AuditDataSource
		DataSource one() {
			return TestDatabase.newDatabase();
		}

		@Bean(defaultCandidate = false)
		@AuditDataSource
		DataSource other() {
			return TestDatabase.newDatabase();
		}

	}

	static final class Final {

		@Audited
		public void pay() {
		}

	}

	record Paying(String what) {

		@Audited
		public void pay() {
		}

	}

	static sealed class Sealed {

		@Audited
		public void pay() {
		}

	}

	static final class Sub extends Sealed {

	}

	static class FinalMethod {

		@Audited
		public final void pay() {
		}

	}

	interface Payment {

		@Audited
		void pay();

	}

	static final class FinalPayment implements Payment {

		@Override
		public void pay() {
		}

	}

	static class Broken {

		@Audited(targetId = "#id +* 1")
		void pay(long id) {
		}

	}

	static class Unknown {

		@Audited(message = "Paid #{#ordr}")
		public void pay(long order) {
		}

	}

	static class Suspending {

		@Audited
		public Object pay(long box, Continuation<String> continuation) {
			return "";
		}

	}

	static class Unrelated {

		@Audited(related = "#box")
		public void pay(long box) {
		}

	}

}
