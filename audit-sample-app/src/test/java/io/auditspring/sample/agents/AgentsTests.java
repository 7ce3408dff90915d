package io.auditspring.sample.agents;

import java.util.ArrayList;
import java.util.List;

import io.auditspring.Actor;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.sample.BackOffice;
import io.auditspring.sample.BackOfficeTest;
import io.auditspring.sample.Entries;
import io.auditspring.sample.Json;
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

	@Autowired
	private AuditRecorder recorder;

	@Test
	void startingAnAgentLeavesACompleteEntry() {
		send("/api/agents/1/start", 1, "Month end").expectStatus().isOk();
		JsonNode entry = this.entries.await("action=agent.started&targetType=Agent&targetId=1");
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
				  "geolocation": {"country": "NO", "city": "Oslo", "source": "stand-in"},
				  "userAgent": "back-office-tests/1.0"
				}
				""");
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
				  "severity": "error",
				  "outcome": "failure",
				  "target": {"type": "Agent", "id": "2", "name": "Payment scout"},
				  "related": [{"type": "Connector", "id": "2"}],
				  "message": "Start agent 2 through connector 2",
				  "error": "IllegalStateException: Agent 2 is RUNNING already",
				  "metadata": {"connector": "Data centre Bergen", "description": "Again",
				      "request": {"method": "POST", "path": "/api/agents/{agentId}/start"}},
				  "ipAddress": "127.0.0.1",
				  "geolocation": {"country": "NO", "city": "Oslo", "source": "stand-in"},
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
		JsonNode operations = this.entries.get("/api/users/analyst/operations");
		assertThat(operations.get("entries").asLong()).isGreaterThanOrEqualTo(2);
		assertThat(operations.get("newest").values())
			.anySatisfy((operation) -> assertThat(operation.get("entries").values()).contains(ofAgent.get(0)));
	}

	@Test
	void anAgentNeedsNoConnector() {
		sendWithoutConnector("/api/agents/4/start").expectStatus().isOk();
		JsonNode started = this.entries.await("action=agent.started&targetType=Agent&targetId=4");
		assertThat(started.get("message").asString()).isEqualTo("Start agent 4");
		assertThat(started.get("related").isEmpty()).isTrue();
		assertThat(started.at("/metadata/description").asString()).isEqualTo("By itself");
		assertThat(started.at("/metadata/connector").isMissingNode()).isTrue();
		sendWithoutConnector("/api/agents/4/stop").expectStatus().isOk();
		assertThat(this.entries.await("action=agent.stopped&targetType=Agent&targetId=4").get("message").asString())
			.isEqualTo("Stop agent 4");
	}

	@Test
	void aUsersEntriesAreGivenWholeHoweverManyAndPageByPage() {
		List<String> ids = new ArrayList<>();
		for (int i = 0; i < 60; i++) {
			this.recorder
				.record(AuditRecord.action("flower.visited").actor(Actor.user("busy-bee")).target("Flower", i).build());
			ids.add(0, Integer.toString(i));
		}
		this.entries.await("actor=busy-bee&targetType=Flower&targetId=59");
		assertThat(this.entries.get("/api/users/busy-bee/entries").values())
			.extracting((entry) -> entry.at("/target/id").asString())
			.containsExactlyElementsOf(ids);
		List<String> paged = new ArrayList<>();
		String page = "/api/audit/entries?actor=busy-bee&limit=25";
		String cursor = "";
		int pages = 0;
		do {
			JsonNode answer = this.entries.get(page + cursor);
			answer.get("entries").forEach((entry) -> paged.add(entry.at("/target/id").asString()));
			cursor = answer.get("next").isNull() ? "" : "&cursor=" + answer.get("next").asString();
			pages++;
		}
		while (!cursor.isEmpty());
		assertThat(pages).isEqualTo(3);
		assertThat(paged).isEqualTo(ids);
	}

	@Test
	void whatTheOperatorDoesIsDoneForWhoeverAsksIt() {
		assertThat(ask("please start agent 5 through connector 2")).contains("is started");
		JsonNode tool = this.entries.await("action=tool.start_agent");
		JsonNode started = this.entries.await("operation=%s&action=agent.started".formatted(text(tool, "operationId")));
		for (JsonNode entry : List.of(tool, started)) {
			assertThat(text(entry.get("actor"), "id")).isEqualTo("analyst");
			assertThat(text(entry.get("actor"), "impersonatorId")).isEqualTo("operator");
			assertThat(entry.get("related").toString()).contains("{\"type\":\"Agent\",\"id\":\"operator\"}");
		}
		assertThat(tool.at("/metadata/model").asString()).isEqualTo("stand-in");
		assertThat(tool.at("/metadata/input/agentId").asInt()).isEqualTo(5);
		assertThat(this.entries.find("related=Agent:operator")).contains(tool, started);
		assertThat(ask("please retire agent 5")).contains("needs the approval of another person");
		assertThat(this.entries.await("action=tool.retire_agent&outcome=denied")).isNotNull();
		String id = text(this.entries.await("action=approval.requested").get("target"), "id");
		decide("analyst", id).expectStatus().isForbidden();
		decide("manager", id).expectStatus().isOk();
		assertThat(ask("please retire agent 5")).contains("is retired");
		assertThat(this.entries.await("action=tool.retire_agent&outcome=success").get("related").toString())
			.contains("{\"type\":\"Approval\",\"id\":\"" + id + "\"}");
		assertThat(text(this.entries.await("action=approval.granted"), "justification")).isEqualTo("No longer needed");
	}

	private String ask(String request) {
		return text(Json.read(this.backOffice.as("analyst")
			.post()
			.uri("/api/operator")
			.contentType(MediaType.APPLICATION_JSON)
			.body("{\"request\": \"" + request + "\"}")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.returnResult()
			.getResponseBodyContent()), "text");
	}

	private RestTestClient.ResponseSpec decide(String username, String id) {
		return this.backOffice.as(username)
			.post()
			.uri("/audit/api/approvals/{id}/grant", id)
			.contentType(MediaType.APPLICATION_JSON)
			.body("""
					{"justification": "No longer needed"}""")
			.exchange();
	}

	private static String text(JsonNode node, String member) {
		return node.get(member).asString();
	}

	@Test
	void onlyAuditorsSeeTheHistory() {
		this.backOffice.as("analyst").get().uri("/api/agents/1/entries").exchange().expectStatus().isForbidden();
	}

	private RestTestClient.ResponseSpec sendWithoutConnector(String path) {
		return this.backOffice.as("analyst").post().uri(path).contentType(MediaType.APPLICATION_JSON).body("""
				{"description": "By itself"}""").exchange();
	}

	private RestTestClient.ResponseSpec send(String path, long connectorId, String description) {
		return this.backOffice.as("analyst").post().uri(path).contentType(MediaType.APPLICATION_JSON).body("""
				{"connectorId": %d, "description": "%s"}""".formatted(connectorId, description)).exchange();
	}

}
