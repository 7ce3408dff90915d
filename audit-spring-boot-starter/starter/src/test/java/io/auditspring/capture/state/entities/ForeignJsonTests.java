package io.auditspring.capture.state.entities;

import java.io.Serializable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import javax.sql.DataSource;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.Sensitive;
import io.auditspring.TestDatabase;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.WrapperOptions;
import org.hibernate.type.descriptor.java.JavaType;
import org.hibernate.type.format.FormatMapper;
import org.json.JSONException;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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
 * Values whose content somebody else writes than the mapper of the trail. That they
 * changed is always told.
 */
class ForeignJsonTests {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private static final ObjectMapper OLD = new ObjectMapper();

	private static final Gson GSON = new Gson();

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Host.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"audit.relay.poll-interval=20ms", "spring.jpa.open-in-view=false",
					"spring.jpa.properties.hibernate.type.json_format_mapper=" + Mapper.class.getName(),
					"spring.jpa.properties.hibernate.integration.envers.enabled=false")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	private static Map<String, Object> call(Consumer<EntityManager> work) {
		int earlier = log.settled();
		context.getBean(Work.class).change(work);
		log.settled();
		List<Map<String, Object>> entries = log.entriesAfter(earlier);
		assertThat(entries).hasSize(1);
		return entries.get(0);
	}

	private static JsonNode changes(long id, Consumer<Kept> change) {
		return json(call((entityManager) -> change.accept(entityManager.find(Kept.class, id))), "changes");
	}

	private static JsonNode json(Map<String, Object> entry, String part) {
		return JSON.readTree(String.valueOf(entry.get(part)));
	}

	private static JsonNode json(String json) {
		return JSON.readTree(json.replace('\'', '"'));
	}

	private static com.fasterxml.jackson.databind.JsonNode old(String json) {
		try {
			return OLD.readTree(json.replace('\'', '"'));
		}
		catch (JsonProcessingException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	private static JSONObject plain(String json) {
		try {
			return new JSONObject(json.replace('\'', '"'));
		}
		catch (JSONException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	@Test
	void nodesOfOtherLibrariesAreJsonWithMaskedSecrets() {
		JsonNode after = json(call((entityManager) -> {
			Kept kept = new Kept(1);
			kept.old = old("{'limit': 10, 'password': 'hunter2', 'all': [1, 2.50, null]}");
			kept.google = JsonParser.parseString("{\"limit\": 10, \"password\": \"hunter2\"}").getAsJsonObject();
			kept.plain = plain("{'limit': 10, 'password': 'hunter2'}");
			kept.payload = new Payload("a", old("{'limit': 10, 'password': 'hunter2'}"));
			entityManager.persist(kept);
		}), "after_state");
		assertThat(after.get("old")).isEqualTo(json("{'limit': 10, 'password': '***', 'all': [1, 2.5, null]}"));
		assertThat(after.get("google")).isEqualTo(json("{'limit': 10, 'password': '***'}"));
		assertThat(after.get("plain")).isEqualTo(json("{'limit': 10, 'password': '***'}"));
		assertThat(after.get("payload")).isEqualTo(json("{'kind': 'a', 'data': {'limit': 10, 'password': '***'}}"));
	}

	@Test
	void whatChangesInNodesOfOtherLibrariesIsShown() {
		call((entityManager) -> entityManager.persist(new Kept(2)));
		assertThat(changes(2, (kept) -> kept.old = old("{'limit': 99999}")))
			.isEqualTo(json("{'old': {'from': {'limit': 1}, 'to': {'limit': 99999}}}"));
		assertThat(changes(2, (kept) -> kept.google.addProperty("limit", 2)))
			.isEqualTo(json("{'google': {'from': {'limit': 1}, 'to': {'limit': 2}}}"));
		assertThat(changes(2, (kept) -> kept.plain = plain("{'limit': 3}")))
			.isEqualTo(json("{'plain': {'from': {'limit': 1}, 'to': {'limit': 3}}}"));
		assertThat(changes(2, (kept) -> kept.payload = new Payload("a", old("{'limit': 4}")))).isEqualTo(json(
				"{'payload': {'from': {'kind': 'a', 'data': {'limit': 1}}, 'to': {'kind': 'a', 'data': {'limit': 4}}}}"));
	}

	@Test
	void thatWhatCannotBeShownChangedIsTold() {
		call((entityManager) -> entityManager.persist(new Kept(3)));
		JsonNode closed = changes(3, (kept) -> kept.closed = new Closed(2, "b"));
		assertThat(closed.get("closed").get("from").asString()).isEqualTo(closed.get("closed").get("to").asString())
			.isEqualTo("not representable in JSON: " + Closed.class.getName());
		JsonNode stored = changes(3, (kept) -> kept.stored = new Stored(2));
		assertThat(stored.get("stored").get("to").asString())
			.isEqualTo("not representable in JSON: " + Stored.class.getName());
		assertThat(changes(3, (kept) -> kept.hidden = new Secret("b")))
			.isEqualTo(json("{'hidden': {'from': '***', 'to': '***'}}"));
		assertThat(changes(3, (kept) -> kept.half = new Half("a", 2)))
			.isEqualTo(json("{'half': {'from': {'name': 'a'}, 'to': {'name': 'a'}}}"));
		assertThat(changes(3, (kept) -> kept.halves = List.of(new Half("a", 2))))
			.isEqualTo(json("{'halves': {'from': [{'name': 'a'}], 'to': [{'name': 'a'}]}}"));
	}

	@Test
	void whatIsWrittenAgainAsItWasIsNoChange() {
		call((entityManager) -> entityManager.persist(new Kept(4)));
		assertThat(changes(4, (kept) -> {
			kept.touched = 1;
			kept.old = old("{'limit': 1}");
			kept.google = JsonParser.parseString("{\"limit\": 1}").getAsJsonObject();
			kept.plain = plain("{'limit': 1}");
			kept.payload = new Payload("a", old("{'limit': 1}"));
			kept.closed = new Closed(1, "a");
			kept.hidden = new Secret("a");
			kept.stored = new Stored(1);
			kept.half = new Half("a", 1);
			kept.halves = List.of(new Half("a", 1));
		})).isEqualTo(json("{'touched': {'from': 0, 'to': 1}}"));
	}

	@Test
	void whatChangesAndIsChangedBackInSeveralFlushesIsNoChange() {
		call((entityManager) -> entityManager.persist(new Kept(5)));
		assertThat(json(call((entityManager) -> {
			Kept kept = entityManager.find(Kept.class, 5);
			kept.closed = new Closed(2, "a");
			kept.half = new Half("a", 2);
			kept.old = old("{'limit': 2}");
			entityManager.flush();
			kept.closed = new Closed(1, "a");
			kept.old = old("{'limit': 1}");
		}), "changes")).isEqualTo(json("{'half': {'from': {'name': 'a'}, 'to': {'name': 'a'}}}"));
	}

	@Test
	void aTextInAColumnOfJsonIsJsonWithMaskedSecrets() {
		JsonNode after = json(call((entityManager) -> {
			Kept kept = new Kept(6);
			kept.text = "{\"user\": \"ann\", \"password\": \"hunter2\"}";
			entityManager.persist(kept);
		}), "after_state");
		assertThat(after.get("text")).isEqualTo(json("{'user': 'ann', 'password': '***'}"));
		assertThat(changes(6, (kept) -> {
			kept.touched = 1;
			kept.text = "{\"password\":\"hunter2\",\"user\":\"ann\"}";
		})).isEqualTo(json("{'touched': {'from': 0, 'to': 1}}"));
		assertThat(changes(6, (kept) -> kept.text = "{\"user\": \"ann\", \"password\": \"other\"}"))
			.isEqualTo(json("{'text': {'from': {'user': 'ann', 'password': '***'}, "
					+ "'to': {'user': 'ann', 'password': '***'}}}"));
	}

	@Test
	void jsonInAColumnOfTextIsMasked() {
		JsonNode after = json(call((entityManager) -> {
			Kept kept = new Kept(7);
			kept.note = "{\"user\": \"ann\", \"password\": \"hunter2\"}";
			kept.remark = "[see {password}]";
			entityManager.persist(kept);
		}), "after_state");
		assertThat(after.get("note").toString()).contains("ann", "***").doesNotContain("hunter2");
		assertThat(after.get("remark").asString()).isEqualTo("[see {password}]");
	}

	/**
	 * An entity with values of all kinds.
	 */
	@Entity(name = "Kept")
	static class Kept {

		@Id
		long id;

		int touched;

		@JdbcTypeCode(SqlTypes.JSON)
		com.fasterxml.jackson.databind.JsonNode old = old("{'limit': 1}");

		@JdbcTypeCode(SqlTypes.JSON)
		JsonObject google = JsonParser.parseString("{\"limit\": 1}").getAsJsonObject();

		@JdbcTypeCode(SqlTypes.JSON)
		JSONObject plain = plain("{'limit': 1}");

		@JdbcTypeCode(SqlTypes.JSON)
		Payload payload = new Payload("a", old("{'limit': 1}"));

		@JdbcTypeCode(SqlTypes.JSON)
		Closed closed = new Closed(1, "a");

		@JdbcTypeCode(SqlTypes.JSON)
		Secret hidden = new Secret("a");

		Stored stored = new Stored(1);

		@JdbcTypeCode(SqlTypes.JSON)
		Half half = new Half("a", 1);

		@JdbcTypeCode(SqlTypes.JSON)
		List<Half> halves = new ArrayList<>(List.of(new Half("a", 1)));

		@Column(columnDefinition = "jsonb")
		String text;

		String note;

		String remark;

		Kept() {
		}

		Kept(long id) {
			this.id = id;
		}

	}

	record Payload(String kind, com.fasterxml.jackson.databind.JsonNode data) {
	}

	/**
	 * A value that shows nothing of itself.
	 */
	static class Closed {

		private final int limit;

		private final String code;

		Closed(int limit, String code) {
			this.limit = limit;
			this.code = code;
		}

	}

	/**
	 * A value that is a secret.
	 */
	static class Secret {

		@Sensitive
		private final String text;

		Secret(String text) {
			this.text = text;
		}

	}

	/**
	 * A value that is written by serialization.
	 */
	static class Stored implements Serializable {

		private static final long serialVersionUID = 1L;

		private final int limit;

		Stored(int limit) {
			this.limit = limit;
		}

	}

	/**
	 * A value that shows a part of itself.
	 */
	static class Half {

		private final String name;

		private final int limit;

		Half(String name, int limit) {
			this.name = name;
			this.limit = limit;
		}

		public String getName() {
			return this.name;
		}

	}

	/**
	 * Writes nodes as they are, and other values by their fields.
	 */
	public static class Mapper implements FormatMapper {

		@Override
		@SuppressWarnings("unchecked")
		public <T> T fromString(CharSequence json, JavaType<T> type, WrapperOptions options) {
			Class<?> wanted = type.getJavaTypeClass();
			String text = json.toString();
			try {
				if (wanted == JSONObject.class) {
					return (T) new JSONObject(text);
				}
				return com.fasterxml.jackson.databind.JsonNode.class.isAssignableFrom(wanted) || wanted == Payload.class
						? (T) OLD.readValue(text, wanted) : GSON.fromJson(text, type.getJavaType());
			}
			catch (JsonProcessingException | JSONException ex) {
				throw new IllegalArgumentException(ex);
			}
		}

		@Override
		public <T> String toString(T value, JavaType<T> type, WrapperOptions options) {
			try {
				if (value instanceof JSONObject || value instanceof com.fasterxml.jackson.databind.JsonNode) {
					return value.toString();
				}
				return (value instanceof Payload) ? OLD.writeValueAsString(value) : GSON.toJson(value);
			}
			catch (JsonProcessingException ex) {
				throw new IllegalArgumentException(ex);
			}
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
					|| name.startsWith(ForeignJsonTests.class.getName());
		}

		// So that a text may be anything.
		@Bean
		HikariDataSource dataSource() throws SQLException {
			PGSimpleDataSource database = (PGSimpleDataSource) TestDatabase.newDatabase();
			database.setProperty("stringtype", "unspecified");
			return ShopConfiguration.pool(database);
		}

		@Bean
		Work work(EntityManager entityManager) {
			return new Work(entityManager);
		}

	}

}
