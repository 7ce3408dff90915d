package io.auditspring.sample.users;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.auditspring.Outcome;
import io.auditspring.sample.BackOffice;
import io.auditspring.sample.BackOfficeTest;
import io.auditspring.sample.Entries;
import io.auditspring.test.RecordedEntries;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.client.RestTestClient;

import static io.auditspring.sample.EntryAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

@BackOfficeTest
class PasswordResetTests {

	@Autowired
	private BackOffice backOffice;

	@Autowired
	private Entries entries;

	@Autowired
	private RecordedEntries trail;

	@Autowired
	private JdbcClient database;

	@Value("${back-office.last-mail}")
	private Path lastMail;

	@Test
	void anAdministratorResetsAPasswordAndTheNewOneWorks() {
		createUser("rookie");
		reset(this.backOffice.as("admin"), "rookie", "fresh-password-1").expectStatus().isNoContent();
		JsonNode entry = this.entries.await("action=user.password_reset&targetType=User&targetId=rookie");
		String changedAt = entry.get("after").get("resetAt").asString();
		assertThat(entry).isEntry("""
				{
				  "actor": {"type": "user", "id": "admin", "name": "admin", "impersonatorId": null},
				  "action": "user.password_reset",
				  "category": "authentication",
				  "severity": "info",
				  "outcome": "success",
				  "target": {"type": "User", "id": "rookie", "name": null},
				  "message": "Reset the password of rookie",
				  "before": {"username": "rookie", "role": "ANALYST", "resetAt": null},
				  "after": {"username": "rookie", "role": "ANALYST", "resetAt": "%1$s"},
				  "changes": {"resetAt": {"from": null, "to": "%1$s"}},
				  "changeSummary": "resetAt: – → %1$s",
				  "metadata": {"method": "administrator",
				      "request": {"method": "PUT", "path": "/api/users/{username}/password"}},
				  "ipAddress": "127.0.0.1",
				  "geolocation": {"country": "NO", "city": "Oslo", "source": "stand-in"},
				  "userAgent": "back-office-tests/1.0",
				  "revision": %2$d
				}
				""".formatted(changedAt, entry.get("revision").asLong()));
		assertThat(this.backOffice.browser().signIn("rookie", "fresh-password-1")).isEqualTo("/api/transactions");
	}

	@Test
	void usersResetTheirOwnPasswordButNobodyElses() {
		createUser("nora");
		RestTestClient nora = this.backOffice.as("nora", "analyst-secret");
		reset(nora, "analyst", "stolen-password").expectStatus().isForbidden();
		reset(nora, "nora", "fresh-password-2").expectStatus().isNoContent();
		assertThat(this.trail).hasEntry().by("nora").on("User", "nora").withMetadata("method", "self-service").once();
		assertThat(this.trail).hasEntry().by("nora").on("User", "analyst").withOutcome(Outcome.DENIED).once();
	}

	@Test
	void whoCannotSignInResetsThePasswordByAMailedLink() throws IOException {
		createUser("forgetful");
		post("/api/password-resets", "{\"username\": \"forgetful\"}").expectStatus().isAccepted();
		String mail = Files.readString(this.lastMail);
		assertThat(mail).startsWith("This is no mail").contains("To: forgetful");
		String token = mail.replaceFirst("(?s).*\"token\": \"([0-9a-f]{64})\".*", "$1");
		JsonNode requested = this.entries
			.await("action=user.password_reset_requested&targetType=User&targetId=forgetful");
		assertThat(requested.at("/actor/type").asString()).isEqualTo("anonymous");
		confirm(token, "fresh-password-3").expectStatus().isNoContent();
		JsonNode entry = this.entries.await("action=user.password_reset&targetType=User&targetId=forgetful");
		String changedAt = entry.get("after").get("resetAt").asString();
		assertThat(entry).isEntry("""
				{
				  "actor": {"type": "anonymous", "id": "anonymous", "name": "anonymous", "impersonatorId": null},
				  "action": "user.password_reset",
				  "category": "authentication",
				  "severity": "info",
				  "outcome": "success",
				  "target": {"type": "User", "id": "forgetful", "name": null},
				  "message": "Reset the password of forgetful by a mailed link",
				  "before": {"username": "forgetful", "role": "ANALYST", "resetAt": null},
				  "after": {"username": "forgetful", "role": "ANALYST", "resetAt": "%1$s"},
				  "changes": {"resetAt": {"from": null, "to": "%1$s"}},
				  "changeSummary": "resetAt: – → %1$s",
				  "metadata": {"method": "email_link",
				      "request": {"method": "POST", "path": "/api/password-resets/confirm"}},
				  "ipAddress": "127.0.0.1",
				  "geolocation": {"country": "NO", "city": "Oslo", "source": "stand-in"},
				  "userAgent": "back-office-tests/1.0",
				  "revision": %2$d
				}
				""".formatted(changedAt, entry.get("revision").asLong()));
		assertThat(this.backOffice.browser().signIn("forgetful", "fresh-password-3")).isEqualTo("/api/transactions");
		confirm(token, "fresh-password-4").expectStatus().isBadRequest();
		assertThat(this.entries.await("action=user.password_reset&actor=anonymous&outcome=failure")
			.get("error")
			.asString()).contains("The link is not valid, or no longer");
		assertThat(holdsSecret(token)).isFalse();
	}

	@Test
	void whatIsNoUserIsAnsweredAlikeAndNotKept() {
		post("/api/password-resets", "{\"username\": \"not-a-user-perhaps-a-secret\"}").expectStatus().isAccepted();
		JsonNode entry = this.entries.await("action=user.password_reset_requested",
				(requested) -> requested.get("target").isNull());
		assertThat(entry.toString()).doesNotContain("perhaps-a-secret");
	}

	@Test
	void anAdministratorGivesAnotherRole() {
		createUser("riser");
		changeRole("manager").expectStatus().isForbidden();
		changeRole("admin").expectStatus().isNoContent();
		JsonNode entry = this.entries.await("action=user.role_changed&targetType=User&targetId=riser&outcome=success");
		assertThat(entry.get("changeSummary").asString()).isEqualTo("role: ANALYST → MANAGER");
		assertThat(entry.get("severity").asString()).isEqualTo("warning");
		this.entries.await("action=user.role_changed&actor=manager&outcome=denied");
	}

	private RestTestClient.ResponseSpec changeRole(String username) {
		return this.backOffice.as(username)
			.put()
			.uri("/api/users/riser/role")
			.contentType(MediaType.APPLICATION_JSON)
			.body("""
					{"role": "MANAGER"}""")
			.exchange();
	}

	private RestTestClient.ResponseSpec confirm(String token, String newPassword) {
		return post("/api/password-resets/confirm", """
				{"token": "%s", "newPassword": "%s"}""".formatted(token, newPassword));
	}

	private RestTestClient.ResponseSpec post(String path, String body) {
		return this.backOffice.anonymous()
			.post()
			.uri(path)
			.contentType(MediaType.APPLICATION_JSON)
			.body(body)
			.exchange();
	}

	/** Neither the token nor its hash: it was used, and its row is gone. */
	private boolean holdsSecret(String token) {
		return this.database.sql("""
				select exists (select from audit.audit_log as r where position(? in r::text) > 0)
					or exists (select from password_reset where username = 'forgetful')
				""").param(token).query(Boolean.class).single();
	}

	private static RestTestClient.ResponseSpec reset(RestTestClient client, String username, String newPassword) {
		return client.put()
			.uri("/api/users/{username}/password", username)
			.contentType(MediaType.APPLICATION_JSON)
			.body("""
					{"newPassword": "%s"}""".formatted(newPassword))
			.exchange();
	}

	private void createUser(String username) {
		this.database.sql("""
				insert into app_user (username, role, password_hash)
				select ?, role, password_hash
				from app_user
				where username = 'analyst'
				""").param(username).update();
	}

}
