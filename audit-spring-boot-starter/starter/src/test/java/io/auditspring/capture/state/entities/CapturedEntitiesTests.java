package io.auditspring.capture.state.entities;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditIgnore;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.AuditedEntity;
import io.auditspring.Sensitive;
import io.auditspring.TestDatabase;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.query.ErasedStateException;
import io.auditspring.query.AuditRedaction;
import io.auditspring.retention.Subject;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.Version;
import org.assertj.core.groups.Tuple;
import org.hibernate.envers.NotAudited;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.orm.jpa.hibernate.HibernateTransactionManager;
import org.springframework.orm.jpa.persistenceunit.ManagedClassNameFilter;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Of which entities the state is captured, what is left out, and what entries say of the
 * others.
 */
@ExtendWith(OutputCaptureExtension.class)
class CapturedEntitiesTests {

	private static final String WITHOUT_ENVERS = "spring.jpa.properties.hibernate.integration.envers.enabled=false";

	@Test
	void withoutEnversEveryEntityHasItsStateInOneStatementMore(CapturedOutput output) {
		try (Application application = new Application(WITHOUT_ENVERS)) {
			assertThat(output).contains("The audit trail shows the state before and after of 5 of 5 entities");
			application.change((entityManager) -> entityManager.persist(new Plain(1)));
			List<Map<String, Object>> entries = application.change((entityManager) -> {
				Plain plain = entityManager.find(Plain.class, 1);
				plain.name = "b";
				plain.secret = "other";
				plain.seen = 2;
				plain.detail.hint = "y";
				plain.tags.add("red");
			});
			assertThat(entries).hasSize(1);
			assertThat(entries.get(0)).containsEntry("target_type", "Plain")
				.containsEntry("target_id", "1")
				.containsEntry("revision", null)
				.containsEntry("metadata", null)
				.containsEntry("before_state",
						"{\"id\": 1, \"name\": \"a\", \"tags\": [], \"detail\": {\"city\": \"Oslo\"}, \"secret\": \"***\"}")
				.containsEntry("changes",
						"{\"name\": {\"to\": \"b\", \"from\": \"a\"}, \"tags\": {\"to\": [\"red\"], \"from\": []}, "
								+ "\"secret\": {\"to\": \"***\", \"from\": \"***\"}}");
		}
	}

	@Test
	void whatIsLeftOutOnPurposeLeavesNoTrace() {
		try (Application application = new Application(WITHOUT_ENVERS, "audit.capture.ignored-entities=Mark*,Own")) {
			application.change((entityManager) -> {
				entityManager.persist(new Plain(1));
				entityManager.persist(new Ignored(1));
				entityManager.persist(new Marked(1));
				entityManager.persist(new Own(1));
			});
			List<Map<String, Object>> entries = application.change((entityManager) -> {
				entityManager.find(Plain.class, 1).seen = 3;
				entityManager.find(Ignored.class, 1).name = "b";
			});
			assertThat(application.entries()).extracting("target_type").containsExactly("Plain", null);
			assertThat(application.entries()).extracting("metadata").containsOnlyNulls();
			assertThat(entries).hasSize(1);
			assertThat(entries.get(0)).containsEntry("before_state", null).containsEntry("changes", null);
		}
	}

	@Test
	void whereEnversDecidesEntriesSayWhatChangedWithoutState(CapturedOutput output) {
		try (Application application = new Application()) {
			assertThat(output)
				.contains("of 1 of 5 entities, as Envers audits them, not of [Marked, Own, Plain, Tagged] "
						+ "(audit.capture.entities)", "No state is captured of [" + Own.class.getName() + "]");
			List<Map<String, Object>> entries = application.change((entityManager) -> {
				entityManager.persist(new Enversed(1));
				entityManager.persist(new Plain(1));
				entityManager.persist(new Plain(2));
				entityManager.persist(new Marked(1));
				entityManager.persist(new Ignored(1));
				entityManager.flush();
				entityManager.find(Plain.class, 1).name = "b";
			});
			assertThat(entries).hasSize(1);
			assertThat(entries.get(0)).containsEntry("target_type", "Enversed")
				.containsEntry("revision", 1L)
				.containsEntry("metadata", "{\"withoutState\": {\"Plain\": 2, \"Marked\": 1}}");
		}
	}

	@Test
	void whatIsRolledBackIsNotCounted() {
		try (Application application = new Application()) {
			List<Map<String, Object>> entries = application.call(() -> {
				application.inTransaction((entityManager) -> entityManager.persist(new Plain(1)));
				application.rolledBack((entityManager) -> entityManager.persist(new Plain(2)));
			});
			assertThat(entries).hasSize(1);
			assertThat(entries.get(0)).containsEntry("metadata", "{\"withoutState\": {\"Plain\": 1}}");
		}
	}

	/** The entry was staged by then. */
	@Test
	void whatFailsInTheCommitItselfIsNotCounted() {
		try (Application application = new Application("audit.capture.max-entities=1")) {
			application.log.jdbc()
				.execute("alter table plain add constraint late unique (name) deferrable initially deferred");
			assertThatException().isThrownBy(() -> application.change((entityManager) -> {
				entityManager.persist(new Plain(1));
				entityManager.persist(new Plain(2));
				entityManager.persist(new Plain(3));
			}));
			assertThat(application.log.await(1)).singleElement()
				.satisfies((entry) -> assertThat(entry).containsEntry("outcome", "failure")
					.containsEntry("metadata", null));
		}
	}

	@Test
	void whatIsUndoneToASavepointIsNotCounted() {
		try (Application application = new Application()) {
			List<Map<String, Object>> entries = application.change((entityManager) -> {
				entityManager.persist(new Plain(1));
				entityManager.flush();
				application.undone((inner) -> inner.persist(new Plain(2)));
			});
			assertThat(entries).hasSize(1);
			assertThat(entries.get(0)).containsEntry("metadata", "{\"withoutState\": {\"Plain\": 1}}");
		}
	}

	@Test
	void ofMoreEntitiesThanACallMayShowTheOthersAreCounted() {
		try (Application application = new Application(WITHOUT_ENVERS, "audit.capture.max-entities=3")) {
			List<Map<String, Object>> entries = application.change((entityManager) -> {
				for (long id = 1; id <= 9; id++) {
					entityManager.persist(new Plain(id));
				}
				entityManager.flush();
				entityManager.find(Plain.class, 1).name = "b";
			});
			assertThat(entries).filteredOn((entry) -> entry.get("after_state") != null)
				.extracting("target_id")
				.containsExactlyInAnyOrder("1", "2", "3");
			assertThat(entries).filteredOnNull("target_type")
				.extracting("metadata")
				.containsExactly("{\"withoutState\": {\"Plain\": 6}}");
		}
	}

	@Test
	void aStateThatWasErasedIsNotToldByAnOlderOne() {
		try (Application application = new Application(WITHOUT_ENVERS)) {
			AuditTrail trail = application.bean(AuditTrail.class);
			application.change((entityManager) -> entityManager.persist(new Plain(1)));
			application.change((entityManager) -> entityManager.find(Plain.class, 1).name = "b");
			assertThat(trail.stateAt("Plain", 1, Instant.now()).orElseThrow()).containsEntry("name", "b");
			application.bean(AuditRedaction.class).erase(Subject.target("Plain", 1).withEverything(), "request 1");
			assertThatExceptionOfType(ErasedStateException.class)
				.isThrownBy(() -> trail.stateAt("Plain", 1, Instant.now()));
			assertThat(trail.stateKnownSince(AuditQuery.all().target("Plain", 1))).isEmpty();
			Instant erased = Instant.now();
			application.change((entityManager) -> entityManager.find(Plain.class, 1).name = "c");
			assertThat(trail.stateKnownSince(AuditQuery.all().target("Plain", 1))).get()
				.satisfies((since) -> assertThat(since).isAfter(erased));
			assertThat(trail.stateAt("Plain", 1, Instant.now()).orElseThrow()).containsEntry("name", "c");
		}
	}

	@Test
	void annotatedOnesAreThoseOfAnyAnnotation(CapturedOutput output) {
		try (Application application = new Application("audit.capture.entities=annotated")) {
			assertThat(output).contains("of 4 of 5 entities, as they are annotated, not of [Plain]");
			List<Map<String, Object>> entries = application.change((entityManager) -> {
				entityManager.persist(new Enversed(1));
				entityManager.persist(new Marked(1));
				entityManager.persist(new Tagged(1));
				entityManager.persist(new Own(1));
				entityManager.persist(new Plain(1));
			});
			assertThat(entries).extracting((entry) -> entry.get("target_type"))
				.containsExactlyInAnyOrder(null, "Enversed", "Marked", "Tagged", "Own");
			assertThat(entries).filteredOnNull("target_type")
				.extracting("metadata")
				.containsExactly("{\"withoutState\": {\"Plain\": 1}}");
			assertThat(entries).filteredOn("target_type", "Enversed").extracting("revision").containsExactly(1L);
		}
	}

	@Test
	void allIncludesThoseOfEnversWithTheirRevision() {
		try (Application application = new Application("audit.capture.entities=all")) {
			List<Map<String, Object>> apart = application
				.change((entityManager) -> entityManager.persist(new Plain(1)));
			List<Map<String, Object>> both = application.change((entityManager) -> {
				entityManager.persist(new Plain(2));
				entityManager.persist(new Enversed(1));
			});
			assertThat(apart).extracting("target_type", "revision").containsExactly(tuple("Plain", null));
			Map<Object, Object> revisions = new TreeMap<>();
			both.stream()
				.filter((entry) -> entry.get("target_type") != null)
				.forEach((entry) -> revisions.put(entry.get("target_type"), entry.get("revision")));
			assertThat(revisions).isEqualTo(Map.of("Enversed", 1L, "Plain", 1L));
		}
	}

	private static Tuple tuple(Object... values) {
		return Tuple.tuple(values);
	}

	/**
	 * What entities inherit that nobody wants to see.
	 */
	@MappedSuperclass
	@AuditIgnore
	abstract static class Technical {

		int touched;

	}

	/**
	 * An entity without any annotation of auditing.
	 */
	@Entity(name = "Plain")
	static class Plain extends Technical {

		@Id
		long id;

		@Version
		int version;

		String name = "a";

		@Sensitive
		String secret = "top";

		@AuditIgnore
		int seen;

		@Embedded
		Detail detail = new Detail();

		@ElementCollection(fetch = FetchType.EAGER)
		List<String> tags = new ArrayList<>();

		Plain() {
		}

		Plain(long id) {
			this.id = id;
		}

	}

	/**
	 * An embedded value.
	 */
	@Embeddable
	static class Detail {

		String city = "Oslo";

		@NotAudited
		String hint = "x";

	}

	/**
	 * An entity that is ignored.
	 */
	@Entity(name = "Ignored")
	@AuditIgnore
	static class Ignored {

		@Id
		long id;

		String name = "a";

		Ignored() {
		}

		Ignored(long id) {
			this.id = id;
		}

	}

	/**
	 * An entity that Envers audits.
	 */
	@Entity(name = "Enversed")
	@org.hibernate.envers.Audited
	static class Enversed {

		@Id
		long id;

		Enversed() {
		}

		Enversed(long id) {
			this.id = id;
		}

	}

	/**
	 * An entity that is marked for the trail.
	 */
	@Entity(name = "Marked")
	@AuditedEntity
	static class Marked {

		@Id
		long id;

		Marked() {
		}

		Marked(long id) {
			this.id = id;
		}

	}

	/**
	 * One that inherits the mark.
	 */
	@Entity(name = "Tagged")
	static class Tagged extends Base {

		@Id
		long id;

		Tagged() {
		}

		Tagged(long id) {
			this.id = id;
		}

	}

	/**
	 * A superclass with the mark.
	 */
	@MappedSuperclass
	@AuditedEntity
	abstract static class Base {

	}

	/**
	 * An entity with Hibernate's own auditing.
	 */
	@Entity(name = "Own")
	@org.hibernate.annotations.Audited
	static class Own {

		@Id
		long id;

		Own() {
		}

		Own(long id) {
			this.id = id;
		}

	}

	/**
	 * Does what it is told.
	 */
	static class Work {

		private final EntityManager entityManager;

		Work(EntityManager entityManager) {
			this.entityManager = entityManager;
		}

		@Audited("work.change")
		@Transactional
		public void change(Consumer<EntityManager> work) {
			work.accept(this.entityManager);
		}

		@Audited("work.call")
		@Transactional(propagation = Propagation.SUPPORTS)
		public void call(Runnable work) {
			work.run();
		}

	}

	/**
	 * The application.
	 */
	private static final class Application implements AutoCloseable {

		private final ConfigurableApplicationContext context;

		private final AuditLog log;

		Application(String... properties) {
			this.context = new SpringApplicationBuilder(Host.class).web(WebApplicationType.NONE)
				.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
						"audit.relay.poll-interval=20ms", "logging.level.io.auditspring.capture=info")
				.properties(properties)
				.run();
			this.log = new AuditLog(this.context.getBean(DataSource.class));
		}

		List<Map<String, Object>> change(Consumer<EntityManager> work) {
			return call(() -> this.context.getBean(Work.class).change(work), false);
		}

		List<Map<String, Object>> call(Runnable work) {
			return call(work, true);
		}

		private List<Map<String, Object>> call(Runnable work, boolean audited) {
			int earlier = (int) this.log.count();
			if (audited) {
				this.context.getBean(Work.class).call(work);
			}
			else {
				work.run();
			}
			this.log.settled();
			return this.log.entriesAfter(earlier);
		}

		void inTransaction(Consumer<EntityManager> work) {
			this.context.getBean(TransactionTemplate.class)
				.executeWithoutResult((status) -> work.accept(this.context.getBean(EntityManager.class)));
		}

		void rolledBack(Consumer<EntityManager> work) {
			this.context.getBean(TransactionTemplate.class).executeWithoutResult((status) -> {
				work.accept(this.context.getBean(EntityManager.class));
				this.context.getBean(EntityManager.class).flush();
				status.setRollbackOnly();
			});
		}

		void undone(Consumer<EntityManager> work) {
			TransactionTemplate nested = new TransactionTemplate(
					this.context.getBean(PlatformTransactionManager.class));
			nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
			nested.executeWithoutResult((status) -> {
				EntityManager entityManager = this.context.getBean(EntityManager.class);
				work.accept(entityManager);
				entityManager.flush();
				entityManager.clear();
				status.setRollbackOnly();
			});
		}

		<T> T bean(Class<T> type) {
			return this.context.getBean(type);
		}

		List<Map<String, Object>> entries() {
			return this.log.entries();
		}

		@Override
		public void close() {
			this.context.close();
		}

	}

	/**
	 * Its configuration.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Host {

		@Bean
		static ManagedClassNameFilter entities() {
			return (name) -> name.startsWith("io.auditspring.query.")
					|| name.startsWith(CapturedEntitiesTests.class.getName());
		}

		@Bean
		HikariDataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.migrated());
		}

		// The one of JPA knows no savepoints.
		@Bean
		HibernateTransactionManager transactionManager(EntityManagerFactory factory) {
			HibernateTransactionManager manager = new HibernateTransactionManager((SessionFactory) factory);
			manager.setNestedTransactionAllowed(true);
			return manager;
		}

		@Bean
		Work work(EntityManager entityManager) {
			return new Work(entityManager);
		}

	}

}
