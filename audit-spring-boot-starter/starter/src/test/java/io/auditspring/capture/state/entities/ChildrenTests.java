package io.auditspring.capture.state.entities;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.Access;
import jakarta.persistence.AccessType;
import jakarta.persistence.CascadeType;
import jakarta.persistence.ConstraintMode;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.FetchType;
import jakarta.persistence.ForeignKey;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.StatelessSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
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
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What changes of children tell of their parents, and how often a parent is read for it.
 */
class ChildrenTests {

	private static final int MANY = 1000;

	/** Whatever else asks a child for its identifier. */
	private static final int FEW = 100 * MANY;

	/** How often somebody asked a child for its identifier. */
	private static final AtomicInteger READS = new AtomicInteger();

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Host.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"audit.relay.poll-interval=20ms", "spring.jpa.open-in-view=false",
					"spring.jpa.properties.hibernate.integration.envers.enabled=false")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	private static void prepare(Consumer<EntityManager> work) {
		context.getBean(TransactionTemplate.class)
			.executeWithoutResult((status) -> work.accept(context.getBean(EntityManager.class)));
	}

	private static List<String> call(Consumer<EntityManager> work) {
		int earlier = log.settled();
		context.getBean(Work.class).change(work);
		log.settled();
		List<Map<String, Object>> entries = log.entriesAfter(earlier);
		assertThat(entries).extracting("metadata").containsOnlyNulls();
		return entries.stream()
			.filter((entry) -> entry.get("before_state") != null || entry.get("after_state") != null)
			.map((entry) -> "%s %s: %s -> %s, %s".formatted(entry.get("target_type"), entry.get("target_id"),
					entry.get("before_state"), entry.get("after_state"), entry.get("changes")))
			.toList();
	}

	private static void undone(Consumer<EntityManager> work) {
		TransactionTemplate nested = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
		nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
		nested.executeWithoutResult((status) -> {
			EntityManager entityManager = context.getBean(EntityManager.class);
			work.accept(entityManager);
			status.setRollbackOnly();
		});
	}

	private static List<String> of(String type, List<String> entries) {
		return entries.stream().filter((entry) -> entry.startsWith(type + " ")).toList();
	}

	private static String ids(LongStream ids) {
		return ids.mapToObj(Long::toString).collect(Collectors.joining(", ", "[", "]"));
	}

	private static Line add(EntityManager entityManager, Register register, long id) {
		Line line = new Line(id, register);
		// Otherwise Hibernate would not load the others.
		register.lines.size();
		register.lines.add(line);
		entityManager.persist(line);
		return line;
	}

	@Test
	void aNewParentIsNotReadForEachOfItsChildren() {
		READS.set(0);
		List<String> entries = call((entityManager) -> {
			Register register = new Register(1);
			LongStream.rangeClosed(10_001, 10_000 + MANY).forEach((id) -> register.lines.add(new Line(id, register)));
			entityManager.persist(register);
		});
		assertThat(READS).hasValueLessThan(FEW);
		assertThat(of("Line", entries)).hasSize(MANY);
		assertThat(of("Register", entries))
			.containsExactly("Register 1: null -> {\"id\": 1, \"name\": \"a\", \"lines\": %s, \"extras\": []}, null"
				.formatted(ids(LongStream.rangeClosed(10_001, 10_000 + MANY))));
	}

	@Test
	void aParentIsNotReadForEachChildThatGoes() {
		prepare((entityManager) -> {
			Register register = new Register(2);
			LongStream.rangeClosed(20_001, 20_000 + MANY).forEach((id) -> register.lines.add(new Line(id, register)));
			entityManager.persist(register);
		});
		READS.set(0);
		List<String> entries = call((entityManager) -> entityManager.find(Register.class, 2).lines.clear());
		assertThat(READS).hasValueLessThan(FEW);
		assertThat(of("Line", entries)).hasSize(MANY);
		String all = ids(LongStream.rangeClosed(20_001, 20_000 + MANY));
		assertThat(of("Register", entries)).containsExactly(
				"Register 2: {\"id\": 2, \"name\": \"a\", \"lines\": %s} -> {\"id\": 2, \"name\": \"a\", \"lines\": []}, "
					.formatted(all) + "{\"lines\": {\"to\": [], \"from\": %s}}".formatted(all));
	}

	@Test
	void aParentIsNotReadForEachChildThatIsInsertedAtOnce() {
		prepare((entityManager) -> entityManager.persist(new Register(3)));
		READS.set(0);
		List<String> entries = call((entityManager) -> {
			Register register = entityManager.find(Register.class, 3);
			register.extras.size();
			for (int i = 0; i < MANY; i++) {
				Extra extra = new Extra(register);
				register.extras.add(extra);
				entityManager.persist(extra);
			}
		});
		assertThat(READS).hasValueLessThan(FEW);
		assertThat(of("Extra", entries)).hasSize(MANY);
		assertThat(of("Register", entries)).hasSize(1)
			.first()
			.asString()
			.contains("\"extras\": {\"to\": " + log.jdbc()
				.queryForObject("select '[' || string_agg(id::text, ', ' order by id) || ']' from extra "
						+ "where register_id = 3", String.class));
	}

	@Test
	void theOtherSideOfManyIsNotReadForEachOfThem() {
		prepare((entityManager) -> entityManager.persist(new Circle(1)));
		READS.set(0);
		List<String> entries = call((entityManager) -> {
			Circle circle = entityManager.find(Circle.class, 1);
			for (long id = 1; id <= MANY; id++) {
				Person person = new Person(id);
				person.circles.add(circle);
				circle.people.add(person);
				entityManager.persist(person);
			}
		});
		assertThat(READS).hasValueLessThan(FEW);
		assertThat(of("Circle", entries))
			.containsExactly("Circle 1: {\"id\": 1, \"people\": []} -> {\"id\": 1, \"people\": %s}, "
				.formatted(ids(LongStream.rangeClosed(1, MANY)))
					+ "{\"people\": {\"to\": %s, \"from\": []}}".formatted(ids(LongStream.rangeClosed(1, MANY))));
	}

	@Test
	void whatBecomesOfAParentInMemoryAfterwardsIsNotTold() {
		prepare((entityManager) -> entityManager.persist(new Register(4)));
		assertThat(of("Register", call((entityManager) -> {
			Register register = entityManager.find(Register.class, 4);
			add(entityManager, register, 41);
			add(entityManager, register, 42);
			entityManager.flush();
			entityManager.clear();
			register.lines.clear();
		}))).containsExactly("Register 4: {\"id\": 4, \"name\": \"a\", \"lines\": []} -> "
				+ "{\"id\": 4, \"name\": \"a\", \"lines\": [41, 42]}, {\"lines\": {\"to\": [41, 42], \"from\": []}}");
	}

	@Test
	void ofOneChildThatMemoryDoesNotKnowNobodyTellsWhatTheOthersMake() {
		prepare((entityManager) -> entityManager.persist(new Register(5)));
		assertThat(of("Register", call((entityManager) -> {
			Register register = entityManager.find(Register.class, 5);
			add(entityManager, register, 51);
			add(entityManager, register, 52);
			entityManager.persist(new Line(53, register));
			add(entityManager, register, 54);
		}))).containsExactly("Register 5: {\"id\": 5, \"name\": \"a\", \"lines\": []} -> "
				+ "{\"id\": 5, \"name\": \"a\"}, {\"lines\": {\"from\": []}}");
	}

	@Test
	void severalKindsOfChildrenInSeveralFlushesAreOneChangeOfTheirParent() {
		prepare((entityManager) -> add(entityManager, persisted(entityManager, 6), 61));
		List<String> entries = call((entityManager) -> {
			Register register = entityManager.find(Register.class, 6);
			register.extras.size();
			add(entityManager, register, 62);
			register.extras.add(new Extra(register));
			entityManager.persist(register.extras.get(0));
			add(entityManager, register, 63);
			entityManager.flush();
			register.name = "b";
			register.extras.add(new Extra(register));
			entityManager.persist(register.extras.get(1));
			entityManager.remove(register.lines.remove(0));
			entityManager.flush();
			add(entityManager, register, 64);
			entityManager.remove(register.extras.remove(0));
		});
		Long extra = log.jdbc().queryForObject("select id from extra where register_id = 6", Long.class);
		assertThat(of("Register", entries))
			.containsExactly("Register 6: {\"id\": 6, \"name\": \"a\", \"lines\": [61], \"extras\": []} -> "
					+ "{\"id\": 6, \"name\": \"b\", \"lines\": [62, 63, 64], \"extras\": [%s]}, ".formatted(extra)
					+ "{\"name\": {\"to\": \"b\", \"from\": \"a\"}, \"lines\": {\"to\": [62, 63, 64], \"from\": [61]}, "
					+ "\"extras\": {\"to\": [%s], \"from\": []}}".formatted(extra));
		assertThat(of("Extra", entries)).hasSize(1);
	}

	private static Register persisted(EntityManager entityManager, long id) {
		Register register = new Register(id);
		entityManager.persist(register);
		return register;
	}

	@Test
	void childrenThatAreUndoneToASavepointTellNothing() {
		prepare((entityManager) -> entityManager.persist(new Register(7)));
		List<String> entries = call((entityManager) -> {
			Register register = entityManager.find(Register.class, 7);
			add(entityManager, register, 71);
			add(entityManager, register, 72);
			entityManager.flush();
			undone((inner) -> {
				add(inner, register, 73);
				add(inner, register, 74);
				inner.flush();
				inner.clear();
			});
			Register again = entityManager.find(Register.class, 7);
			again.lines.size();
			add(entityManager, again, 75);
			add(entityManager, again, 76);
		});
		assertThat(of("Register", entries))
			.containsExactly("Register 7: {\"id\": 7, \"name\": \"a\", \"lines\": []} -> "
					+ "{\"id\": 7, \"name\": \"a\", \"lines\": [71, 72, 75, 76]}, "
					+ "{\"lines\": {\"to\": [71, 72, 75, 76], \"from\": []}}");
		assertThat(of("Line", entries)).hasSize(4);
	}

	@Test
	void whatIsInsertedAtOnceAndUndoneToASavepointTellsNothing() {
		prepare((entityManager) -> entityManager.persist(new Register(8)));
		List<String> entries = call((entityManager) -> {
			Register register = entityManager.find(Register.class, 8);
			register.extras.size();
			Extra kept = new Extra(register);
			register.extras.add(kept);
			entityManager.persist(kept);
			undone((inner) -> {
				for (int i = 0; i < 2; i++) {
					Extra extra = new Extra(register);
					register.extras.add(extra);
					inner.persist(extra);
				}
				inner.clear();
			});
		});
		Long extra = log.jdbc().queryForObject("select id from extra where register_id = 8", Long.class);
		assertThat(of("Register", entries))
			.containsExactly("Register 8: {\"id\": 8, \"name\": \"a\", \"extras\": []} -> "
					+ "{\"id\": 8, \"name\": \"a\", \"extras\": [%s]}, ".formatted(extra)
					+ "{\"extras\": {\"to\": [%s], \"from\": []}}".formatted(extra));
	}

	@Test
	void aParentThatGoesWithItsChildrenIsDeleted() {
		prepare((entityManager) -> add(entityManager, persisted(entityManager, 9), 91));
		List<String> entries = call((entityManager) -> {
			Register register = entityManager.find(Register.class, 9);
			add(entityManager, register, 92);
			add(entityManager, register, 93);
			entityManager.flush();
			entityManager.remove(register);
		});
		assertThat(entries).containsExactlyInAnyOrder(
				"Register 9: {\"id\": 9, \"name\": \"a\", \"lines\": [91]} -> null, null",
				"Line 91: {\"id\": 91, \"text\": \"x\", \"register\": 9} -> null, null");
	}

	@Test
	void aStatelessUpdateOfAChildTellsNothingOfItsParent() {
		prepare((entityManager) -> add(entityManager, persisted(entityManager, 11), 111));
		assertThat(call((entityManager) -> {
			Line line = new Line(111, entityManager.getReference(Register.class, 11));
			line.text = "y";
			StatelessSession session = entityManager.unwrap(Session.class).statelessWithOptions().connection().open();
			session.update(line);
		})).containsExactly("Line 111: {\"id\": 111} -> {\"id\": 111, \"text\": \"y\", \"register\": 11}, "
				+ "{\"text\": {\"to\": \"y\"}, \"register\": {\"to\": 11}}");
	}

	@Test
	void whatWasDeletedAfterItsParentStillReferredToIt() {
		prepare((entityManager) -> {
			Register register = persisted(entityManager, 12);
			entityManager.persist(new Note(121, register));
			entityManager.persist(new Note(122, null));
		});
		assertThat(of("Note", call((entityManager) -> {
			Note note = entityManager.find(Note.class, 121);
			Note free = entityManager.find(Note.class, 122);
			entityManager.remove(entityManager.find(Register.class, 12));
			entityManager.remove(note);
			entityManager.remove(free);
		}))).containsExactly("Note 121: {\"id\": 121, \"register\": 12} -> null, null",
				"Note 122: {\"id\": 122, \"register\": null} -> null, null");
	}

	@Test
	void whatWasSetInMemoryBeforeADeleteIsNotWhatTheRowHeld() {
		prepare((entityManager) -> {
			persisted(entityManager, 13);
			entityManager.persist(new Note(131, null));
		});
		assertThat(call((entityManager) -> {
			Note note = entityManager.find(Note.class, 131);
			note.register = entityManager.find(Register.class, 13);
			entityManager.remove(note);
		})).containsExactly("Note 131: {\"id\": 131, \"register\": null} -> null, null");
	}

	@Test
	void whatIsUndoneToASavepointIsNotWhatTheNextChangeBeganWith() {
		prepare((entityManager) -> entityManager.persist(new Sheet(1)));
		assertThat(call((entityManager) -> {
			Sheet sheet = entityManager.find(Sheet.class, 1);
			undone((inner) -> {
				sheet.title = "b";
				inner.flush();
			});
			sheet.state = "closed";
		})).containsExactly("Sheet 1: {\"id\": 1, \"state\": \"open\", \"title\": \"a\"} -> "
				+ "{\"id\": 1, \"state\": \"closed\", \"title\": \"b\"}, "
				+ "{\"state\": {\"to\": \"closed\", \"from\": \"open\"}, \"title\": {\"to\": \"b\", \"from\": \"a\"}}");
		assertThat(log.jdbc().queryForObject("select title from sheet where id = 1", String.class)).isEqualTo("b");
	}

	@Test
	void whatIsUndoneToASavepointAndReadAgainIsNoChange() {
		prepare((entityManager) -> entityManager.persist(new Sheet(2)));
		assertThat(call((entityManager) -> {
			undone((inner) -> {
				inner.find(Sheet.class, 2).title = "b";
				inner.flush();
				inner.clear();
			});
			entityManager.find(Sheet.class, 2).state = "closed";
		})).singleElement().asString().endsWith(", {\"state\": {\"to\": \"closed\", \"from\": \"open\"}}");
	}

	@Test
	void whatAFailedCallWithinAnotherDidIsNotWhatTheOtherBeganWith() {
		prepare((entityManager) -> entityManager.persist(new Sheet(3)));
		assertThat(call((entityManager) -> {
			Sheet sheet = entityManager.find(Sheet.class, 3);
			assertThatIllegalStateException().isThrownBy(() -> context.getBean(Work.class).nested(() -> {
				sheet.title = "b";
				throw new IllegalStateException("failed");
			}));
			entityManager.remove(sheet);
		})).containsExactly("Sheet 3: {\"id\": 3, \"state\": \"open\", \"title\": \"a\"} -> null, null");
	}

	/**
	 * A parent.
	 */
	@Entity(name = "Register")
	static class Register {

		@Id
		long id;

		String name = "a";

		@OneToMany(mappedBy = "register", cascade = CascadeType.ALL, orphanRemoval = true)
		List<Line> lines = new ArrayList<>();

		@OneToMany(mappedBy = "register")
		List<Extra> extras = new ArrayList<>();

		Register() {
		}

		Register(long id) {
			this.id = id;
		}

	}

	/**
	 * A child that counts how often it is asked for its identifier.
	 */
	@Entity(name = "Line")
	static class Line {

		private long id;

		@ManyToOne(fetch = FetchType.LAZY)
		@Access(AccessType.FIELD)
		Register register;

		@Access(AccessType.FIELD)
		String text = "x";

		Line() {
		}

		Line(long id, Register register) {
			this.id = id;
			this.register = register;
		}

		@Id
		long getId() {
			READS.incrementAndGet();
			return this.id;
		}

		void setId(long id) {
			this.id = id;
		}

	}

	/**
	 * A child that is inserted when it is persisted.
	 */
	@Entity(name = "Extra")
	static class Extra {

		private Long id;

		@ManyToOne(fetch = FetchType.LAZY)
		@Access(AccessType.FIELD)
		Register register;

		Extra() {
		}

		Extra(Register register) {
			this.register = register;
		}

		@Id
		@GeneratedValue(strategy = GenerationType.IDENTITY)
		Long getId() {
			READS.incrementAndGet();
			return this.id;
		}

		void setId(Long id) {
			this.id = id;
		}

	}

	/**
	 * A child without a foreign key.
	 */
	@Entity(name = "Note")
	static class Note {

		@Id
		long id;

		@ManyToOne(fetch = FetchType.LAZY)
		@JoinColumn(foreignKey = @ForeignKey(ConstraintMode.NO_CONSTRAINT))
		Register register;

		Note() {
		}

		Note(long id, Register register) {
			this.id = id;
			this.register = register;
		}

	}

	/**
	 * An entity by itself.
	 */
	@Entity(name = "Sheet")
	static class Sheet {

		@Id
		long id;

		String title = "a";

		String state = "open";

		Sheet() {
		}

		Sheet(long id) {
			this.id = id;
		}

	}

	/**
	 * Many people.
	 */
	@Entity(name = "Circle")
	static class Circle {

		@Id
		long id;

		@ManyToMany(mappedBy = "circles")
		Set<Person> people = new HashSet<>();

		Circle() {
		}

		Circle(long id) {
			this.id = id;
		}

	}

	/**
	 * One of many.
	 */
	@Entity(name = "Person")
	static class Person {

		private long id;

		@ManyToMany
		@Access(AccessType.FIELD)
		Set<Circle> circles = new HashSet<>();

		Person() {
		}

		Person(long id) {
			this.id = id;
		}

		@Id
		long getId() {
			READS.incrementAndGet();
			return this.id;
		}

		void setId(long id) {
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

		@Audited("work.nested")
		@Transactional(propagation = Propagation.NESTED)
		public void nested(Runnable work) {
			work.run();
		}

	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Host {

		@Bean
		static ManagedClassNameFilter entities() {
			return (name) -> name.startsWith("io.auditspring.query.") || name.startsWith(ChildrenTests.class.getName());
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
