package io.auditspring.sample.trail;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import io.auditspring.AuditRecorder;
import io.auditspring.AuthenticationEvents;
import io.auditspring.query.AuditTrail;
import io.auditspring.sample.BackOffice;
import io.auditspring.sample.BackOfficeTest;
import io.auditspring.sample.Entries;
import io.auditspring.sample.Json;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Runs every example of {@code COMING-FROM-YOUR-OWN-TABLE.md} against what the sample
 * recorded. Each question must have an answer: one that finds nothing shows nothing.
 */
@BackOfficeTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OwnTableDocumentTests {

	private static final Path DOCUMENT = Path.of("..", "audit-spring-boot-starter", "COMING-FROM-YOUR-OWN-TABLE.md");

	private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w[\\w ]*)\\n(.*?)^```$");

	@Autowired
	private BackOffice backOffice;

	@Autowired
	private Entries entries;

	@Autowired
	private JdbcTemplate database;

	@Autowired
	private TransactionTemplate transactions;

	@Autowired
	private AuditTrail trail;

	@Autowired
	private AuditRecorder recorder;

	@Autowired
	private AuthenticationEvents authentications;

	@BeforeAll
	void somethingOfEachKindHappened() {
		this.backOffice.create("manager", "/api/projects", "{\"name\": \"Kept\"}");
		JsonNode other = this.backOffice.create("manager", "/api/projects", "{\"name\": \"Short-lived\"}").get("id");
		this.database.update("insert into project (id, name) values (1, 'Kept') on conflict do nothing");
		put("/api/projects/1", "{\"name\": \"Renamed\"}");
		JsonNode key = this.backOffice.create("manager", "/api/projects/1/api-keys", "{\"name\": \"Deployer\"}");
		this.backOffice.withApiKey(key.get("key").asString())
			.post()
			.uri("/api/projects/1/deployments")
			.contentType(MediaType.APPLICATION_JSON)
			.body("{\"version\": \"1.0\"}")
			.exchange();
		this.backOffice.as("manager").delete().uri("/api/projects/{id}", other).exchange();
		post("analyst", "/api/agents/1/stop", "{\"connectorId\": 1, \"description\": \"Example\"}");
		post("analyst", "/api/transactions/2/approve", "{\"justification\": \"Please\"}");
		post("analyst", "/api/transactions/2/match", "{\"invoice\": \"I-1\", \"justification\": \"Same sum\"}");
		put("/api/users/analyst/role", "{\"role\": \"ANALYST\"}");
		post("manager", "/api/devices", "{\"name\": \"Nowhere\", \"host\": \"127.0.0.1\", \"port\": 1}");
		this.database
			.update("insert into device (name, host, port) values ('Dark', '127.0.0.1', 1) on conflict do nothing");
		this.database.update("delete from device where name <> 'Dark'");
		post("manager", "/api/devices/backup", "");
		this.backOffice.browser().signIn("analyst", "a-wild-guess");
		this.backOffice.browser().signIn("manager", "manager-secret");
		this.entries.await("action=login&actor=manager");
		this.entries.await("severity=critical");
		this.entries.await("action=user.role_changed");
		this.entries.await("action=project.deployed&targetType=Project&targetId=1");
		// What was done before it is in the ledger, too.
		JsonNode last = this.backOffice.create("manager", "/api/projects", "{\"name\": \"Last\"}").get("id");
		this.entries.await("action=project.created&targetType=Project&targetId=" + last);
	}

	@Test
	void everyQuestionInSqlHasAnAnswer() throws IOException {
		assertThat(blocks("sql")).hasSizeGreaterThan(10)
			.allSatisfy((sql) -> this.transactions.executeWithoutResult((status) -> {
				if (sql.stripLeading().startsWith("select")) {
					assertThat(this.database.queryForList(sql)).isNotEmpty();
				}
				else {
					this.database.execute(sql);
				}
				status.setRollbackOnly();
			}));
	}

	@Test
	void whatIsRefusedIsRefused() throws IOException {
		assertThat(blocks("sql refused")).isNotEmpty()
			.allSatisfy((sql) -> assertThatExceptionOfType(DataAccessException.class)
				.isThrownBy(() -> this.database.execute(sql))
				.withStackTraceContaining("audit entries cannot be changed"));
	}

	@Test
	void everyQuestionOverHttpHasAnAnswer() throws IOException {
		List<String> requests = blocks("http").stream().flatMap(String::lines).toList();
		assertThat(requests).hasSizeGreaterThan(20).allSatisfy((request) -> {
			assertThat(request).startsWith("GET /audit/api/");
			String answer = this.backOffice.as("admin")
				.get()
				.uri(request.substring(4))
				.exchange()
				.expectStatus()
				.isOk()
				.expectBody(String.class)
				.returnResult()
				.getResponseBody();
			assertThat(answer).isNotBlank();
			if (request.contains("/entries") || request.contains("/targets")) {
				assertThat(Json.read(answer).path("entries").isEmpty() && !request.contains("/state")).isFalse();
			}
		});
	}

	@Test
	void everyExampleInJavaRuns(@TempDir Path directory) throws Exception {
		List<Path> sources = new ArrayList<>();
		List<String> statements = blocks("java");
		for (int i = 0; i < statements.size(); i++) {
			sources.add(write(directory, "Example" + i,
					"""
							public static void run(AuditTrail trail, AuditRecorder recorder, AuthenticationEvents authentications) {
							%s}
							"""
						.formatted(statements.get(i))));
		}
		List<String> members = blocks("java members");
		for (int i = 0; i < members.size(); i++) {
			sources.add(write(directory, "Members" + i, members.get(i)));
		}
		compile(sources);
		try (URLClassLoader loader = new URLClassLoader(new URL[] { directory.toUri().toURL() })) {
			for (int i = 0; i < statements.size(); i++) {
				loader.loadClass("Example" + i)
					.getMethod("run", AuditTrail.class, AuditRecorder.class, AuthenticationEvents.class)
					.invoke(null, this.trail, this.recorder, this.authentications);
			}
		}
		assertThat(statements).hasSizeGreaterThan(8);
		assertThat(this.entries.await("targetType=Project&targetId=42").get("ipAddress").asString())
			.isEqualTo("192.0.2.7");
	}

	private static Path write(Path directory, String name, String members) throws IOException {
		return Files.writeString(directory.resolve(name + ".java"), """
				import java.time.*;
				import java.util.*;
				import java.util.stream.*;
				import io.auditspring.*;
				import io.auditspring.query.*;
				import org.springframework.data.domain.Window;

				public class %s {
				%s
				}
				""".formatted(name, members));
	}

	private static void compile(List<Path> sources) throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		StringWriter messages = new StringWriter();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
			boolean compiled = compiler
				.getTask(messages, files, null,
						List.of("-proc:none", "-classpath", System.getProperty("java.class.path")), null,
						files.getJavaFileObjectsFromPaths(sources))
				.call();
			assertThat(compiled).as(messages.toString()).isTrue();
		}
	}

	@Test
	void everyColumnOfTheLedgerIsNamed() throws IOException {
		String document = Files.readString(DOCUMENT);
		List<String> technical = List.of("chain", "salt", "actor_digest", "data_digest", "revision");
		Stream<String> columns = this.database
			.queryForList("select column_name from information_schema.columns where table_schema = 'audit' "
					+ "and table_name = 'audit_log'", String.class)
			.stream();
		assertThat(columns).filteredOn((column) -> !technical.contains(column))
			.allSatisfy((column) -> assertThat(document).contains("`" + column));
	}

	private static List<String> blocks(String kind) throws IOException {
		List<String> blocks = new ArrayList<>();
		Matcher block = BLOCK.matcher(Files.readString(DOCUMENT));
		while (block.find()) {
			if (block.group(1).equals(kind)) {
				blocks.add(block.group(2));
			}
		}
		return blocks;
	}

	private void put(String path, String body) {
		this.backOffice.as("admin").put().uri(path).contentType(MediaType.APPLICATION_JSON).body(body).exchange();
	}

	private void post(String username, String path, String body) {
		this.backOffice.as(username).post().uri(path).contentType(MediaType.APPLICATION_JSON).body(body).exchange();
	}

}
