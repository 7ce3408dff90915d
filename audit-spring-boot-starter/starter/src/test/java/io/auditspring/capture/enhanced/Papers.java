package io.auditspring.capture.enhanced;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.TestDatabase;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.Basic;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import org.awaitility.Awaitility;
import org.hibernate.Hibernate;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.engine.spi.PersistentAttributeInterceptable;
import org.hibernate.envers.Audited;
import org.hibernate.envers.NotAudited;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an application does whose entities are enhanced.
 */
public class Papers implements Supplier<String> {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private AuditLog log;

	private Desk desk;

	@Override
	public String get() {
		assertThat(PersistentAttributeInterceptable.class).isAssignableFrom(Paper.class);
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Host.class)
			.web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"audit.relay.poll-interval=20ms", "audit.capture.arguments=true", "audit.capture.result=true")
			.run()) {
			this.log = new AuditLog(context.getBean(DataSource.class));
			this.desk = context.getBean(Desk.class);
			tell();
		}
		return "told";
	}

	private void tell() {
		assertThat(part((entityManager) -> {
			Folder folder = new Folder(1);
			entityManager.persist(folder);
			entityManager.persist(new Folder(2));
			entityManager.persist(new Paper(1, folder));
		}, "Paper", "after_state")).isEqualTo(json("""
				{'id': 1, 'title': 'title', 'body': 'body', 'format': {'width': 1, 'height': 2}, 'folder': 1}"""));
		lazyAttributes();
		references();
		copies();
		arguments();
	}

	private void lazyAttributes() {
		List<Paper> loaded = new ArrayList<>();
		assertThat(part((entityManager) -> {
			Paper paper = entityManager.find(Paper.class, 1);
			paper.setTitle("other");
			loaded.add(paper);
		}, "Paper", "changes")).isEqualTo(json("{'title': {'from': 'title', 'to': 'other'}}"));
		// Envers itself loads what it needs for its row.
		assertThat(Hibernate.isPropertyInitialized(loaded.get(0), "body")).isTrue();
		assertThat(Hibernate.isInitialized(loaded.get(0).folder())).isFalse();
		assertThat(part((entityManager) -> entityManager.find(Paper.class, 1).setBody("new"), "Paper", "changes"))
			.isEqualTo(json("{'body': {'to': 'new'}}"));
		assertThat(part((entityManager) -> entityManager.find(Paper.class, 1).getBody(), null, "changes"))
			.isEqualTo(json("null"));
		assertThat(part((entityManager) -> {
			Paper paper = entityManager.find(Paper.class, 1);
			paper.getBody();
			paper.setBody("newer");
		}, "Paper", "changes")).isEqualTo(json("{'body': {'from': 'new', 'to': 'newer'}}"));
		assertThat(
				part((entityManager) -> entityManager.find(Paper.class, 1).getFormat().setWidth(3), "Paper", "changes"))
			.isEqualTo(json("{'format': {'from': {'width': 1, 'height': 2}, 'to': {'width': 3, 'height': 2}}}"));
	}

	private void references() {
		List<Map<String, Object>> moved = call((entityManager) -> entityManager.find(Paper.class, 1)
			.setFolder(entityManager.getReference(Folder.class, 2)));
		List<String> rows = this.log.jdbc().queryForList("""
				select 'Paper ' || id from paper_aud where rev = (select max(rev) from revinfo)
				union all select 'Folder ' || id from folder_aud where rev = (select max(rev) from revinfo)
				""", String.class);
		assertThat(moved).filteredOn((entry) -> entry.get("target_type") != null)
			.extracting((entry) -> entry.get("target_type") + " " + entry.get("target_id"))
			.containsExactlyInAnyOrderElementsOf(rows);
		assertThat(moved.toString()).contains("\"folder\": {\"to\": 2, \"from\": 1}").doesNotContain("\"name\": null");
	}

	// https://github.com/hibernate/hibernate-orm/pull/1029 (HHH-9985),
	// https://github.com/hibernate/hibernate-orm/pull/6687 (HHH-16379) and
	// https://github.com/quarkusio/quarkus/issues/39792 (HHH-17917)
	private void copies() {
		Paper paper = this.desk.load(Paper.class);
		Folder folder = this.desk.load(Folder.class);
		assertThat(Hibernate.isPropertyInitialized(paper, "body")).isFalse();
		assertThat(call((entityManager) -> {
			entityManager.merge(paper);
			entityManager.merge(folder);
		})).extracting("target_type").containsOnlyNulls();
		paper.setTitle("merged");
		assertThat(part((entityManager) -> entityManager.merge(paper), "Paper", "changes"))
			.isEqualTo(json("{'title': {'from': 'other', 'to': 'merged'}}"));
		assertThat(part((entityManager) -> {
			Paper stored = entityManager.find(Paper.class, 1);
			stored.setTitle("twice");
			entityManager.flush();
			stored.setBody("newest");
		}, "Paper", "changes"))
			.isEqualTo(json("{'title': {'from': 'merged', 'to': 'twice'}, 'body': {'from': 'newer', 'to': 'newest'}}"));
	}

	private void arguments() {
		Paper paper = this.desk.load(Paper.class);
		int earlier = (int) this.log.count();
		this.desk.read(paper);
		this.desk.readWithin(1);
		Awaitility.await().until(() -> this.log.staged() == 0);
		assertThat(this.log.entriesAfter(earlier)).hasSize(2).allSatisfy((entry) -> {
			JsonNode metadata = JSON.readTree(String.valueOf(entry.get("metadata")));
			assertThat(metadata.at("/arguments/paper").isMissingNode() ? metadata.get("result")
					: metadata.at("/arguments/paper"))
				.isEqualTo(json("""
						{'id': 1, 'title': 'twice', 'body': '(not loaded)', 'summary': '(not loaded)',
							'password': '***', 'format': {'width': 3, 'height': 2},
							'folder': {'id': 2, 'name': '(not loaded)', 'papers': '(not loaded)'}}"""));
		});
		assertThat(Hibernate.isPropertyInitialized(paper, "body")).isFalse();
		assertThat(Hibernate.isPropertyInitialized(paper, "password")).isFalse();
		assertThat(Hibernate.isInitialized(paper.folder())).isFalse();
	}

	private JsonNode part(Consumer<EntityManager> work, String type, String part) {
		List<Map<String, Object>> entries = call(work).stream()
			.filter((entry) -> Objects.equals(type, entry.get("target_type")))
			.toList();
		assertThat(entries).hasSize(1);
		return JSON.readTree(String.valueOf(entries.get(0).get(part)));
	}

	private List<Map<String, Object>> call(Consumer<EntityManager> work) {
		int earlier = (int) this.log.count();
		this.desk.work(work);
		Awaitility.await().until(() -> this.log.staged() == 0);
		return this.log.entriesAfter(earlier);
	}

	private static JsonNode json(String json) {
		return JSON.readTree(json.replace('\'', '"'));
	}

	@Embeddable
	public static class Format {

		private int width = 1;

		private int height = 2;

		public int getWidth() {
			return this.width;
		}

		public void setWidth(int width) {
			this.width = width;
		}

		public int getHeight() {
			return this.height;
		}

	}

	@Entity(name = "Paper")
	@Audited
	@DynamicUpdate
	public static class Paper {

		@Id
		private long id;

		private String title = "title";

		@Basic(fetch = FetchType.LAZY)
		private String body = "body";

		@Basic(fetch = FetchType.LAZY)
		@NotAudited
		private String password = "secret";

		private Format format = new Format();

		@ManyToOne(fetch = FetchType.LAZY)
		private Folder folder;

		Paper() {
		}

		Paper(long id, Folder folder) {
			this.id = id;
			this.folder = folder;
		}

		public long getId() {
			return this.id;
		}

		public String getTitle() {
			return this.title;
		}

		public void setTitle(String title) {
			this.title = title;
		}

		public String getBody() {
			return this.body;
		}

		public void setBody(String body) {
			this.body = body;
		}

		public String getSummary() {
			return getBody() + "...";
		}

		public String getPassword() {
			return this.password;
		}

		public Folder getFolder() {
			return this.folder;
		}

		Folder folder() {
			return this.folder;
		}

		public void setFolder(Folder folder) {
			this.folder = folder;
		}

		public Format getFormat() {
			return this.format;
		}

	}

	@Entity(name = "Folder")
	@Audited
	public static class Folder {

		@Id
		private long id;

		private String name = "name";

		@OneToMany(mappedBy = "folder")
		private List<Paper> papers = new ArrayList<>();

		Folder() {
		}

		Folder(long id) {
			this.id = id;
		}

		public long getId() {
			return this.id;
		}

		public String getName() {
			return this.name;
		}

		public List<Paper> getPapers() {
			return this.papers;
		}

	}

	/**
	 * Works with papers.
	 */
	public static class Desk {

		private final EntityManager entityManager;

		Desk(EntityManager entityManager) {
			this.entityManager = entityManager;
		}

		@io.auditspring.Audited("work")
		@Transactional
		public void work(Consumer<EntityManager> work) {
			work.accept(this.entityManager);
		}

		@io.auditspring.Audited("read")
		public void read(Paper paper) {
			// Leaves everything as it is.
		}

		@io.auditspring.Audited("read")
		@Transactional
		public Paper readWithin(long id) {
			return this.entityManager.find(Paper.class, id);
		}

		@Transactional
		public <T> T load(Class<T> type) {
			return this.entityManager.find(type, 1);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Host {

		@Bean
		HikariDataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.migrated());
		}

		@Bean
		Desk desk(EntityManager entityManager) {
			return new Desk(entityManager);
		}

	}

}
