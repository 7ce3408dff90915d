package io.auditspring.sample.controlplane;

import java.time.Duration;
import java.time.Instant;

import io.auditspring.sample.BackOffice;
import io.auditspring.sample.BackOfficeTest;
import io.auditspring.sample.Entries;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

import static io.auditspring.sample.EntryAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

@BackOfficeTest
class ControlPlaneTests {

	@Autowired
	private BackOffice backOffice;

	@Autowired
	private Entries entries;

	@Autowired
	private ApiKeyExpiry expiry;

	@Autowired
	private ApiKeys keys;

	@Test
	void creatingAProjectIsRecordedWithTheNewProjectAsTarget() {
		long project = createProject("Atlas");
		JsonNode entry = this.entries.await("action=project.created&targetType=Project&targetId=" + project);
		assertThat(entry).isEntry("""
				{
				  "actor": {"type": "user", "id": "manager", "name": "manager", "impersonatorId": null},
				  "action": "project.created",
				  "category": "control_plane",
				  "severity": "info",
				  "outcome": "success",
				  "target": {"type": "Project", "id": "%1$d", "name": "Atlas"},
				  "message": "Create project Atlas",
				  "after": {"id": %1$d, "name": "Atlas", "deployedVersion": null},
				  "metadata": {"request": {"method": "POST", "path": "/api/projects"}},
				  "ipAddress": "127.0.0.1",
				  "userAgent": "back-office-tests/1.0",
				  "revision": %2$d
				}
				""".formatted(project, entry.get("revision").asLong()));
	}

	@Test
	void aMachineDeploysAndIsNamedByItsKey() {
		long project = createProject("Borealis");
		JsonNode key = createKey(project, "");
		deploy(project, key.get("key").asString()).expectStatus().isOk();
		JsonNode entry = this.entries.await("action=project.deployed&targetType=Project&targetId=" + project);
		assertThat(entry).isEntry("""
				{
				  "actor": {"type": "api_key", "id": "%3$s", "name": "Pipeline", "impersonatorId": null},
				  "tenant": "project-%1$d",
				  "action": "project.deployed",
				  "category": "control_plane",
				  "severity": "info",
				  "outcome": "success",
				  "target": {"type": "Project", "id": "%1$d", "name": "Borealis"},
				  "message": "Deploy version 1.4.2 for Pipeline",
				  "before": {"id": %1$d, "name": "Borealis", "deployedVersion": null},
				  "after": {"id": %1$d, "name": "Borealis", "deployedVersion": "1.4.2"},
				  "changes": {"deployedVersion": {"from": null, "to": "1.4.2"}},
				  "changeSummary": "deployedVersion: – → 1.4.2",
				  "metadata": {"version": "1.4.2",
				      "request": {"method": "POST", "path": "/api/projects/{projectId}/deployments"}},
				  "ipAddress": "127.0.0.1",
				  "userAgent": "back-office-tests/1.0",
				  "revision": %2$d
				}
				""".formatted(project, entry.get("revision").asLong(), key.get("id").asString()));
	}

	@Test
	void aKeyMayNeitherDeployAnotherProjectNorDoAnythingElse() {
		JsonNode key = createKey(createProject("Comet"), "");
		long other = createProject("Dune");
		deploy(other, key.get("key").asString()).expectStatus().isForbidden();
		JsonNode denied = this.entries.await("action=project.deployed&targetType=Project&targetId=" + other);
		assertThat(denied.get("outcome").asString()).isEqualTo("denied");
		assertThat(denied.get("actor").get("id").asString()).isEqualTo(key.get("id").asString());
		this.backOffice.withApiKey(key.get("key").asString())
			.get()
			.uri("/api/transactions")
			.exchange()
			.expectStatus()
			.isForbidden();
	}

	@Test
	void aRevokedKeyIsRefusedAndTheAttemptRecorded() {
		long project = createProject("Ember");
		JsonNode key = createKey(project, "");
		String id = key.get("id").asString();
		this.backOffice.as("manager").delete().uri("/api/api-keys/{id}", id).exchange().expectStatus().isNoContent();
		deploy(project, key.get("key").asString()).expectStatus().isUnauthorized();
		JsonNode revoked = this.entries.await("action=api_key.revoked&targetType=ApiKey&targetId=" + id);
		assertThat(revoked.get("changes").propertyNames()).containsExactly("revokedAt");
		assertThat(revoked.get("related").toString())
			.isEqualTo("[{\"type\":\"Project\",\"id\":\"%d\"}]".formatted(project));
		JsonNode refused = this.entries.await("action=api_key.refused&actor=" + id);
		assertThat(refused).isEntry("""
				{
				  "actor": {"type": "api_key", "id": "%1$s", "name": null, "impersonatorId": null},
				  "action": "api_key.refused",
				  "category": "authentication",
				  "severity": "warning",
				  "outcome": "failure",
				  "target": {"type": "ApiKey", "id": "%1$s", "name": null},
				  "message": "ApiKey %1$s refused",
				  "error": "Unknown, expired or revoked API key",
				  "metadata": {"request": {"method": "POST", "path": "/api/projects/%2$d/deployments"}},
				  "ipAddress": "127.0.0.1",
				  "userAgent": "back-office-tests/1.0"
				}
				""".formatted(id, project));
	}

	@Test
	void theExpiryJobActsAsTheSystem() throws Exception {
		long project = createProject("Fjord");
		Instant soon = Instant.parse("2100-01-01T00:00:00Z");
		JsonNode key = createKey(project, ", \"expiresAt\": \"%s\"".formatted(soon));
		String id = key.get("id").asString();
		this.expiry.expireKeys(soon.plus(Duration.ofSeconds(1)));
		JsonNode entry = this.entries.await("action=api_key.expired&targetType=ApiKey&targetId=" + id);
		String revokedAt = entry.get("after").get("revokedAt").asString();
		assertThat(entry).isEntry("""
				{
				  "actor": {"type": "system", "id": "system", "name": "expire-api-keys", "impersonatorId": null},
				  "action": "api_key.expired",
				  "category": "control_plane",
				  "severity": "info",
				  "outcome": "success",
				  "target": {"type": "ApiKey", "id": "%1$s", "name": "Pipeline"},
				  "related": [{"type": "Project", "id": "%2$d"}],
				  "message": "End API key %1$s, which has expired",
				  "before": {"id": "%1$s", "name": "Pipeline", "project": %2$d,
				    "expiresAt": "2100-01-01T00:00:00Z", "revokedAt": null},
				  "after": {"id": "%1$s", "name": "Pipeline", "project": %2$d,
				    "expiresAt": "2100-01-01T00:00:00Z", "revokedAt": "%3$s"},
				  "changes": {"revokedAt": {"from": null, "to": "%3$s"}},
				  "changeSummary": "revokedAt: – → %3$s",
				  "revision": %4$d
				}
				""".formatted(id, project, revokedAt, entry.get("revision").asLong()));
	}

	@Test
	void deletingOldKeysListsTheStatement() {
		JsonNode key = createKey(createProject("Glacier"), "");
		String id = key.get("id").asString();
		this.backOffice.as("manager").delete().uri("/api/api-keys/{id}", id).exchange().expectStatus().isNoContent();
		Instant instant = Instant.parse("2100-01-01T00:00:00Z");
		int deleted = this.keys.purge(instant);
		assertThat(deleted).isPositive();
		assertThat(this.entries.await("action=api_key.purged")).isEntry("""
				{
				  "actor": {"type": "system", "id": "system", "name": "system", "impersonatorId": null},
				  "action": "api_key.purged",
				  "category": "control_plane",
				  "severity": "info",
				  "outcome": "success",
				  "message": "Delete the API keys that ended before 2100-01-01T00:00:00Z",
				  "metadata": {"endedBefore": "2100-01-01T00:00:00Z",
				    "bulk": [{"statement": "delete from api_key ak1_0 where ak1_0.revoked_at<?", "rows": %d}]}
				}
				""".formatted(deleted));
	}

	private long createProject(String name) {
		return this.backOffice.create("manager", "/api/projects", "{\"name\": \"%s\"}".formatted(name))
			.get("id")
			.asLong();
	}

	private JsonNode createKey(long project, String more) {
		return this.backOffice.create("manager", "/api/projects/%d/api-keys".formatted(project),
				"{\"name\": \"Pipeline\"%s}".formatted(more));
	}

	private RestTestClient.ResponseSpec deploy(long project, String key) {
		return this.backOffice.withApiKey(key)
			.post()
			.uri("/api/projects/{id}/deployments", project)
			.contentType(MediaType.APPLICATION_JSON)
			.body("""
					{"version": "1.4.2"}""")
			.exchange();
	}

}
