package io.auditspring.delivery;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryOptions;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What a publisher did within a reactive transaction (R2DBC) has succeeded only if that
 * commits, which may be long after the publisher has ended.
 */
class ReactiveTransactionsTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private static Desk desk;

	private static TransactionalOperator around;

	private int before;

	@BeforeAll
	static void start() {
		PGSimpleDataSource database = (PGSimpleDataSource) TestDatabase.migrated();
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.application.name=shop",
					"spring.jpa.hibernate.ddl-auto=none", "spring.flyway.enabled=false",
					"spring.datasource.username=postgres", "spring.datasource.url=" + database.getUrl())
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
		log.jdbc().execute("create table thing (name text primary key deferrable initially deferred)");
		desk = context.getBean(Desk.class);
		around = context.getBean(TransactionalOperator.class);
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void begin() {
		this.before = (int) log.count();
		log.jdbc().execute("delete from thing");
		desk.begin();
	}

	private List<Map<String, Object>> entries(int count) {
		return log.await(this.before + count).subList(this.before, this.before + count);
	}

	private static List<String> things() {
		return log.jdbc().queryForList("select name from thing order by name", String.class);
	}

	private static Mono<String> store(String name, Delivery mode) {
		return switch (mode) {
			case ASYNC -> desk.storeAsync(name);
			case SYNC -> desk.storeSync(name);
			default -> desk.store(name);
		};
	}

	private static <T> Mono<T> failing() {
		return Mono.error(new IllegalStateException("as planned"));
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void thatIsRolledBackLaterMakesAFailureOfWhatEndedWell(Delivery mode) {
		catchThrowable(() -> around.transactional(store("undone", mode).then(failing())).block(PATIENCE));
		assertThat(things()).isEmpty();
		assertThat(entries(1)).extracting("target_name", "outcome", "error")
			.containsExactly(tuple("undone", "failure", "The transaction was rolled back"));
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void thatCommitsMakesASuccess(Delivery mode) {
		around.transactional(store("one", mode).then(store("two", mode))).block(PATIENCE);
		assertThat(things()).containsExactly("one", "two");
		assertThat(entries(2)).extracting("target_name", "outcome")
			.containsExactly(tuple("one", "success"), tuple("two", "success"));
	}

	@Test
	void thatCommitsHasItsEntriesBeforeItsSubscriberGoesOn() {
		around.transactional(store("kept", Delivery.SYNC)).block(PATIENCE);
		assertThat(log.count()).isEqualTo(this.before + 1);
	}

	@Test
	void leavesNothingUntilItIsOver() {
		around
			.transactional(store("kept", Delivery.SYNC)
				.then(Mono.fromRunnable(() -> assertThat(log.count()).isEqualTo(this.before))))
			.block(PATIENCE);
		assertThat(entries(1)).extracting("outcome").containsExactly("success");
	}

	@Test
	void thatIsMarkedToBeRolledBackMakesAFailure() {
		around.execute((transaction) -> {
			transaction.setRollbackOnly();
			return store("undone", Delivery.TRANSACTIONAL);
		}).blockLast(PATIENCE);
		assertThat(things()).isEmpty();
		assertThat(entries(1)).extracting("target_name", "outcome", "error")
			.containsExactly(tuple("undone", "failure", "The transaction was rolled back"));
	}

	@Test
	void ofTheMethodItselfWhoseCommitFailsMakesAFailureWithItsReason() {
		assertThat(catchThrowable(() -> desk.storeAndFailTheCommit("undone").block(PATIENCE))).isNotNull();
		assertThat(things()).isEmpty();
		assertThat(entries(1)).extracting("target_name", "outcome").containsExactly(tuple("undone", "failure"));
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void thatTheDatabaseRefusesToCommitMakesAFailure(Delivery mode) {
		log.jdbc().execute("insert into thing values ('refused')");
		assertThat(catchThrowable(() -> around.transactional(store("refused", mode)).block(PATIENCE))).isNotNull();
		assertThat(things()).containsExactly("refused");
		assertThat(entries(1)).extracting("target_name", "outcome", "error")
			.containsExactly(tuple("refused", "failure", "The commit failed or was not answered"));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void ofSeveralAttemptsThatTheDatabaseRefusesToCommitMakesAFailureOfEach(boolean one) {
		log.jdbc().execute("insert into thing values ('refused')");
		assertThat(catchThrowable(() -> tryAgain(one, "refused"))).isNotNull();
		assertThat(things()).containsExactly("refused");
		assertAttempts("failure", "failure", "failure");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void ofSeveralAttemptsThatFailMakesAFailureOfEach(boolean one) {
		assertThat(catchThrowable(() -> tryAgain(one, "", "", ""))).hasRootCauseMessage("as planned");
		assertThat(things()).isEmpty();
		assertAttempts("failure", "failure", "failure");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void ofTheLastOfSeveralAttemptsMakesASuccessAfterTheFailuresOfAllOthers(boolean one) {
		log.jdbc().execute("insert into thing values ('refused')");
		tryAgain(one, "", "refused", "kept");
		assertThat(things()).containsExactly("kept", "refused");
		assertAttempts("failure", "failure", "success");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void ofTheLastOfSeveralAttemptsMakesNoSuccessIfTheDatabaseRefusesToCommit(boolean one) {
		log.jdbc().execute("insert into thing values ('refused')");
		assertThat(catchThrowable(() -> tryAgain(one, "refused", "", "refused"))).isNotNull();
		assertThat(things()).containsExactly("refused");
		assertAttempts("failure", "failure", "failure");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aroundSeveralAttemptsMakesAFailureOfEachIfItIsRolledBack(boolean one) {
		catchThrowable(() -> around
			.transactional(Flux.from(one ? desk.storeOneOf("", "", "kept") : desk.storeManyOf("", "", "kept"))
				.thenMany(ReactiveTransactionsTests.failing()))
			.blockLast(PATIENCE));
		assertThat(things()).isEmpty();
		assertAttempts("failure", "failure", "failure");
	}

	private static void tryAgain(boolean one, String... names) {
		Flux.from(one ? desk.storeOneOf(names) : desk.storeManyOf(names)).blockLast(PATIENCE);
	}

	private void assertAttempts(String... outcomes) {
		List<Map<String, Object>> entries = entries(outcomes.length);
		assertThat(entries).extracting("outcome").containsExactly((Object[]) outcomes);
		assertThat(entries).extracting("metadata")
			.containsExactly("{\"attempt\": 1}", "{\"attempt\": 2}", "{\"attempt\": 3}");
		assertThat(entries).extracting((entry) -> entry.get("operation_id"))
			.hasSize(3)
			.containsOnly(entries.get(0).get("operation_id"));
		assertThat(log.jdbc()
			.queryForList("select occurred_at from audit.audit_log order by seq offset ?", Timestamp.class,
					this.before))
			.doesNotHaveDuplicates()
			.isSorted();
		assertThat(log.count()).isEqualTo(this.before + outcomes.length);
	}

	@Test
	void ofAnAttemptThatIsMadeAgainAndCommittedMakesASuccessOfThatOneOnly() {
		log.jdbc().execute("insert into thing values ('refused')");
		assertThat(desk.storeOtherwiseInTransaction("refused", "kept").block(PATIENCE)).isEqualTo("kept");
		assertThat(things()).containsExactly("kept", "refused");
		assertThat(entries(2)).extracting("outcome", "metadata")
			.containsExactly(tuple("failure", "{\"attempt\": 1}"), tuple("success", "{\"attempt\": 2}"));
	}

	@Test
	void ofAnAttemptThatIsMadeAgainAfterAFailureMakesASuccessOfThatOneOnly() {
		assertThat(desk.storeOtherwiseInTransaction("", "kept").block(PATIENCE)).isEqualTo("kept");
		assertThat(things()).containsExactly("kept");
		assertThat(entries(2)).extracting("outcome", "metadata")
			.containsExactly(tuple("failure", "{\"attempt\": 1}"), tuple("success", "{\"attempt\": 2}"));
	}

	@Test
	void thatASubscriberTriesAgainAreEachJudgedByThemselves() {
		log.jdbc().execute("insert into thing values ('refused')");
		assertThat(catchThrowable(
				() -> around.transactional(store("refused", Delivery.TRANSACTIONAL)).retry(1).block(PATIENCE)))
			.isNotNull();
		assertThat(entries(2)).extracting("outcome").containsExactly("failure", "failure");
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void ofAnotherKindWithinAPublisherIsJudgedByItsEnd(Delivery mode) {
		log.jdbc().execute("insert into thing values ('refused')");
		assertThat(catchThrowable(() -> desk.storeBlocking("refused", mode).block(PATIENCE))).isNotNull();
		assertThat(things()).containsExactly("refused");
		assertThat(desk.storeBlocking("kept", mode).block(PATIENCE)).isEqualTo("kept");
		assertThat(entries(2)).extracting("target_name", "outcome")
			.containsExactly(tuple("refused", "failure"), tuple("kept", "success"));
	}

	@Test
	void ofTheMethodItselfThatIsApartStaysASuccessWhateverBecomesOfTheOneAroundIt() {
		catchThrowable(() -> around.transactional(desk.storeApart("apart").then(failing())).block(PATIENCE));
		assertThat(things()).containsExactly("apart");
		assertThat(entries(1)).extracting("target_name", "outcome").containsExactly(tuple("apart", "success"));
	}

	@Test
	void thatIsRolledBackWithinAnotherOneIsAFailureAlone() {
		TransactionalOperator apart = TransactionalOperator.create(context.getBean(R2dbcTransactionManager.class),
				new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRES_NEW));
		around
			.transactional(store("outer", Delivery.TRANSACTIONAL)
				.then(apart.transactional(store("inner", Delivery.TRANSACTIONAL).then(failing())).onErrorComplete()))
			.block(PATIENCE);
		assertThat(things()).containsExactly("outer");
		assertThat(entries(2)).extracting("target_name", "outcome")
			.containsExactlyInAnyOrder(tuple("outer", "success"), tuple("inner", "failure"));
	}

	@Test
	void countsForEachElementOfMany() {
		catchThrowable(() -> around.transactional(desk.storeAll("a", "b").thenMany(ReactiveTransactionsTests.failing()))
			.blockLast(PATIENCE));
		assertThat(things()).isEmpty();
		assertThat(entries(1)).extracting("outcome").containsExactly("failure");
		around.transactional(desk.storeAll("a", "b")).blockLast(PATIENCE);
		assertThat(things()).containsExactly("a", "b");
		assertThat(entries(2).get(1)).containsEntry("outcome", "success");
	}

	@Test
	void whoseSubscriberCancelsIsAFailure() {
		Sinks.Empty<Void> stored = Sinks.empty();
		around
			.transactional(store("cancelled", Delivery.TRANSACTIONAL).doOnSuccess((name) -> stored.tryEmitEmpty())
				.then(Mono.never()))
			.takeUntilOther(stored.asMono())
			.block(PATIENCE);
		assertThat(entries(1)).extracting("target_name", "outcome").containsExactly(tuple("cancelled", "failure"));
		assertThat(things()).isEmpty();
	}

	@Test
	void countsForTheLastOfSeveralAttempts() {
		catchThrowable(() -> around.transactional(desk.storeAgain("again").then(failing())).block(PATIENCE));
		assertThat(things()).isEmpty();
		assertThat(entries(2)).extracting("outcome").containsExactly("failure", "failure");
		around.transactional(desk.storeAgain("again")).block(PATIENCE);
		assertThat(things()).containsExactly("again");
		assertThat(entries(4).subList(2, 4)).extracting("outcome").containsExactly("failure", "success");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableResilientMethods
	static class Application {

		@Bean
		@Primary
		JpaTransactionManager transactionManager(EntityManagerFactory factory) {
			return new JpaTransactionManager(factory);
		}

		// As a bean it would keep Boot from making the data source.
		private static ConnectionFactory connectionFactory(DataSource dataSource) throws SQLException {
			PGSimpleDataSource plain = new PGSimpleDataSource();
			try (Connection connection = dataSource.getConnection()) {
				plain.setUrl(connection.getMetaData().getURL());
			}
			return ConnectionFactories.get(ConnectionFactoryOptions.builder()
				.option(ConnectionFactoryOptions.DRIVER, "postgresql")
				.option(ConnectionFactoryOptions.HOST, plain.getServerNames()[0])
				.option(ConnectionFactoryOptions.PORT, plain.getPortNumbers()[0])
				.option(ConnectionFactoryOptions.DATABASE, plain.getDatabaseName())
				.option(ConnectionFactoryOptions.USER, "postgres")
				.option(ConnectionFactoryOptions.PASSWORD, "")
				.build());
		}

		@Bean
		R2dbcTransactionManager reactive(DataSource dataSource) throws SQLException {
			return new R2dbcTransactionManager(connectionFactory(dataSource));
		}

		@Bean
		TransactionalOperator around(R2dbcTransactionManager manager) {
			return TransactionalOperator.create(manager);
		}

		@Bean
		Desk desk(R2dbcTransactionManager manager, JpaTransactionManager blocking, DataSource dataSource) {
			return new Desk(DatabaseClient.create(Objects.requireNonNull(manager.getConnectionFactory())),
					new TransactionTemplate(blocking), new JdbcTemplate(dataSource));
		}

	}

	static class Desk {

		private final DatabaseClient client;

		private final TransactionTemplate blocking;

		private final JdbcTemplate jdbc;

		private final AtomicInteger attempts = new AtomicInteger();

		Desk(DatabaseClient client, TransactionTemplate blocking, JdbcTemplate jdbc) {
			this.client = client;
			this.blocking = blocking;
			this.jdbc = jdbc;
		}

		void begin() {
			this.attempts.set(0);
		}

		private Mono<String> insert(String name) {
			return this.client.sql("insert into thing values (:name)")
				.bind("name", name)
				.fetch()
				.rowsUpdated()
				.thenReturn(name);
		}

		@Audited(action = "thing.store", targetName = "#name", delivery = Delivery.TRANSACTIONAL)
		public Mono<String> store(String name) {
			return insert(name);
		}

		@Audited(action = "thing.store", targetName = "#name", delivery = Delivery.ASYNC)
		public Mono<String> storeAsync(String name) {
			return insert(name);
		}

		@Audited(action = "thing.store", targetName = "#name", delivery = Delivery.SYNC)
		public Mono<String> storeSync(String name) {
			return insert(name);
		}

		@Audited(action = "thing.store", targetName = "#name")
		@Transactional("reactive")
		public Mono<String> storeAndFailTheCommit(String name) {
			return TransactionSynchronizationManager.forCurrentTransaction()
				.doOnNext((manager) -> manager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public Mono<Void> beforeCommit(boolean readOnly) {
						return failing();
					}

				}))
				.then(insert(name));
		}

		@Audited(action = "thing.store", targetName = "#name")
		@Transactional(transactionManager = "reactive", propagation = Propagation.REQUIRES_NEW)
		public Mono<String> storeApart(String name) {
			return insert(name);
		}

		@Audited(action = "thing.store")
		public Flux<String> storeAll(String... names) {
			return Flux.fromArray(names).concatMap(this::insert);
		}

		@Audited(action = "thing.store", targetName = "#name")
		@Retryable(maxRetries = 1, delay = 0)
		public Mono<String> storeAgain(String name) {
			return Mono.defer(() -> (this.attempts.getAndIncrement() % 2 == 0) ? failing() : insert(name));
		}

		@Audited(action = "thing.store")
		@Retryable(maxRetries = 2, delay = 0)
		@Transactional("reactive")
		public Mono<String> storeOneOf(String... names) {
			return next(names);
		}

		@Audited(action = "thing.store")
		@Retryable(maxRetries = 2, delay = 0)
		@Transactional("reactive")
		public Flux<String> storeManyOf(String... names) {
			return Flux.from(next(names));
		}

		// The last of them as often as it is tried.
		private Mono<String> next(String... names) {
			return Mono.defer(() -> {
				String name = names[Math.min(this.attempts.getAndIncrement(), names.length - 1)];
				return name.isEmpty() ? failing() : insert(name);
			});
		}

		@Audited(action = "thing.store")
		@Retryable(maxRetries = 1, delay = 0)
		@Transactional("reactive")
		public Mono<String> storeOtherwiseInTransaction(String first, String then) {
			return Mono.defer(() -> {
				String name = (this.attempts.getAndIncrement() % 2 == 0) ? first : then;
				return name.isEmpty() ? failing() : insert(name);
			});
		}

		Mono<String> storeBlocking(String name, Delivery mode) {
			Desk proxy = context.getBean(Desk.class);
			return switch (mode) {
				case ASYNC -> proxy.storeBlockingAsync(name);
				case SYNC -> proxy.storeBlockingSync(name);
				default -> proxy.storeBlocking(name);
			};
		}

		private Mono<String> insertBlocking(String name) {
			return Mono.fromCallable(() -> this.blocking.execute((status) -> {
				this.jdbc.update("insert into thing values (?)", name);
				return name;
			})).subscribeOn(Schedulers.boundedElastic());
		}

		@Audited(action = "thing.store", targetName = "#name", delivery = Delivery.TRANSACTIONAL)
		public Mono<String> storeBlocking(String name) {
			return insertBlocking(name);
		}

		@Audited(action = "thing.store", targetName = "#name", delivery = Delivery.ASYNC)
		public Mono<String> storeBlockingAsync(String name) {
			return insertBlocking(name);
		}

		@Audited(action = "thing.store", targetName = "#name", delivery = Delivery.SYNC)
		public Mono<String> storeBlockingSync(String name) {
			return insertBlocking(name);
		}

	}

}
