package io.auditspring.faults;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import org.awaitility.Awaitility;
import org.hibernate.annotations.ColumnDefault;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random histories of audited calls, transactions of four managers and two databases,
 * listeners, threads and retries within each other. Afterwards the ledger is compared
 * with the rows that the databases have: each call has its entry, and it says
 * {@code success} if and only if the call returned and its rows are there.
 */
class TransactionHistoriesTests {

	private static final int HISTORIES = Integer.getInteger("faults.histories", 60);

	/** So that many histories can be played in several runs. */
	private static final long FIRST = Long.getLong("faults.first-history", 0);

	/** In which a fault was found once. */
	private static final List<Long> FOUND = List.of(2642L, 9198L, 12634L);

	private final PGSimpleDataSource database = (PGSimpleDataSource) TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void leaveOneTrueEntryForEachCall(boolean jpa) throws SQLException {
		Map<String, List<Boolean>> calls;
		Set<String> both;
		Set<String> others;
		try (ConfigurableApplicationContext context = start(); Connection apart = this.database.getConnection()) {
			Actors actors = context.getBean(Actors.class);
			Player player = new Player(actors, managers(context, jpa), jpa, context,
					new JdbcTemplate(new SingleConnectionDataSource(apart, true)));
			context.getBean(Listeners.class).player = player;
			FOUND.stream().filter((seed) -> seed < FIRST || seed >= FIRST + HISTORIES).forEach(player::playHistory);
			for (long seed = FIRST; seed < FIRST + HISTORIES; seed++) {
				player.playHistory(seed);
			}
			calls = player.calls;
			both = player.both;
			others = new HashSet<>(
					context.getBean("others", JdbcTemplate.class).queryForList("select name from fact", String.class));
			player.threads.shutdown();
			Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> this.log.staged() == 0);
		}
		Set<String> rows = new HashSet<>(
				this.log.jdbc().queryForList("select name from fact where there", String.class));
		rows.removeIf((name) -> both.contains(name) && !others.contains(name));
		assertTrue(calls, rows);
		new FaultAssertions("", new Answers(), this.database).assertChainIsWhole();
	}

	private static Map<Step.Manager, PlatformTransactionManager> managers(ConfigurableApplicationContext context,
			boolean jpa) {
		Map<Step.Manager, String> names = Map.of(Step.Manager.OURS, jpa ? "transactionManager" : "connections",
				Step.Manager.OURS_UNSYNCHRONIZED, jpa ? "unsynchronized" : "unsynchronizedConnections",
				Step.Manager.OTHER, "other", Step.Manager.OTHER_UNSYNCHRONIZED, "unsynchronizedOther");
		Map<Step.Manager, PlatformTransactionManager> managers = new EnumMap<>(Step.Manager.class);
		names.forEach((kind, name) -> managers.put(kind, context.getBean(name, PlatformTransactionManager.class)));
		return managers;
	}

	private void assertTrue(Map<String, List<Boolean>> calls, Set<String> rows) {
		Map<String, List<String>> entries = new HashMap<>();
		this.log.entries()
			.forEach((entry) -> entries.computeIfAbsent(name(entry), (key) -> new ArrayList<>())
				.add((String) entry.get("outcome")));
		Map<String, String> wrong = new HashMap<>();
		calls.forEach((name, returned) -> {
			List<String> expected = returned.stream()
				.map((success) -> (success && rows.contains(name)) ? "success" : "failure")
				.sorted()
				.toList();
			List<String> found = entries.getOrDefault(name, List.of()).stream().sorted().toList();
			if (!expected.equals(found)) {
				wrong.put(name, "expected %s, found %s".formatted(expected, found));
			}
		});
		assertThat(wrong).isEmpty();
		assertThat(calls.keySet()).containsAll(entries.keySet());
		assertThat(entries).hasSizeGreaterThan(HISTORIES);
	}

	// What is not one of the calls is found by what it is.
	private static String name(Map<String, Object> entry) {
		Object name = entry.get("target_name");
		return (name != null) ? (String) name
				: "%s of %s: %s".formatted(entry.get("action"), entry.get("target_id"), entry.get("metadata"));
	}

	private ConfigurableApplicationContext start() {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.jpa.hibernate.ddl-auto=update",
					"spring.flyway.enabled=false", "spring.datasource.username=postgres",
					"spring.datasource.hikari.maximum-pool-size=20", "spring.datasource.url=" + this.database.getUrl(),
					"logging.level.org.springframework.transaction.support.TransactionSynchronizationUtils=off")
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableResilientMethods
	@EntityScan(basePackageClasses = Fact.class)
	static class Application {

		@Bean
		@Primary
		JpaTransactionManager transactionManager(EntityManagerFactory factory) {
			return watched(new JpaTransactionManager(factory), factory, false);
		}

		@Bean
		JpaTransactionManager unsynchronized(EntityManagerFactory factory) {
			return watched(silent(new JpaTransactionManager(factory)), factory, false);
		}

		@Bean
		JdbcTransactionManager connections(DataSource dataSource) {
			return watched(new JdbcTransactionManager(dataSource), dataSource, false);
		}

		@Bean
		JdbcTransactionManager unsynchronizedConnections(DataSource dataSource) {
			return watched(silent(new JdbcTransactionManager(dataSource)), dataSource, false);
		}

		@Bean
		JdbcTransactionManager other(@Qualifier("otherDatabase") DataSource other) {
			return watched(new JdbcTransactionManager(other), other, true);
		}

		@Bean
		JdbcTransactionManager unsynchronizedOther(@Qualifier("otherDatabase") DataSource other) {
			return watched(silent(new JdbcTransactionManager(other)), other, true);
		}

		private static <M extends AbstractPlatformTransactionManager> M silent(M manager) {
			manager.setTransactionSynchronization(AbstractPlatformTransactionManager.SYNCHRONIZATION_NEVER);
			return manager;
		}

		private static <M extends AbstractPlatformTransactionManager> M watched(M manager, Object factory,
				boolean other) {
			manager.setTransactionExecutionListeners(List.of(new Watch(factory, other)));
			return manager;
		}

		@Bean(defaultCandidate = false)
		DataSource otherDatabase() {
			HikariConfig config = new HikariConfig();
			config.setDataSource(TestDatabase.migrated());
			config.setMaximumPoolSize(20);
			DataSource pool = new HikariDataSource(config);
			new JdbcTemplate(pool).execute("create table fact (name text)");
			return pool;
		}

		@Bean(defaultCandidate = false)
		JdbcTemplate others(@Qualifier("otherDatabase") DataSource other) {
			return new JdbcTemplate(other);
		}

		@Bean
		Actors actors(EntityManager entityManager, DataSource dataSource, @Qualifier("others") JdbcTemplate others) {
			return new Actors(entityManager, new JdbcTemplate(dataSource), others);
		}

		@Bean
		Listeners listeners() {
			return new Listeners();
		}

	}

	/** What a call leaves in the database. */
	@Entity(name = "fact")
	@org.hibernate.envers.Audited
	static class Fact {

		@Id
		String name;

		/** Where the row is not made by the call, this is what the call changes. */
		@ColumnDefault("true")
		boolean there = true;

		protected Fact() {
		}

		Fact(String name) {
			this.name = name;
		}

	}

	record Reached(Step listener) {

	}

	/** Knows which transaction a call belongs to: the innermost one that is running. */
	static final class Watch implements TransactionExecutionListener {

		private static final ThreadLocal<Deque<Running>> RUNNING = ThreadLocal.withInitial(ArrayDeque::new);

		private final Object factory;

		private final boolean other;

		Watch(Object factory, boolean other) {
			this.factory = factory;
			this.other = other;
		}

		static boolean isOtherInnermost() {
			for (Running one : RUNNING.get()) {
				if (one.isHere() && !one.over) {
					return one.watch.other;
				}
				if (one.isHere() && !one.watch.other) {
					return false;
				}
			}
			return false;
		}

		static boolean isOver(boolean other) {
			return RUNNING.get().stream().anyMatch((one) -> one.watch.other == other && one.isHere() && one.over);
		}

		@Override
		public void afterBegin(TransactionExecution status, Throwable failure) {
			if (failure == null && status.isNewTransaction()) {
				RUNNING.get().removeIf((one) -> one.status.isCompleted());
				Running begun = new Running(this, status);
				RUNNING.get().push(begun);
				if (TransactionSynchronizationManager.isSynchronizationActive()) {
					TransactionSynchronizationManager.registerSynchronization(begun);
				}
			}
		}

		@Override
		public void beforeCommit(TransactionExecution status) {
			end(status);
		}

		@Override
		public void beforeRollback(TransactionExecution status) {
			end(status);
		}

		private static void end(TransactionExecution status) {
			RUNNING.get().stream().filter((one) -> one.status == status).forEach((one) -> one.over = true);
		}

		@Override
		public void afterCommit(TransactionExecution status, Throwable failure) {
			RUNNING.get().removeIf((one) -> one.status == status);
		}

		@Override
		public void afterRollback(TransactionExecution status, Throwable failure) {
			RUNNING.get().removeIf((one) -> one.status == status);
		}

	}

	static final class Running implements TransactionSynchronization {

		private final Watch watch;

		private final TransactionExecution status;

		private final Object resource;

		private boolean over;

		Running(Watch watch, TransactionExecution status) {
			this.watch = watch;
			this.status = status;
			this.resource = TransactionSynchronizationManager.getResource(watch.factory);
		}

		// Where it fails before the commit, nobody else is told.
		@Override
		public void beforeCompletion() {
			this.over = true;
		}

		boolean isHere() {
			return TransactionSynchronizationManager.getResource(this.watch.factory) == this.resource;
		}

	}

	/** Listeners of every phase. */
	static class Listeners {

		private Player player;

		@TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT,
				condition = "#reached.listener.phase.name() == 'BEFORE_COMMIT'")
		void beforeCommit(Reached reached) {
			this.player.play(reached.listener().steps());
		}

		@TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT,
				condition = "#reached.listener.phase.name() == 'AFTER_COMMIT'")
		void afterCommit(Reached reached) {
			this.player.play(reached.listener().steps());
		}

		@TransactionalEventListener(phase = TransactionPhase.AFTER_ROLLBACK,
				condition = "#reached.listener.phase.name() == 'AFTER_ROLLBACK'")
		void afterRollback(Reached reached) {
			this.player.play(reached.listener().steps());
		}

		@TransactionalEventListener(phase = TransactionPhase.AFTER_COMPLETION,
				condition = "#reached.listener.phase.name() == 'AFTER_COMPLETION'")
		void afterCompletion(Reached reached) {
			this.player.play(reached.listener().steps());
		}

	}

	/** Does what a history says, and notes what the callers saw. */
	static class Player {

		private final Actors actors;

		private final Map<Step.Manager, PlatformTransactionManager> transactions;

		private final boolean jpa;

		private final ApplicationEventPublisher events;

		private final ExecutorService threads = Executors.newCachedThreadPool();

		/** Of each call, for each attempt, whether it returned. */
		private final Map<String, List<Boolean>> calls = new ConcurrentHashMap<>();

		/** Calls that wrote to both databases. */
		private final Set<String> both = ConcurrentHashMap.newKeySet();

		/** Makes rows in advance, of calls that only change them; null where none do. */
		private volatile JdbcTemplate preparing;

		private final JdbcTemplate advance;

		Player(Actors actors, Map<Step.Manager, PlatformTransactionManager> transactions, boolean jpa,
				ApplicationEventPublisher events, JdbcTemplate advance) {
			this.advance = advance;
			this.actors = actors;
			this.transactions = transactions;
			this.jpa = jpa;
			this.events = events;
		}

		// Half of the histories change entities, the others make them.
		void playHistory(long seed) {
			this.preparing = (this.jpa && seed % 2 == 1) ? this.advance : null;
			play(Step.history(seed));
		}

		void play(List<Step> steps) {
			steps.forEach((step) -> {
				try {
					play(step);
				}
				catch (RuntimeException ex) {
					if (!step.caught() && TransactionSynchronizationManager.isSynchronizationActive()) {
						throw ex;
					}
				}
			});
		}

		private void play(Step step) {
			switch (step.kind()) {
				case CALL -> call(step, () -> plain(step));
				case TRANSACTIONAL_CALL -> call(step, () -> annotated(step));
				case RETRIED -> call(step, () -> retried(step));
				case TRANSACTION -> within(step);
				case LISTENER -> this.events.publishEvent(new Reached(step));
				case THREAD -> join(this.threads.submit(() -> play(step.steps())));
			}
		}

		private void plain(Step step) {
			switch (step.mode()) {
				case ASYNC -> this.actors.async(step, this);
				case SYNC -> this.actors.sync(step, this);
				default -> this.actors.transactional(step, this);
			}
		}

		private void joining(Step step) {
			switch (step.mode()) {
				case ASYNC -> this.actors.asyncJoining(step, this);
				case SYNC -> this.actors.syncJoining(step, this);
				default -> this.actors.transactionalJoining(step, this);
			}
		}

		private void apart(Step step) {
			switch (step.mode()) {
				case ASYNC -> this.actors.asyncApart(step, this);
				case SYNC -> this.actors.syncApart(step, this);
				default -> this.actors.transactionalApart(step, this);
			}
		}

		private void retried(Step step) {
			switch (step.mode()) {
				case ASYNC -> this.actors.asyncRetried(step, this);
				case SYNC -> this.actors.syncRetried(step, this);
				default -> this.actors.transactionalRetried(step, this);
			}
		}

		// The annotation's transactions are those of JPA.
		private void annotated(Step step) {
			if (!this.jpa) {
				plain(step);
			}
			else if (step.propagation() == TransactionDefinition.PROPAGATION_REQUIRES_NEW) {
				apart(step);
			}
			else {
				joining(step);
			}
		}

		private static void join(Future<?> future) {
			try {
				future.get();
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

		private void within(Step step) {
			boolean other = step.manager().name().startsWith("OTHER");
			if ((!this.jpa || other) && Watch.isOver(other)
					&& step.propagation() != TransactionDefinition.PROPAGATION_REQUIRES_NEW) {
				// What joins a plain transaction that is over is committed later by the
				// driver, even if it is to be rolled back.
				play(step.steps());
				return;
			}
			TransactionTemplate template = new TransactionTemplate(this.transactions.get(step.manager()));
			template.setPropagationBehavior(step.propagation());
			template.executeWithoutResult((status) -> {
				play(step.steps());
				end(step, status);
			});
		}

		private static void end(Step step, TransactionStatus status) {
			if (step.end() == Step.End.ROLLBACK_ONLY) {
				status.setRollbackOnly();
			}
			else if (step.end() == Step.End.THROW) {
				throw new IllegalStateException("as planned");
			}
		}

		// The last attempt is the one whose end the caller sees.
		private void call(Step step, Runnable call) {
			try {
				call.run();
				attempts(step).add(true);
			}
			catch (RuntimeException ex) {
				attempts(step).add(false);
				throw ex;
			}
		}

		private List<Boolean> attempts(Step step) {
			return this.calls.computeIfAbsent(step.name(), (name) -> new ArrayList<>());
		}

		void write(Step step, EntityManager entityManager, JdbcTemplate jdbc, JdbcTemplate others) {
			if (Watch.isOtherInnermost()) {
				this.both.add(step.name());
				others.update("insert into fact values (?)", step.name());
			}
			if (step.plain() || !this.jpa) {
				jdbc.update("insert into fact (name) values (?)", step.name());
			}
			else if (this.preparing == null) {
				entityManager.persist(new Fact(step.name()));
			}
			else {
				this.preparing.update("insert into fact (name, there) values (?, false)", step.name());
				Fact fact = entityManager.find(Fact.class, step.name());
				fact.there = true;
				// Not needed, but it fails where there is no transaction at all.
				entityManager.persist(fact);
			}
		}

		void perform(Step step, EntityManager entityManager, JdbcTemplate jdbc, JdbcTemplate others) {
			int half = step.steps().size() / 2;
			play(step.steps().subList(0, half));
			write(step, entityManager, jdbc, others);
			play(step.steps().subList(half, step.steps().size()));
			if (step.end() == Step.End.THROW) {
				throw new IllegalStateException("as planned");
			}
		}

	}

	/** Makes audited calls. */
	static class Actors {

		private final EntityManager entityManager;

		private final JdbcTemplate jdbc;

		private final JdbcTemplate others;

		private final Set<String> failed = ConcurrentHashMap.newKeySet();

		Actors(EntityManager entityManager, JdbcTemplate jdbc, JdbcTemplate others) {
			this.entityManager = entityManager;
			this.jdbc = jdbc;
			this.others = others;
		}

		private void perform(Step step, Player player) {
			player.perform(step, this.entityManager, this.jdbc, this.others);
		}

		private void performAgain(Step step, Player player) {
			if (this.failed.add(step.name())) {
				player.attempts(step).add(false);
				throw new IllegalStateException("to be tried again");
			}
			player.write(step, this.entityManager, this.jdbc, this.others);
		}

		@Audited(action = "call", targetName = "#step.name", delivery = Delivery.TRANSACTIONAL)
		public void transactional(Step step, Player player) {
			perform(step, player);
		}

		@Audited(action = "call", targetName = "#step.name", delivery = Delivery.ASYNC)
		public void async(Step step, Player player) {
			perform(step, player);
		}

		@Audited(action = "call", targetName = "#step.name", delivery = Delivery.SYNC)
		public void sync(Step step, Player player) {
			perform(step, player);
		}

		@Audited(action = "call", targetName = "#step.name", delivery = Delivery.TRANSACTIONAL)
		@Transactional
		public void transactionalJoining(Step step, Player player) {
			perform(step, player);
		}

		@Audited(action = "call", targetName = "#step.name", delivery = Delivery.ASYNC)
		@Transactional
		public void asyncJoining(Step step, Player player) {
			perform(step, player);
		}

		@Audited(action = "call", targetName = "#step.name", delivery = Delivery.SYNC)
		@Transactional
		public void syncJoining(Step step, Player player) {
			perform(step, player);
		}

		@Audited(action = "call", targetName = "#step.name", delivery = Delivery.TRANSACTIONAL)
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		public void transactionalApart(Step step, Player player) {
			perform(step, player);
		}

		@Audited(action = "call", targetName = "#step.name", delivery = Delivery.ASYNC)
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		public void asyncApart(Step step, Player player) {
			perform(step, player);
		}

		@Audited(action = "call", targetName = "#step.name", delivery = Delivery.SYNC)
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		public void syncApart(Step step, Player player) {
			perform(step, player);
		}

		@Audited(action = "call", targetName = "#step.name", delivery = Delivery.TRANSACTIONAL)
		@Retryable(maxRetries = 1, delay = 0)
		public void transactionalRetried(Step step, Player player) {
			performAgain(step, player);
		}

		@Audited(action = "call", targetName = "#step.name", delivery = Delivery.ASYNC)
		@Retryable(maxRetries = 1, delay = 0)
		public void asyncRetried(Step step, Player player) {
			performAgain(step, player);
		}

		@Audited(action = "call", targetName = "#step.name", delivery = Delivery.SYNC)
		@Retryable(maxRetries = 1, delay = 0)
		public void syncRetried(Step step, Player player) {
			performAgain(step, player);
		}

	}

}
