package io.auditspring.sample.users;

import io.auditspring.Outcome;
import io.auditspring.sample.BackOffice;
import io.auditspring.sample.BackOfficeTest;
import io.auditspring.sample.Entries;
import io.auditspring.test.RecordedEntries;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
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
