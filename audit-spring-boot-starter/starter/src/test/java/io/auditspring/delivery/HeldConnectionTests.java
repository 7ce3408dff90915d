package io.auditspring.delivery;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.data.jpa.repository.support.JpaRepositoryFactoryBean;
import org.springframework.data.repository.CrudRepository;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * A pool of four, and four requests at once, each of which holds a connection when it
 * makes its audited call: that of a session which stays open for the view, of a
 * transaction, or one that it took by itself. All are answered.
 */
class HeldConnectionTests {

	private static final int POOL = 4;

	private static final Map<Setting, ConfigurableApplicationContext> contexts = new EnumMap<>(Setting.class);

	/** The slowest answer in milliseconds. */
	private static final Map<Kind, Map<String, Long>> slowest = new TreeMap<>();

	private final HttpClient http = HttpClient.newHttpClient();

	@AfterAll
	static void stop() throws IOException {
		contexts.values().forEach(ConfigurableApplicationContext::close);
		StringBuilder table = new StringBuilder();
		slowest.forEach((kind, times) -> table.append(kind).append(' ').append(times).append('\n'));
		Files.writeString(Path.of("target", "connections.txt"), table);
	}

	private static ConfigurableApplicationContext context(Setting setting) {
		return contexts.computeIfAbsent(setting,
				(key) -> new SpringApplicationBuilder(Application.class)
					.initializers((starting) -> starting.getBeanFactory()
						.registerSingleton("database", new Database(TestDatabase.migrated(), setting.autoCommit)))
					.properties("server.port=0", "spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
							"spring.flyway.enabled=false", "spring.jpa.open-in-view=" + setting.openInView,
							"spring.jpa.properties.hibernate.connection.provider_disables_autocommit="
									+ !setting.autoCommit,
							"audit.sync.timeout=1m")
					.run());
	}

	static Stream<Arguments> requests() {
		return Stream.of(Setting.OPEN_IN_VIEW, Setting.NOT_OPEN_IN_VIEW)
			.flatMap((setting) -> Stream.of(Kind.values()).map((kind) -> Arguments.of(setting, kind)));
	}

	@ParameterizedTest
	@MethodSource("requests")
	void asManyRequestsAsThePoolHasConnectionsAreAnswered(Setting setting, Kind kind) throws Exception {
		assertAreAnswered(setting, kind);
	}

	@ParameterizedTest
	@EnumSource
	@Tag("thorough")
	void soAreTheyWhereConnectionsDoNotCommitByThemselves(Kind kind) throws Exception {
		assertAreAnswered(Setting.OPEN_IN_VIEW_WITHOUT_AUTO_COMMIT, kind);
	}

	private void assertAreAnswered(Setting setting, Kind kind) throws Exception {
		ConfigurableApplicationContext context = context(setting);
		AuditLog log = new AuditLog(context.getBean(Database.class).dataSource());
		for (Delivery mode : List.of(Delivery.TRANSACTIONAL, Delivery.ASYNC, Delivery.SYNC)) {
			int before = (int) log.count();
			context.getBean(Requests.class).expect(kind.requests);
			List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
			long began = System.nanoTime();
			for (int i = 0; i < kind.requests; i++) {
				answers.add(post(context, "/" + kind + "/" + mode + "/" + kind + "-" + mode + "-" + i));
			}
			for (CompletableFuture<HttpResponse<String>> answer : answers) {
				HttpResponse<String> response = answer.get(90, TimeUnit.SECONDS);
				assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
			}
			slowest.computeIfAbsent(kind, (key) -> new TreeMap<>())
				.put(setting + " " + mode, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
			assertThat(log.await(before + kind.requests).subList(before, before + kind.requests))
				.as("%s %s", kind, mode)
				.allSatisfy((entry) -> assertThat(entry).containsEntry("outcome", kind.outcome));
		}
		assertThat(context.getBean(DeliveryStatistics.class).lastFailure()).isNull();
	}

	private CompletableFuture<HttpResponse<String>> post(ConfigurableApplicationContext context, String path) {
		String port = context.getEnvironment().getProperty("local.server.port");
		return this.http.sendAsync(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
			.timeout(Duration.ofSeconds(90))
			.POST(HttpRequest.BodyPublishers.noBody())
			.build(), HttpResponse.BodyHandlers.ofString());
	}

	/** How the application is set up. */
	enum Setting {

		OPEN_IN_VIEW(true, true), NOT_OPEN_IN_VIEW(false, true), OPEN_IN_VIEW_WITHOUT_AUTO_COMMIT(true, false);

		private final boolean openInView;

		private final boolean autoCommit;

		Setting(boolean openInView, boolean autoCommit) {
			this.openInView = openInView;
			this.autoCommit = autoCommit;
		}

	}

	/** What a request does, once it has read something. */
	enum Kind {

		RECORD((call) -> call.record()),

		RECORD_IN_A_TRANSACTION((call) -> call.transaction().executeWithoutResult((status) -> call.record())),

		RECORD_ROLLED_BACK("failure", (call) -> call.transaction().executeWithoutResult((status) -> {
			call.record();
			status.setRollbackOnly();
		})),

		// Within its own the request asks for a second connection by itself.
		RECORD_WITH_A_CONNECTION_IN_HAND((call) -> call.withConnection(call::record)),

		CALL_WITHOUT_TRANSACTION((call) -> call.desk().look(call.reference())),

		CALL_THAT_CHANGES((call) -> call.desk().place(call.reference())),

		CALL_THAT_READS((call) -> call.desk().count()),

		CALL_THAT_FAILS("failure",
				(call) -> assertThatIllegalStateException().isThrownBy(() -> call.desk().fail(call.reference()))),

		CALL_THAT_FAILS_WITHOUT_TRANSACTION("failure",
				(call) -> assertThatIllegalStateException().isThrownBy(() -> call.desk().stumble())),

		CALL_THAT_IS_DENIED("denied",
				(call) -> assertThatExceptionOfType(AccessDeniedException.class)
					.isThrownBy(() -> call.desk().refuse())),

		CALL_THAT_IS_DENIED_IN_A_TRANSACTION("denied", (call) -> assertThatExceptionOfType(AccessDeniedException.class)
			.isThrownBy(() -> call.transaction().executeWithoutResult((status) -> {
				call.read();
				call.desk().refuse();
			}))),

		CALL_WITH_REQUIRES_NEW((call) -> call.desk().placeApart(call.reference())),

		// The application itself needs two.
		CALL_WITH_REQUIRES_NEW_IN_A_TRANSACTION(POOL / 2, "success",
				(call) -> call.transaction().executeWithoutResult((status) -> {
					call.read();
					call.desk().placeApart(call.reference());
				})),

		CALL_WITH_NOT_SUPPORTED_IN_A_TRANSACTION((call) -> call.transaction().executeWithoutResult((status) -> {
			call.read();
			call.desk().lookApart(call.reference());
		})),

		CALL_OF_A_REPOSITORY((call) -> call.orders().save(new PurchaseOrder(call.reference(), BigDecimal.ONE)));

		private final int requests;

		private final String outcome;

		private final Step step;

		Kind(Step step) {
			this("success", step);
		}

		Kind(String outcome, Step step) {
			this(POOL, outcome, step);
		}

		Kind(int requests, String outcome, Step step) {
			this.requests = requests;
			this.outcome = outcome;
			this.step = step;
		}

	}

	@FunctionalInterface
	interface Step {

		void of(Call call) throws Exception;

	}

	/** What a request has to do its work with. */
	record Call(Requests application, Delivery mode, String reference) {

		void record() {
			this.application.recorder
				.record(AuditRecord.action("note").targetName(this.reference).delivery(this.mode).build());
		}

		void read() {
			this.application.reading.count();
		}

		TransactionTemplate transaction() {
			return new TransactionTemplate(this.application.transactions);
		}

		Desk desk() {
			return this.application.desks.get(this.mode);
		}

		CrudRepository<PurchaseOrder, Long> orders() {
			return this.application.orders.get(this.mode);
		}

		void withConnection(Runnable work) throws SQLException {
			try (Connection connection = this.application.pool.getConnection();
					Statement statement = connection.createStatement()) {
				connection.setAutoCommit(false);
				statement.execute("select 1");
				this.application.awaitOthers();
				work.run();
				connection.rollback();
			}
		}

	}

	/** A service whose methods are audited in one of the modes. */
	static class Desk {

		private final PurchaseOrderRepository orders;

		Desk(PurchaseOrderRepository orders) {
			this.orders = orders;
		}

		public void look(String reference) {
		}

		@Transactional
		public void place(String reference) {
			this.orders.save(new PurchaseOrder(reference, BigDecimal.ONE));
		}

		@Transactional(readOnly = true)
		public long count() {
			return this.orders.count();
		}

		@Transactional
		public void fail(String reference) {
			this.orders.saveAndFlush(new PurchaseOrder(reference, BigDecimal.ONE));
			throw new IllegalStateException("no stock");
		}

		public void stumble() {
			throw new IllegalStateException("no stock");
		}

		public void refuse() {
			throw new AccessDeniedException("not you");
		}

		@Transactional(propagation = Propagation.REQUIRES_NEW)
		public void placeApart(String reference) {
			this.orders.save(new PurchaseOrder(reference, BigDecimal.ONE));
		}

		@Transactional(propagation = Propagation.NOT_SUPPORTED)
		public void lookApart(String reference) {
		}

	}

	@Audited(delivery = Delivery.TRANSACTIONAL)
	static class TransactionalDesk extends Desk {

		TransactionalDesk(PurchaseOrderRepository orders) {
			super(orders);
		}

	}

	@Audited(delivery = Delivery.ASYNC)
	static class AsyncDesk extends Desk {

		AsyncDesk(PurchaseOrderRepository orders) {
			super(orders);
		}

	}

	@Audited(delivery = Delivery.SYNC)
	static class SyncDesk extends Desk {

		SyncDesk(PurchaseOrderRepository orders) {
			super(orders);
		}

	}

	@Audited(delivery = Delivery.TRANSACTIONAL)
	interface TransactionalOrders extends CrudRepository<PurchaseOrder, Long> {

	}

	@Audited(delivery = Delivery.ASYNC)
	interface AsyncOrders extends CrudRepository<PurchaseOrder, Long> {

	}

	@Audited(delivery = Delivery.SYNC)
	interface SyncOrders extends CrudRepository<PurchaseOrder, Long> {

	}

	@RestController
	static class Requests {

		private final HikariDataSource pool;

		private final PlatformTransactionManager transactions;

		private final AuditRecorder recorder;

		private final PurchaseOrderRepository reading;

		private final Map<Delivery, Desk> desks;

		private final Map<Delivery, CrudRepository<PurchaseOrder, Long>> orders;

		private volatile CyclicBarrier barrier = new CyclicBarrier(1);

		Requests(HikariDataSource pool, PlatformTransactionManager transactions, AuditRecorder recorder,
				PurchaseOrderRepository reading, TransactionalDesk transactionalDesk, AsyncDesk asyncDesk,
				SyncDesk syncDesk, TransactionalOrders transactionalOrders, AsyncOrders asyncOrders,
				SyncOrders syncOrders) {
			this.pool = pool;
			this.transactions = transactions;
			this.recorder = recorder;
			this.reading = reading;
			this.desks = Map.of(Delivery.TRANSACTIONAL, transactionalDesk, Delivery.ASYNC, asyncDesk, Delivery.SYNC,
					syncDesk);
			this.orders = Map.of(Delivery.TRANSACTIONAL, transactionalOrders, Delivery.ASYNC, asyncOrders,
					Delivery.SYNC, syncOrders);
		}

		void expect(int requests) {
			this.barrier = new CyclicBarrier(requests);
		}

		void awaitOthers() {
			try {
				this.barrier.await(60, TimeUnit.SECONDS);
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

		@PostMapping("/{kind}/{mode}/{reference}")
		String handle(@PathVariable Kind kind, @PathVariable Delivery mode, @PathVariable String reference)
				throws Exception {
			if (kind != Kind.RECORD_WITH_A_CONNECTION_IN_HAND) {
				this.reading.count();
				awaitOthers();
			}
			kind.step.of(new Call(this, mode, reference));
			return "done";
		}

	}

	record Database(DataSource dataSource, boolean autoCommit) {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@AutoConfigurationPackage(basePackageClasses = PurchaseOrder.class)
	@Import({ Requests.class, TransactionalDesk.class, AsyncDesk.class, SyncDesk.class })
	static class Application {

		@Bean
		HikariDataSource pool(Database database) {
			HikariDataSource pool = new HikariDataSource();
			pool.setDataSource(database.dataSource());
			pool.setAutoCommit(database.autoCommit());
			pool.setMaximumPoolSize(POOL);
			pool.setConnectionTimeout(20_000);
			return pool;
		}

		// There are no repositories but those that are named.
		@Bean
		JpaRepositoryFactoryBean<PurchaseOrderRepository, PurchaseOrder, Long> reading() {
			return new JpaRepositoryFactoryBean<>(PurchaseOrderRepository.class);
		}

		@Bean
		JpaRepositoryFactoryBean<TransactionalOrders, PurchaseOrder, Long> transactionalOrders() {
			return new JpaRepositoryFactoryBean<>(TransactionalOrders.class);
		}

		@Bean
		JpaRepositoryFactoryBean<AsyncOrders, PurchaseOrder, Long> asyncOrders() {
			return new JpaRepositoryFactoryBean<>(AsyncOrders.class);
		}

		@Bean
		JpaRepositoryFactoryBean<SyncOrders, PurchaseOrder, Long> syncOrders() {
			return new JpaRepositoryFactoryBean<>(SyncOrders.class);
		}

		@Bean
		SecurityFilterChain open(HttpSecurity http) throws Exception {
			return http.csrf((csrf) -> csrf.disable())
				.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll())
				.build();
		}

	}

}
