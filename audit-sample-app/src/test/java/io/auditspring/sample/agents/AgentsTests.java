package io.auditspring.sample.agents;

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
class AgentsTests {

	@Autowired
	private BackOffice backOffice;

	@Autowired
	private Entries entries;

	@Test
	void startingAnAgentLeavesACompleteEntry() {
		send("/api/agents/1/start", 1, "Month end").expectStatus().isOk();
		JsonNode entry = this.entries.await("action=agent.started&targetType=Agent&targetId=1");
		long revision = entry.get("revision").asLong();
		assertThat(entry).isEntry("""
				{
				  "actor": {"type": "user", "id": "analyst", "name": "analyst", "impersonatorId": null},
				  "action": "agent.started",
				  "category": "agent",
				  "severity": "info",
				  "outcome": "success",
				  "target": {"type": "Agent", "id": "1", "name": "Invoice reader"},
				  "related": [{"type": "Connector", "id": "1"}],
				  "message": "Start agent 1 through connector 1",
				  "before": {"id": 1, "name": "Invoice reader", "status": "STOPPED"},
				  "after": {"id": 1, "name": "Invoice reader", "status": "RUNNING"},
				  "changes": {"status": {"from": "STOPPED", "to": "RUNNING"}},
				  "changeSummary": "status: STOPPED → RUNNING",
				  "metadata": {"connector": "Data centre Oslo", "description": "Month end",
				      "request": {"method": "POST", "path": "/api/agents/{agentId}/start"}},
				  "ipAddress": "127.0.0.1",
				  "userAgent": "back-office-tests/1.0",
				  "revision": %d
				}
				""".formatted(revision));
	}

	@Test
	void anAgentThatRunsAlreadyLeavesAFailure() {
		send("/api/agents/2/start", 2, "First").expectStatus().isOk();
		send("/api/agents/2/start", 2, "Again").expectStatus().isEqualTo(409);
		JsonNode entry = this.entries.await("action=agent.started&targetType=Agent&targetId=2", 2).get(0);
		assertThat(entry).isEntry("""
				{
				  "actor": {"type": "user", "id": "analyst", "name": "analyst", "impersonatorId": null},
				  "action": "agent.started",
				  "category": "agent",
				  "severity": "info",
				  "outcome": "failure",
				  "target": {"type": "Agent", "id": "2", "name": "Payment scout"},
				  "related": [{"type": "Connector", "id": "2"}],
				  "message": "Start agent 2 through connector 2",
				  "error": "IllegalStateException: Agent 2 is RUNNING already",
				  "metadata": {"connector": "Data centre Bergen", "description": "Again",
				      "request": {"method": "POST", "path": "/api/agents/{agentId}/start"}},
				  "ipAddress": "127.0.0.1",
				  "userAgent": "back-office-tests/1.0"
				}
				""");
	}

	@Test
	void theSameEntriesAreFoundByAgentByConnectorAndByUser() {
		send("/api/agents/3/start", 2, "For the audit").expectStatus().isOk();
		send("/api/agents/3/stop", 2, "Done").expectStatus().isOk();
		this.entries.await("targetType=Agent&targetId=3", 2);
		JsonNode ofAgent = this.entries.get("/api/agents/3/entries");
		assertThat(ofAgent.values()).extracting((entry) -> entry.get("action").asString())
			.containsExactly("agent.stopped", "agent.started");
		assertThat(this.entries.get("/api/connectors/2/entries").values()).containsAll(ofAgent.values());
		assertThat(this.entries.get("/api/users/analyst/entries").values()).containsAll(ofAgent.values());
	}

	@Test
	void onlyAuditorsSeeTheHistory() {
		this.backOffice.as("analyst").get().uri("/api/agents/1/entries").exchange().expectStatus().isForbidden();
	}

	private RestTestClient.ResponseSpec send(String path, long connectorId, String description) {
		return this.backOffice.as("analyst").post().uri(path).contentType(MediaType.APPLICATION_JSON).body("""
				{"connectorId": %d, "description": "%s"}""".formatted(connectorId, description)).exchange();
	}

}
