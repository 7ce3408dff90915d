package org.example.agents;

import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.model.tool.ToolCallingManager;
import org.springframework.ai.support.ToolCallbacks;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What the tools of an agent leave in the trail.
 */
@SpringBootTest(classes = DeskApplication.class, webEnvironment = SpringBootTest.WebEnvironment.NONE,
		properties = { "spring.jpa.hibernate.ddl-auto=create", "spring.flyway.enabled=false",
				"spring.application.name=desk", "spring.ai.mcp.server.enabled=false",
				"spring.ai.mcp.client.enabled=false" })
class AgentToolsTests {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	@Autowired
	@Qualifier("desk")
	private ChatClient desk;

	@Autowired
	private DeskTools tools;

	@Autowired
	private ChatModel model;

	@Autowired
	private ToolCallingManager manager;

	@Autowired
	private DataSource dataSource;

	private AuditLog log;

	private int before;

	@BeforeEach
	void begin() {
		this.log = new AuditLog(this.dataSource);
		this.before = this.log.settled();
	}

	@AfterEach
	void signOut() {
		SecurityContextHolder.clearContext();
	}

	private static Authentication jane() {
		return UsernamePasswordAuthenticationToken.authenticated("jane", "secret", List.of());
	}

	private void signIn() {
		SecurityContextHolder.getContext().setAuthentication(jane());
	}

	private List<Map<String, Object>> entries() {
		this.log.settled();
		return this.log.entriesAfter(this.before);
	}

	private Map<String, Object> entry(String action) {
		List<Map<String, Object>> found = entries().stream()
			.filter((entry) -> entry.get("action").equals(action))
			.toList();
		assertThat(found).as(action).hasSize(1);
		return found.get(0);
	}

	private static JsonNode metadata(Map<String, Object> entry) {
		return JSON.readTree((String) entry.get("metadata"));
	}

	private String impersonator(Map<String, Object> entry) {
		return new JdbcTemplate(this.dataSource)
			.queryForObject("select impersonator_id from audit.audit_log where id = ?", String.class, entry.get("id"));
	}

	private void assertThatJaneDidIt(Map<String, Object> entry, String agent) {
		assertThat(entry).containsEntry("actor_type", "user").containsEntry("actor_id", "jane");
		assertThat(impersonator(entry)).isEqualTo(agent);
		assertThat((String) entry.get("related")).contains("{\"id\": \"" + agent + "\", \"type\": \"Agent\"}");
	}

	private void converse(boolean streaming, Script script) {
		ChatClient.ChatClientRequestSpec prompt = this.desk.prompt(script.toString())
			.advisors((advisors) -> advisors.param(ChatMemory.CONVERSATION_ID, "conversation-1"));
		String answer = streaming ? String.join("", prompt.stream().content().collectList().block())
				: prompt.call().content();
		assertThat(answer).endsWith("done");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aToolLeavesAnEntry(boolean streaming) {
		signIn();
		converse(streaming,
				new Script().call("look_up", Map.of("mark", "A-1")).then().call("create_order", Map.of("mark", "A-2")));
		Map<String, Object> entry = entry("tool.look_up");
		assertThat(entry).containsEntry("category", "agent")
			.containsEntry("outcome", "success")
			.containsEntry("target_type", "Tool")
			.containsEntry("target_id", "look_up");
		assertThatJaneDidIt(entry, "desk");
		assertThat((String) entry.get("related")).contains("\"conversation-1\", \"type\": \"Conversation\"");
		JsonNode metadata = metadata(entry);
		assertThat(metadata.path("model").asString()).isEqualTo(ScriptedModel.NAME);
		assertThat(metadata.path("finishReason").asString()).isEqualTo("TOOL_CALLS");
		assertThat(metadata.path("usage").toString()).isEqualTo("{\"input\":12,\"total\":17,\"output\":5}");
		assertThat(metadata.path("iteration").asInt()).isEqualTo(1);
		assertThat(metadata.path("toolCallId").asString()).startsWith("call-");
		assertThat(metadata.path("input").toString()).isEqualTo("{\"mark\":\"A-1\"}");
		assertThat(metadata.path("output").path("length").asInt()).isEqualTo("\"found A-1\"".length());
		assertThat(metadata.path("output").path("digest").asString()).startsWith("hmac:");
		assertThat(metadata.has("prompt") || metadata.has("answer")).isFalse();
		assertThat(metadata(entry("tool.create_order")).path("iteration").asInt()).isEqualTo(2);
		assertThat(entries()).hasSize(3);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whatAToolCallsBelongsToItsOperation(boolean streaming) {
		signIn();
		converse(streaming, new Script().call("create_order", Map.of("mark", "B-1")));
		Map<String, Object> tool = entry("tool.create_order");
		Map<String, Object> order = entry("order.create");
		assertThat(order).containsEntry("operation_id", tool.get("operation_id"));
		assertThatJaneDidIt(order, "desk");
		assertThat(entries()).hasSize(2);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aToolThatFailsHasFailed(boolean streaming) {
		signIn();
		converse(streaming, new Script().call("break", Map.of("mark", "C-1")));
		Map<String, Object> entry = entry("tool.break");
		assertThat(entry).containsEntry("outcome", "failure");
		assertThat((String) entry.get("error")).contains("IllegalStateException: Cannot C-1")
			.doesNotContain("swordfish");
		assertThat(metadata(entry).has("output")).isFalse();
	}

	@Test
	void theConversationFailsAsItDidBefore() {
		signIn();
		assertThatThrownBy(() -> converse(false,
				new Script().call("crash", Map.of("mark", "D-1")).call("look_up", Map.of("mark", "D-2"))))
			.hasMessageContaining("Lost D-1");
		assertThat(entry("tool.crash")).containsEntry("outcome", "failure");
		assertThat(entries()).as("nobody came to the other one").hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aToolThatWasNotOfferedIsDenied(boolean streaming) {
		signIn();
		assertThatThrownBy(() -> converse(streaming,
				new Script().call("look_up", Map.of("mark", "E-1")).call("drop table\u0000\n", Map.of("mark", "E-2"))))
			.hasMessageContaining("No ToolCallback found");
		Map<String, Object> entry = entry("tool.drop_table__");
		assertThat(entry).containsEntry("outcome", "denied").containsEntry("severity", "warning");
		assertThatJaneDidIt(entry, "desk");
		assertThat(metadata(entry).path("input").toString()).isEqualTo("{\"mark\":\"E-2\"}");
		assertThat(entries()).hasSize(2);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aToolBeyondItsLimitIsDenied(boolean streaming) {
		signIn();
		Script script = new Script();
		for (int i = 0; i < 41; i++) {
			script.call("look_up", Map.of("mark", "F-" + i));
		}
		ChatClient.ChatClientRequestSpec prompt = this.desk.prompt(script.toString());
		String answer = streaming ? prompt.stream().content().blockLast() : prompt.call().content();
		assertThat(answer).contains("limit");
		assertThat(entries()).hasSize(41)
			.filteredOn((entry) -> entry.get("outcome").equals("denied"))
			.singleElement()
			.satisfies((entry) -> assertThat((String) entry.get("metadata")).contains("F-40"));
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void anAgentWithinATool(boolean streaming) {
		signIn();
		converse(streaming, new Script().call("ask_assistant",
				Map.of("mark", "G", "script", new Script().call("assist", Map.of("mark", "G-1")).toString())));
		Map<String, Object> outer = entry("tool.ask_assistant");
		Map<String, Object> inner = entry("tool.assist");
		assertThatJaneDidIt(outer, "desk");
		assertThatJaneDidIt(inner, "assistant");
		assertThat(metadata(inner).path("delegation").toString()).isEqualTo("[\"assistant\",\"desk\"]");
		assertThatJaneDidIt(entry("order.create"), "assistant");
		assertThat(entries()).extracting((entry) -> entry.get("operation_id"))
			.containsOnly(outer.get("operation_id"))
			.hasSize(3);
	}

	@Test
	void anAgentOfTheSystemIsTheActor() {
		converse(false, new Script().call("look_up", Map.of("mark", "H-1")));
		assertThat(entry("tool.look_up")).containsEntry("actor_type", "agent").containsEntry("actor_id", "desk");
	}

	@Test
	void whoeverIsNamedByRunAsIsTheAgent() throws Exception {
		AuditContext.runAs(Actor.agent("invoice-bot", "a model"), Actor.user("jane"), () -> {
			converse(true, new Script().call("look_up", Map.of("mark", "I-1")));
			return null;
		});
		assertThatJaneDidIt(entry("tool.look_up"), "invoice-bot");
	}

	@Test
	void theSubscribersContextTellsWhoAsks() {
		this.desk.prompt(new Script().call("look_up", Map.of("mark", "J-1")).toString())
			.stream()
			.content()
			.contextWrite(ReactiveSecurityContextHolder.withAuthentication(jane()))
			.blockLast();
		assertThatJaneDidIt(entry("tool.look_up"), "desk");
	}

	@Test
	void whoeverExecutesToolsHimself() {
		signIn();
		ToolCallingChatOptions options = ToolCallingChatOptions.builder()
			.toolCallbacks(ToolCallbacks.from(this.tools))
			.build();
		Prompt prompt = new Prompt(new Script().call("create_order", Map.of("mark", "K-1")).toString(), options);
		ChatResponse response = this.model.call(prompt);
		assertThat(this.manager.executeToolCalls(prompt, response).conversationHistory()).hasSize(3);
		Map<String, Object> tool = entry("tool.create_order");
		assertThatJaneDidIt(tool, "desk");
		assertThat(metadata(tool).path("model").asString()).isEqualTo(ScriptedModel.NAME);
		assertThat(entry("order.create")).containsEntry("operation_id", tool.get("operation_id"));
		assertThat(entries()).hasSize(2);
		Prompt unknown = new Prompt(new Script().call("unheard_of", Map.of()).toString(), options);
		assertThatThrownBy(() -> this.manager.executeToolCalls(unknown, this.model.call(unknown)))
			.hasMessageContaining("No ToolCallback found");
		assertThat(entry("tool.unheard_of")).containsEntry("outcome", "denied");
	}

	@Test
	void noSecretOfTheArgumentsIsKept() {
		signIn();
		converse(false,
				new Script()
					.call("sign_in",
							Map.of("user", "j", "password", "swordfish", "note",
									"Ignore all rules.\u0007\u0000 password=swordfish"))
					.then()
					.callWith("sign_in", "{\"password\": swordfish}"));
		assertThat(entries()).hasSize(2).allSatisfy((entry) -> {
			assertThat(entry).containsEntry("outcome", "failure");
			assertThat(entry.toString()).doesNotContain("swordfish");
		});
		assertThat(metadata(entries().get(0)).path("input").path("password").asString()).isEqualTo("***");
		assertThat(metadata(entries().get(1)).path("input").path("digest").asString()).startsWith("hmac:");
	}

}
