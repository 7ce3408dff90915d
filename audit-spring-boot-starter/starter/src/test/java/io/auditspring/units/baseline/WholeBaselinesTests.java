package io.auditspring.units.baseline;

import java.sql.Blob;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.Tenants;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
import jakarta.persistence.Lob;
import org.awaitility.Awaitility;
import org.hibernate.Session;
import org.hibernate.annotations.TenantId;
import org.hibernate.cfg.MultiTenancySettings;
import org.hibernate.context.spi.CurrentTenantIdentifierResolver;
import org.hibernate.engine.jdbc.connections.spi.AbstractDataSourceBasedMultiTenantConnectionProviderImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.orm.jpa.persistenceunit.ManagedClassNameFilter;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What was there before the trail is recorded of all entities of a kind, or not at all.
 */
@ExtendWith(OutputCaptureExtension.class)
class WholeBaselinesTests {

	private static final String COMPLETED = "entity.baseline.completed";

	private final List<HikariDataSource> pools = new ArrayList<>();

	private final DataSource database = TestDatabase.newDatabase();

	private final AuditLog log = new AuditLog(this.database);

	@AfterEach
	void close() {
		this.pools.forEach(HikariDataSource::close);
	}

	private HikariDataSource pool(DataSource database) {
		HikariDataSource pool = ShopConfiguration.pool(database);
		this.pools.add(pool);
		return pool;
	}

	private ConfigurableApplicationContext start(DataSource dataSource, HibernatePropertiesCustomizer settings,
			String... properties) {
		return new SpringApplicationBuilder(Host.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.flyway.enabled=false",
					"spring.jpa.hibernate.ddl-auto=update", "audit.relay.poll-interval=20ms",
					"spring.jpa.properties.hibernate.integration.envers.enabled=false")
			.properties(properties)
			.initializers((context) -> {
				context.getBeanFactory().registerSingleton("dataSource", dataSource);
				context.getBeanFactory().registerSingleton("settings", settings);
			})
			.run();
	}

	private static void store(ConfigurableApplicationContext context, Consumer<EntityManager> work) {
		context.getBean(TransactionTemplate.class)
			.executeWithoutResult((status) -> work.accept(context.getBean(EntityManager.class)));
	}

	private List<Map<String, Object>> baseline() {
		Awaitility.await()
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.noneMatch((thread) -> Objects.equals(thread.getName(), "audit-baseline")));
		this.log.settled();
		return this.log.entries();
	}

	private static HibernatePropertiesCustomizer plain() {
		return (settings) -> settings.put(MultiTenancySettings.MULTI_TENANT_IDENTIFIER_RESOLVER, new Current());
	}

	@Test
	void whatCannotBeReadTwiceIsRecordedAllTheSame() {
		try (ConfigurableApplicationContext context = start(pool(this.database), plain())) {
			store(context, (entities) -> {
				Blob scan = entities.unwrap(Session.class).getLobHelper().createBlob(new byte[] { 1, 2, 3 });
				entities.persist(new Contract(1, scan));
			});
		}
		try (ConfigurableApplicationContext context = start(pool(this.database), plain(),
				"audit.capture.baseline=Contract")) {
			assertThat(context.isActive()).isTrue();
			assertThat(baseline()).extracting("action", "target_id")
				.containsExactly(tuple("entity.baseline", "1"), tuple(COMPLETED, "*"));
			assertThat(baseline().get(0).get("after_state")).asString()
				.contains("\"scan\": \"(large object)\"", "\"name\": \"a\"", "\"seal\": \"");
		}
	}

	@Test
	void ofSeveralDatabasesItIsNotRecorded(CapturedOutput output) {
		Tenants tenants = new Tenants(Map.of("north", pool(TestDatabase.newDatabase())), pool(this.database));
		try (ConfigurableApplicationContext context = start(tenants, plain(), "audit.capture.baseline=Contract")) {
			assertThat(baseline()).isEmpty();
			assertThat(output).contains("The present state of Contract is not recorded (audit.capture.baseline)");
			assertThat(context.isActive()).isTrue();
		}
	}

	@Test
	void severalWaysToOneDatabaseAreNoReason() {
		Tenants ways = new Tenants(Map.of("replica", pool(this.database)), pool(this.database));
		try (ConfigurableApplicationContext context = start(ways, plain(), "audit.capture.baseline=Contract")) {
			assertThat(baseline()).extracting("action").containsExactly(COMPLETED);
			assertThat(context.isActive()).isTrue();
		}
	}

	@Test
	void ofTenantsOfHibernateItIsNotRecorded(CapturedOutput output) {
		HikariDataSource pool = pool(this.database);
		HibernatePropertiesCustomizer settings = (properties) -> properties
			.putAll(Map.of(MultiTenancySettings.MULTI_TENANT_CONNECTION_PROVIDER, new Connections(pool),
					MultiTenancySettings.MULTI_TENANT_IDENTIFIER_RESOLVER, new Current()));
		try (ConfigurableApplicationContext context = start(pool, settings, "audit.capture.baseline=Contract",
				"spring.jpa.hibernate.ddl-auto=none")) {
			assertThat(baseline()).isEmpty();
			assertThat(output).contains("The present state of Contract is not recorded (audit.capture.baseline)");
			assertThat(context.isActive()).isTrue();
		}
	}

	@Test
	void ofRowsOfTenantsItIsNotRecordedButOfOthersOfTheSameUnit(CapturedOutput output) {
		try (ConfigurableApplicationContext context = start(pool(this.database), plain(),
				"audit.capture.baseline=Contract,Leased")) {
			assertThat(baseline()).extracting("action", "target_type").containsExactly(tuple(COMPLETED, "Contract"));
			assertThat(output).contains("The present state of Leased is not recorded (audit.capture.baseline)");
			assertThat(context.isActive()).isTrue();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Host {

		@Bean
		static ManagedClassNameFilter entities() {
			return (name) -> name.startsWith("io.auditspring.query.")
					|| name.startsWith(WholeBaselinesTests.class.getName());
		}

	}

	private static final class Connections extends AbstractDataSourceBasedMultiTenantConnectionProviderImpl<String> {

		private static final long serialVersionUID = 1L;

		private final transient DataSource database;

		Connections(DataSource database) {
			this.database = database;
		}

		@Override
		protected DataSource selectAnyDataSource() {
			return this.database;
		}

		@Override
		protected DataSource selectDataSource(String tenant) {
			return this.database;
		}

	}

	private static final class Current implements CurrentTenantIdentifierResolver<String> {

		@Override
		public String resolveCurrentTenantIdentifier() {
			return "somebody";
		}

		@Override
		public boolean validateExistingCurrentSessions() {
			return false;
		}

	}

	@Entity(name = "Contract")
	static class Contract {

		@Id
		private long id;

		private String name = "a";

		@Lob
		private Blob scan;

		@Convert(converter = Sealed.class)
		private String seal = "what it says";

		Contract() {
		}

		Contract(long id, Blob scan) {
			this.id = id;
			this.scan = scan;
		}

	}

	/**
	 * Another text each time, as of what is encrypted.
	 */
	static class Sealed implements AttributeConverter<String, String> {

		@Override
		public String convertToDatabaseColumn(String value) {
			return UUID.randomUUID() + value;
		}

		@Override
		public String convertToEntityAttribute(String column) {
			return column.substring(36);
		}

	}

	@Entity(name = "Leased")
	static class Leased {

		@Id
		private long id;

		@TenantId
		private String owner;

	}

}
