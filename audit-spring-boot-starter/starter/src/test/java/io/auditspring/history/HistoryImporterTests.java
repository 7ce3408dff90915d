package io.auditspring.history;

import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.Actor;
import io.auditspring.AuditLog;
import io.auditspring.Sensitive;
import io.auditspring.TestDatabase;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import org.hibernate.envers.Audited;
import org.javers.core.Javers;
import org.javers.core.JaversBuilder;
import org.javers.repository.sql.DialectName;
import org.javers.repository.sql.SqlRepositoryBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.orm.jpa.persistenceunit.ManagedClassNameFilter;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What JaVers and Envers recorded before the trail began is taken over once, and says
 * that it was.
 */
class HistoryImporterTests {

	private static ConfigurableApplicationContext application;

	private static HistoryImporter importer;

	private static AuditTrail trail;

	@BeforeAll
	static void start() {
		application = new SpringApplicationBuilder(Host.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.application.name=imports", "audit.relay.poll-interval=20ms")
			.run();
		importer = application.getBean(HistoryImporter.class);
		trail = application.getBean(AuditTrail.class);
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@Test
	void whatJaversRecordedIsTakenOverOnce() throws Exception {
		DataSource database = TestDatabase.newDatabase();
		try (Connection connection = database.getConnection()) {
			Javers javers = JaversBuilder.javers()
				.registerJaversRepository(SqlRepositoryBuilder.sqlRepository()
					.withConnectionProvider(() -> connection)
					.withDialect(DialectName.POSTGRES)
					.build())
				.build();
			Client client = new Client(7, "Ada", "CARD-OF-ADA", new Address("Main Street 1"));
			javers.commit("kari", client);
			client.name = "Ada Lovelace";
			client.address = new Address("Side Street 2");
			javers.commit("ola", client);
			javers.commitShallowDelete("kari", client);
		}
		Instant before = Instant.now();
		assertThat(importer.importFrom(JaversHistory.of(database))).isEqualTo(5);
		List<AuditEntry> entries = imported("JaVers", "Client");
		assertThat(entries).extracting((entry) -> entry.getActor().id()).containsExactly("kari", "ola", "kari");
		assertThat(entries).extracting(AuditEntry::getTargetId).containsOnly("7");
		assertThat(entries).allSatisfy((entry) -> {
			assertThat(entry.getAction()).isEqualTo(HistoryImporter.ACTION);
			assertThat(entry.getOccurredAt()).isBefore(before);
			assertThat(entry.getRecordedAt()).isAfterOrEqualTo(before.minusMillis(1));
		});
		assertThat(entries.get(0).getBefore()).isNull();
		assertThat(entries.get(0).getAfter()).containsEntry("name", "Ada").containsEntry("card", "***");
		assertThat(entries.get(1).getBefore()).containsEntry("name", "Ada");
		assertThat(entries.get(1).getAfter()).containsEntry("name", "Ada Lovelace");
		assertThat(entries.get(2).getAfter()).isNull();
		assertThat(imported("JaVers", "Address")).extracting(AuditEntry::getTargetId).containsOnly("7#address");
		assertThat(imported("JaVers", "Address").get(1).getAfter()).containsEntry("street", "Side Street 2");
		assertThat(importer.importFrom(JaversHistory.of(database))).isZero();
		assertThat(trail.stateAt("Client", "7", Instant.now())).isEmpty();
		assertThat(trail.verify().valid()).isTrue();
	}

	@Test
	void whatEnversRecordedIsTakenOverOnce() {
		inTransaction((entities) -> entities.persist(new Client(1, "Grace", "CARD-OF-GRACE", new Address("Pier 3"))));
		inTransaction((entities) -> entities.find(Client.class, 1L).name = "Grace Hopper");
		inTransaction((entities) -> entities.remove(entities.find(Client.class, 1L)));
		EnversHistory history = EnversHistory.of(application.getBean(EntityManagerFactory.class));
		assertThat(importer.importFrom(history)).isEqualTo(3);
		List<AuditEntry> entries = imported("Envers", "Client");
		assertThat(entries).extracting(AuditEntry::getTargetId).containsExactly("1", "1", "1");
		assertThat(entries).allSatisfy((entry) -> {
			assertThat(entry.getActor().id()).isEqualTo("anonymous");
			assertThat(entry.getMetadata()).containsEntry("author", "unknown");
			assertThat(entry.getOccurredAt()).isBetween(Instant.now().minus(Duration.ofMinutes(5)), Instant.now());
		});
		assertThat(entries.get(0).getAfter())
			.isEqualTo(Map.of("id", 1, "name", "Grace", "card", "***", "address_street", "Pier 3"));
		assertThat(entries.get(1).getBefore()).containsEntry("name", "Grace").containsEntry("card", "***");
		assertThat(entries.get(1).getAfter()).containsEntry("name", "Grace Hopper");
		assertThat(entries.get(2).getBefore()).containsEntry("name", "Grace Hopper");
		assertThat(entries.get(2).getAfter()).isNull();
		assertThat(importer.importFrom(history)).isZero();
		inTransaction((entities) -> entities.persist(new Client(2, "Joan", "1", new Address("Pier 4"))));
		assertThat(importer.importFrom(history)).isEqualTo(1);
		assertThat(new AuditLog(application.getBean(DataSource.class)).jdbc()
			.queryForList("select l::text from audit.audit_log l", String.class))
			.noneMatch((data) -> data != null && (data.contains("CARD-OF-GRACE") || data.contains("CARD-OF-ADA")));
	}

	@Test
	void anImportThatWasBrokenOffGoesOnBehindTheLastCommit() {
		Numbers numbers = new Numbers(1_800);
		assertThatThrownBy(() -> importer.importFrom(numbers.failingAt(1_200))).hasMessage("1200");
		int there = imported("Numbers", "Number").size();
		assertThat(there).isBetween(1, 1_200);
		assertThat(importer.importFrom(numbers)).isEqualTo(1_800 - there);
		assertThat(imported("Numbers", "Number")).extracting((entry) -> Integer.parseInt(entry.getTargetId()))
			.isEqualTo(java.util.stream.IntStream.range(0, 1_800).boxed().toList());
	}

	@Test
	void nobodyElseMayImportAtTheSameTime() {
		AuditHistory within = new Numbers(3) {

			@Override
			public String name() {
				return "Outer";
			}

			@Override
			public void read(String after, Consumer<HistoricCommit> sink) {
				importer.importFrom(new Numbers(1));
			}

		};
		assertThatIllegalStateException().isThrownBy(() -> importer.importFrom(within))
			.withMessageContaining("imported already");
	}

	private static List<AuditEntry> imported(String history, String type) {
		List<AuditEntry> entries = new ArrayList<>();
		try (var all = trail.stream(AuditQuery.all()
			.action(HistoryImporter.ACTION)
			.targetType(type)
			.metadata("imported", history)
			.oldestFirst())) {
			all.forEach(entries::add);
		}
		return entries;
	}

	private static void inTransaction(Consumer<EntityManager> work) {
		new TransactionTemplate(application.getBean(PlatformTransactionManager.class))
			.executeWithoutResult((status) -> work.accept(application.getBean(EntityManager.class)));
	}

	private static class Numbers implements AuditHistory {

		private final int size;

		private int failing = -1;

		Numbers(int size) {
			this.size = size;
		}

		Numbers failingAt(int number) {
			Numbers failing = new Numbers(this.size);
			failing.failing = number;
			return failing;
		}

		@Override
		public String name() {
			return "Numbers";
		}

		@Override
		public void read(String after, Consumer<HistoricCommit> sink) {
			for (int i = (after != null) ? Integer.parseInt(after) + 1 : 0; i < this.size; i++) {
				if (i == this.failing) {
					throw new IllegalArgumentException(String.valueOf(i));
				}
				sink.accept(new HistoricCommit(String.valueOf(i), Actor.system().id(), Instant.EPOCH.plusSeconds(i),
						List.of(new HistoricCommit.Change("Number", i, null, Map.of("value", i), null))));
			}
		}

	}

	@Entity(name = "Client")
	@Audited
	static class Client {

		@Id
		@org.javers.core.metamodel.annotation.Id
		private long id;

		private String name;

		@Sensitive
		private String card;

		@Embedded
		private Address address;

		protected Client() {
		}

		Client(long id, String name, String card, Address address) {
			this.id = id;
			this.name = name;
			this.card = card;
			this.address = address;
		}

	}

	@Embeddable
	static class Address {

		private String street;

		protected Address() {
		}

		Address(String street) {
			this.street = street;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Host {

		@Bean
		static ManagedClassNameFilter entities() {
			return (name) -> name.startsWith("io.auditspring.query.")
					|| name.startsWith(HistoryImporterTests.class.getName());
		}

		@Bean
		HikariDataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.newDatabase());
		}

	}

}
