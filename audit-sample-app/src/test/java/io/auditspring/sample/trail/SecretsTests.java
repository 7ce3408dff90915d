package io.auditspring.sample.trail;

import java.util.List;
import java.util.stream.Stream;

import io.auditspring.sample.BackOffice;
import io.auditspring.sample.BackOfficeTest;
import io.auditspring.sample.Entries;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;

@BackOfficeTest
@ExtendWith(OutputCaptureExtension.class)
class SecretsTests {

	@Autowired
	private BackOffice backOffice;

	@Autowired
	private Entries entries;

	@Autowired
	private JdbcClient database;

	@Test
	void noTableAndNoLogHoldsAPasswordOrAnApiKey(CapturedOutput log) {
		String key = createKey();
		List<String> secrets = List.of("admin-secret", "a-very-wrong-guess", "a-brand-new-password", "tiny-pass", key,
				key.substring(key.indexOf('.') + 1));
		this.backOffice.browser().signIn("manager", "a-very-wrong-guess");
		// Typed where the name belongs.
		this.backOffice.browser().signIn("a-very-wrong-guess", "manager");
		this.backOffice.as("manager", "a-very-wrong-guess").get().uri("/").exchange().expectStatus().isUnauthorized();
		resetPassword("nobody", "a-brand-new-password", 404);
		resetPassword("analyst", "tiny-pass", 400);
		resetPassword("analyst", "analyst-secret", 204);
		this.backOffice.withApiKey(key).get().uri("/").exchange().expectStatus().isForbidden();
		this.backOffice.withApiKey(key + "x").get().uri("/").exchange().expectStatus().isUnauthorized();
		this.entries.await("action=login&outcome=failure&actor=manager", 2);
		this.entries.await("action=user.password_reset&targetType=User&targetId=nobody");
		this.entries.await("action=user.password_reset&actor=admin&targetType=User&targetId=analyst");
		this.entries.await("action=api_key.refused&actor=" + key.substring(0, key.indexOf('.')));
		assertThat(secrets.stream().flatMap(this::tablesHolding)).isEmpty();
		assertThat(log.getAll()).doesNotContain(secrets);
	}

	@Test
	void theSearchWouldFindASecretIfThereWereOne() {
		this.entries.find("q=an-open-secret");
		this.entries.await("action=audit.read&actor=admin", (entry) -> entry.toString().contains("an-open-secret"));
		assertThat(tablesHolding("an-open-secret")).anyMatch((table) -> table.startsWith("audit.audit_log"));
	}

	private Stream<String> tablesHolding(String text) {
		return this.database.sql("""
				select format('%I.%I', table_schema, table_name)
				from information_schema.tables
				where table_type = 'BASE TABLE'
					and table_schema not in ('pg_catalog', 'information_schema')
				""").query(String.class).list().stream().filter((table) -> holds(table, text));
	}

	/** The text of a whole row shows the text of every column, JSON included. */
	private boolean holds(String table, String text) {
		return this.database
			.sql("select exists (select from %s as r where position(? in r::text) > 0)".formatted(table))
			.param(text)
			.query(Boolean.class)
			.single();
	}

	private void resetPassword(String username, String newPassword, int status) {
		this.backOffice.as("admin")
			.put()
			.uri("/api/users/{username}/password", username)
			.contentType(MediaType.APPLICATION_JSON)
			.body("{\"newPassword\": \"%s\"}".formatted(newPassword))
			.exchange()
			.expectStatus()
			.isEqualTo(status);
	}

	private String createKey() {
		JsonNode project = this.backOffice.create("admin", "/api/projects", "{\"name\": \"Vault\"}");
		return this.backOffice
			.create("admin", "/api/projects/%s/api-keys".formatted(project.get("id")), "{\"name\": \"Bearer\"}")
			.get("key")
			.asString();
	}

}
