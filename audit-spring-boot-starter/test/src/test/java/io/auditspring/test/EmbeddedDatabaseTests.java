package io.auditspring.test;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Outcome;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.signing.LedgerVerifier;
import jakarta.persistence.EntityManager;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mockito.Mockito;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.transaction.TestTransaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Applications whose tests run on an embedded database, which cannot hold a ledger.
 */
class EmbeddedDatabaseTests {

	private static ConfigurableApplicationContext start(Class<?> application, String... properties) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.jpa.hibernate.ddl-auto=create",
					"spring.flyway.enabled=false")
			.properties(properties)
			.run();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void aServiceWhoseEntriesPassNeedsNoName(CapturedOutput output) {
		start(Shop.class, "spring.application.name=", "spring.datasource.url=jdbc:h2:mem:nameless").close();
		assertThat(output).doesNotContain("which service made them");
	}

	@Test
	void beansOfTheApplicationTakeThePlaceOfOurs() {
		try (ConfigurableApplicationContext context = start(OwnTrail.class,
				"spring.datasource.url=jdbc:h2:mem:own-trail")) {
			assertThat(context.getBean(AuditTrail.class)).isSameAs(OwnTrail.TRAIL);
		}
	}

	@Nested
	@AuditTest
	@SpringBootTest(classes = Shop.class, webEnvironment = WebEnvironment.NONE,
			properties = { "spring.datasource.url=jdbc:h2:mem:shop", "spring.flyway.enabled=false" })
	class OnH2 {

		@Autowired
		private OrderService orders;

		@Autowired
		private RecordedEntries trail;

		@Autowired
		private AuditTrail emptyTrail;

		@Autowired
		private AuditRecorder recorder;

		@Autowired
		private DataSource dataSource;

		@Test
		void entriesAreWhatTheyWouldBeInTheLedger() throws Exception {
			long id = AuditContext.runAs(Actor.user("jane", "Jane"),
					() -> this.orders.create("E-1", new BigDecimal("12.50")).getId());
			this.orders.pay(id, "acc-1");
			assertThat(this.trail).hasEntries(2)
				.hasEntry()
				.by("jane")
				.named("Jane")
				.doing("order.create")
				.on("PurchaseOrder", id)
				.on(PurchaseOrder.class.getName(), id)
				.withMetadata("total", 12.5)
				.withOutcome(Outcome.SUCCESS)
				.once();
			assertThat(this.trail).hasEntry()
				.doing("order.pay")
				.changing("status", "NEW", "PAID")
				.relatedTo("Account", "acc-1");
		}

		@Test
		void whatFailsHasFailedAndWhatIsRecordedDirectlyIsThere() {
			long id = this.orders.create("E-2", BigDecimal.ONE).getId();
			assertThatIllegalStateException().isThrownBy(() -> this.orders.fail(id));
			this.orders.payAsync(id);
			this.recorder.record(AuditRecord.action("backup.completed").build());
			assertThat(this.trail).hasEntries(4);
			assertThat(this.trail).hasEntry().doing("order.fail").withOutcome(Outcome.FAILURE);
			assertThat(this.trail).hasEntry().doing("order.payAsync").withOutcome(Outcome.SUCCESS);
			assertThat(this.trail).hasEntry().doing("backup.completed");
		}

		@Test
		void assertionsStillSayWhatIsMissing() {
			this.orders.quick(7);
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> assertThat(this.trail).hasEntry().doing("order.cancel"))
				.withMessageContaining("order.quick");
		}

		@Test
		void theTrailIsEmptyAndTheDatabaseUntouched() {
			this.orders.quick(8);
			assertThat(this.emptyTrail.find(AuditQuery.all())).isEmpty();
			assertThat(new JdbcTemplate(this.dataSource)
				.queryForList("select table_name from information_schema.tables where lower(table_name) like 'audit%'"))
				.isEmpty();
		}

	}

	@Nested
	@AuditTest
	@DataJpaTest(properties = "spring.jpa.hibernate.ddl-auto=create")
	@ContextConfiguration(classes = Shop.class)
	class InASlice {

		@Autowired
		private OrderService orders;

		@Autowired
		private RecordedEntries trail;

		@Test
		void theReplacedDataSourceIsNoObstacle() {
			this.orders.create("S-1", BigDecimal.ONE);
			TestTransaction.end();
			assertThat(this.trail).hasEntry().doing("order.create").withErrorContaining("rolled back").once();
		}

	}

	@Nested
	@AutoConfigureTestDatabase
	@SpringBootTest(classes = Shop.class, webEnvironment = WebEnvironment.NONE, properties = {
			"spring.datasource.url=jdbc:postgresql://nowhere.invalid/shop", "spring.flyway.enabled=false" })
	class InPlaceOfAServer {

		@Autowired
		private OrderService orders;

		@Test
		void aTestNeedsNoLineForIt() {
			assertThat(this.orders.create("R-1", BigDecimal.ONE).getId()).isNotNull();
		}

	}

	@Test
	void byDefaultTheSame() {
		try (ConfigurableApplicationContext context = start(Shop.class)) {
			assertThat(context.getBean(OrderService.class).create("D-1", BigDecimal.ONE).getId()).isNotNull();
		}
	}

	@Test
	void onHsqldbTheSame() {
		try (ConfigurableApplicationContext context = start(Shop.class, "spring.datasource.url=jdbc:hsqldb:mem:shop")) {
			assertThat(context.getBean(OrderService.class).create("H-1", BigDecimal.ONE).getId()).isNotNull();
			assertThat(context.getBean(AuditTrail.class).verify().valid()).isTrue();
		}
	}

	@Test
	void itsSettingIsDescribed() throws IOException {
		List<URL> files = Collections
			.list(getClass().getClassLoader().getResources("META-INF/spring-configuration-metadata.json"));
		assertThat(files).anySatisfy((file) -> {
			try (InputStream content = file.openStream()) {
				assertThat(content).asString(StandardCharsets.UTF_8).contains("\"audit.test.in-memory\"");
			}
		});
	}

	@Test
	void aDataSourceThatTheApplicationMakesTakesALine() {
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> start(OwnDataSource.class).close())
			.havingRootCause()
			.withMessageContaining("Found H2 2.");
		try (ConfigurableApplicationContext context = start(OwnDataSource.class, "audit.test.in-memory=true")) {
			assertThat(context.getBean(OrderService.class).create("O-1", BigDecimal.ONE).getId()).isNotNull();
		}
	}

	@Nested
	@AuditTest
	@SpringBootTest(classes = Shop.class, webEnvironment = WebEnvironment.NONE, properties = {
			"spring.datasource.url=jdbc:h2:mem:off", "audit.enabled=false", "spring.flyway.enabled=false" })
	class SwitchedOff {

		@Autowired
		private OrderService orders;

		@Autowired
		private RecordedEntries trail;

		@Test
		void assertionsSaySo() {
			this.orders.quick(7);
			assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(this.trail).hasNoEntry())
				.withMessageContaining("audit.enabled=false");
		}

	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@AutoConfigurationPackage(basePackageClasses = PurchaseOrder.class)
	static class Shop {

		@Bean
		OrderService orderService(PurchaseOrderRepository orders, EntityManager entityManager) {
			return new OrderService(orders, entityManager);
		}

	}

	/**
	 * Makes its data source itself.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OwnDataSource extends Shop {

		@Bean
		DataSource dataSource() {
			return new DriverManagerDataSource("jdbc:h2:mem:own;DB_CLOSE_DELAY=-1", "sa", "");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Shop.class)
	static class OwnTrail {

		static final AuditTrail TRAIL = AuditTrail.empty(Mockito.mock(LedgerVerifier.class));

		@Bean
		AuditTrail ownTrail() {
			return TRAIL;
		}

	}

}
