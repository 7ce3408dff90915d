package io.auditspring.capture.state.entities;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.Lob;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MapsId;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OneToOne;
import jakarta.persistence.OrderColumn;
import org.hibernate.annotations.Any;
import org.hibernate.annotations.AnyDiscriminatorValue;
import org.hibernate.annotations.AnyKeyJavaClass;
import org.hibernate.annotations.Formula;
import org.hibernate.annotations.Generated;
import org.hibernate.annotations.ManyToAny;
import org.hibernate.annotations.NaturalId;
import org.hibernate.annotations.SoftDelete;
import org.hibernate.engine.jdbc.proxy.BlobProxy;
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
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Mappings that Envers does not know, or refuses to start with, in an application without
 * it.
 */
class MappedEntitiesTests {

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

	@Test
	void aReferenceToAnythingShowsOfWhatKindItIs() {
		assertThat(call((entityManager) -> {
			Parent parent = new Parent(1);
			entityManager.persist(parent);
			Remark remark = new Remark(1);
			remark.about = parent;
			remark.also.add(parent);
			entityManager.persist(remark);
		})).contains("Remark 1: null -> {\"id\": 1, \"also\": [{\"id\": 1, \"type\": \"Parent\"}], "
				+ "\"about\": {\"id\": 1, \"type\": \"Parent\"}}, null");
		assertThat(call((entityManager) -> entityManager.find(Remark.class, 1).about = null))
			.containsExactly("Remark 1: {\"id\": 1, \"also\": [{\"id\": 1, \"type\": \"Parent\"}], "
					+ "\"about\": {\"id\": 1, \"type\": \"Parent\"}} -> "
					+ "{\"id\": 1, \"also\": [{\"id\": 1, \"type\": \"Parent\"}], \"about\": null}, "
					+ "{\"about\": {\"to\": null, \"from\": {\"id\": 1, \"type\": \"Parent\"}}}");
	}

	@Test
	void anIdentifierThatRefersToAnotherEntityIsShown() {
		assertThat(call((entityManager) -> {
			Parent parent = new Parent(2);
			entityManager.persist(parent);
			Profile profile = new Profile();
			profile.parent = parent;
			profile.text = "a";
			entityManager.persist(profile);
		})).contains("Profile 2: null -> {\"id\": 2, \"text\": \"a\", \"parent\": 2}, null");
		assertThat(call((entityManager) -> entityManager.find(Profile.class, 2).text = "b")).containsExactly(
				"Profile 2: {\"id\": 2, \"text\": \"a\", \"parent\": 2} -> {\"id\": 2, \"text\": \"b\", \"parent\": 2}, "
						+ "{\"text\": {\"to\": \"b\", \"from\": \"a\"}}");
	}

	@Test
	void theOwnerOfAListWhosePlacesItsElementsHoldHasAnEntryAndNoColumnOfHibernatesOwnIsShown() {
		call((entityManager) -> {
			Parent parent = new Parent(3);
			parent.steps.add(new Step(31));
			parent.steps.add(new Step(32));
			entityManager.persist(parent);
		});
		assertThat(call((entityManager) -> entityManager.find(Parent.class, 3).steps.remove(0)))
			.containsExactlyInAnyOrder(
					"Parent 3: {\"id\": 3, \"steps\": [31, 32]} -> {\"id\": 3, \"steps\": [32]}, "
							+ "{\"steps\": {\"to\": [32], \"from\": [31, 32]}}",
					"Step 31: {\"id\": 31, \"note\": null} -> null, null");
	}

	@Test
	void theParentOfAChildThatMovesHasAnEntry() {
		call((entityManager) -> {
			entityManager.persist(new Parent(4));
			entityManager.persist(new Parent(5));
			entityManager.persist(new Child(4, entityManager.find(Parent.class, 4)));
		});
		assertThat(call((entityManager) -> {
			Parent from = entityManager.find(Parent.class, 4);
			Parent to = entityManager.find(Parent.class, 5);
			Child child = from.children.iterator().next();
			from.children.remove(child);
			to.children.add(child);
			child.parent = to;
		})).containsExactlyInAnyOrder(
				"Child 4: {\"id\": 4, \"parent\": 4} -> {\"id\": 4, \"parent\": 5}, "
						+ "{\"parent\": {\"to\": 5, \"from\": 4}}",
				"Parent 4: {\"id\": 4, \"children\": [4]} -> {\"id\": 4, \"children\": []}, "
						+ "{\"children\": {\"to\": [], \"from\": [4]}}",
				"Parent 5: {\"id\": 5, \"children\": []} -> {\"id\": 5, \"children\": [4]}, "
						+ "{\"children\": {\"to\": [4], \"from\": []}}");
	}

	@Test
	void whatIsDeletedSoftlyIsDeleted() {
		call((entityManager) -> entityManager.persist(new Paper(1, "P-1")));
		assertThat(call((entityManager) -> entityManager.remove(entityManager.find(Paper.class, 1))))
			.containsExactly("Paper 1: {\"id\": 1, \"code\": \"P-1\"} -> null, null");
	}

	@Test
	void whatTheDatabaseComputesIsNoStateOfTheRow() {
		assertThat(call((entityManager) -> entityManager.persist(new Box(7, 2))))
			.containsExactly("Box 7: null -> {\"id\": 7, \"size\": {\"width\": 2}}, null");
		assertThat(call((entityManager) -> {
			Box box = entityManager.find(Box.class, 7);
			box.size.width = 3;
			entityManager.flush();
			entityManager.refresh(box);
			box.size.width = 4;
		})).containsExactly("Box 7: {\"id\": 7, \"size\": {\"width\": 2}} -> {\"id\": 7, \"size\": {\"width\": 4}}, "
				+ "{\"size\": {\"to\": {\"width\": 4}, \"from\": {\"width\": 2}}}");
	}

	@Test
	void whatIsNotLoadedAgainKeepsWhatIsKnownOfIt() {
		call((entityManager) -> {
			entityManager.persist(new Article(1));
			entityManager.persist(new Article(2));
			entityManager.persist(new Article(3));
		});
		assertThat(call((entityManager) -> {
			Article article = entityManager.find(Article.class, 1);
			article.tags.size();
			article.title = "b";
			entityManager.flush();
			entityManager.clear();
			entityManager.find(Article.class, 1).status = "closed";
		})).containsExactly("Article 1: {\"id\": 1, \"tags\": [\"x\"], \"sound\": \"(large object)\", "
				+ "\"title\": \"a\", \"status\": \"open\"} -> {\"id\": 1, \"tags\": [\"x\"], "
				+ "\"sound\": \"(large object)\", \"title\": \"b\", \"status\": \"closed\"}, "
				+ "{\"title\": {\"to\": \"b\", \"from\": \"a\"}, \"status\": {\"to\": \"closed\", \"from\": \"open\"}}");
		assertThat(call((entityManager) -> {
			Article article = entityManager.find(Article.class, 2);
			article.tags.add("y");
			entityManager.flush();
			entityManager.refresh(article);
			article.status = "closed";
		})).singleElement()
			.asString()
			.endsWith("{\"tags\": {\"to\": [\"x\", \"y\"], \"from\": [\"x\"]}, "
					+ "\"status\": {\"to\": \"closed\", \"from\": \"open\"}}");
		assertThat(call((entityManager) -> {
			Article article = entityManager.find(Article.class, 3);
			article.status = "closed";
			entityManager.flush();
			entityManager.clear();
			entityManager.find(Article.class, 3).sound = BlobProxy.generateProxy(new byte[] { 2 });
		})).singleElement()
			.asString()
			.endsWith("{\"sound\": {\"to\": \"(large object)\", \"from\": \"(large object)\"}, "
					+ "\"status\": {\"to\": \"closed\", \"from\": \"open\"}}");
	}

	@Test
	void whatTheDatabaseGeneratesIsShownAsHibernateReadIt() {
		assertThat(call((entityManager) -> entityManager.persist(new Receipt("a"))))
			.containsExactly("Receipt 1: null -> {\"id\": 1, \"text\": \"a\", \"number\": 7}, null");
	}

	/**
	 * An entity with children.
	 */
	@Entity(name = "Parent")
	static class Parent {

		@Id
		long id;

		@OneToMany(cascade = CascadeType.ALL, orphanRemoval = true)
		@JoinColumn(nullable = false)
		@OrderColumn
		List<Step> steps = new ArrayList<>();

		@OneToMany(mappedBy = "parent")
		Set<Child> children = new HashSet<>();

		Parent() {
		}

		Parent(long id) {
			this.id = id;
		}

	}

	/**
	 * An entity with a value that the database computes.
	 */
	@Entity(name = "Box")
	static class Box {

		@Id
		long id;

		Size size;

		@Formula("id * 10")
		Long tenfold;

		Box() {
		}

		Box(long id, int width) {
			this.id = id;
			this.size = new Size(width);
		}

	}

	/**
	 * An embedded value with a part that the database computes.
	 */
	@Embeddable
	static class Size {

		int width;

		@Formula("width * 2")
		Integer doubled;

		Size() {
		}

		Size(int width) {
			this.width = width;
		}

	}

	/**
	 * An entity of which not all is loaded.
	 */
	@Entity(name = "Article")
	static class Article {

		@Id
		long id;

		String title = "a";

		String status = "open";

		@ElementCollection
		Set<String> tags = new TreeSet<>(Set.of("x"));

		@Lob
		java.sql.Blob sound = BlobProxy.generateProxy(new byte[] { 1 });

		Article() {
		}

		Article(long id) {
			this.id = id;
		}

	}

	/**
	 * An element that does not know its owner.
	 */
	@Entity(name = "Step")
	static class Step {

		@Id
		long id;

		String note;

		Step() {
		}

		Step(long id) {
			this.id = id;
		}

	}

	/**
	 * An element that does.
	 */
	@Entity(name = "Child")
	static class Child {

		@Id
		long id;

		@ManyToOne(fetch = FetchType.LAZY)
		Parent parent;

		Child() {
		}

		Child(long id, Parent parent) {
			this.id = id;
			this.parent = parent;
		}

	}

	/**
	 * An entity whose identifier is another's.
	 */
	@Entity(name = "Profile")
	static class Profile {

		@Id
		long id;

		@MapsId
		@OneToOne(fetch = FetchType.LAZY)
		Parent parent;

		String text;

	}

	/**
	 * An entity that refers to anything.
	 */
	@Entity(name = "Remark")
	static class Remark {

		@Id
		long id;

		@Any(fetch = FetchType.LAZY)
		@AnyKeyJavaClass(Long.class)
		@AnyDiscriminatorValue(discriminator = "P", entity = Parent.class)
		@AnyDiscriminatorValue(discriminator = "S", entity = Step.class)
		@Column(name = "about_type")
		@JoinColumn(name = "about_id")
		Object about;

		@ManyToAny
		@AnyKeyJavaClass(Long.class)
		@AnyDiscriminatorValue(discriminator = "P", entity = Parent.class)
		@Column(name = "also_type")
		@JoinTable(name = "remark_also", joinColumns = @JoinColumn(name = "remark_id"),
				inverseJoinColumns = @JoinColumn(name = "also_id"))
		Set<Object> also = new HashSet<>();

		Remark() {
		}

		Remark(long id) {
			this.id = id;
		}

	}

	/**
	 * An entity that stays in its table.
	 */
	@Entity(name = "Paper")
	@SoftDelete
	static class Paper {

		@Id
		long id;

		@NaturalId(mutable = true)
		String code;

		@Formula("code || '!'")
		String shout;

		Paper() {
		}

		Paper(long id, String code) {
			this.id = id;
			this.code = code;
		}

	}

	/**
	 * An entity with values of the database's.
	 */
	@Entity(name = "Receipt")
	static class Receipt {

		@Id
		@GeneratedValue
		Long id;

		@Generated
		@Column(columnDefinition = "integer default 7")
		Integer number;

		String text;

		Receipt() {
		}

		Receipt(String text) {
			this.text = text;
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

	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Host {

		@Bean
		static ManagedClassNameFilter entities() {
			return (name) -> name.startsWith("io.auditspring.query.")
					|| name.startsWith(MappedEntitiesTests.class.getName());
		}

		@Bean
		HikariDataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.migrated());
		}

		@Bean
		Work work(EntityManager entityManager) {
			return new Work(entityManager);
		}

	}

}
