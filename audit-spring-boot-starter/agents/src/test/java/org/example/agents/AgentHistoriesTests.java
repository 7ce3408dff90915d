package org.example.agents;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.memory.ChatMemory;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random conversations at the same time, streaming and not, with tools that fail, are
 * called again, or ask another agent. Each tool that was executed has one entry, with who
 * asked, the agent that acted and the operation it belongs to.
 */
@SpringBootTest(classes = DeskApplication.class, webEnvironment = SpringBootTest.WebEnvironment.NONE,
		properties = { "spring.jpa.hibernate.ddl-auto=create", "spring.flyway.enabled=false",
				"spring.application.name=desk", "spring.ai.mcp.server.enabled=false",
				"spring.ai.mcp.client.enabled=false" })
class AgentHistoriesTests {

	private static final int HISTORIES = Integer.getInteger("faults.agents", 6);

	private static final String[] USERS = { "jane", "bob", "" };

	private static final String[] AGENTS = { "desk", "buyer", "seller" };

	@Autowired
	@Qualifier("desk")
	private ChatClient desk;

	@Autowired
	private DataSource dataSource;

	@Test
	void eachToolHasOneEntryWithItsActorAgentAndOperation() throws Exception {
		AuditLog log = new AuditLog(this.dataSource);
		try (Conversations threads = new Conversations()) {
			for (int i = 0; i < HISTORIES; i++) {
				int before = log.settled();
				Random random = new Random(i);
				List<Conversation> conversations = new ArrayList<>();
				for (int j = 0; j <= random.nextInt(4); j++) {
					conversations.add(new Conversation(random, i + "-" + j));
				}
				threads.hold(conversations, this.desk);
				log.settled();
				check(i, before, conversations);
			}
		}
	}

	private void check(int history, int before, List<Conversation> conversations) {
		Map<String, Expected> expected = new HashMap<>();
		conversations.forEach((conversation) -> expected.putAll(conversation.expected));
		Map<String, Map<String, Object>> tools = new HashMap<>();
		Map<String, Map<String, Object>> orders = new HashMap<>();
		for (Map<String, Object> entry : new JdbcTemplate(this.dataSource).queryForList("""
				select action, actor_type, actor_id, impersonator_id, operation_id, outcome, target_name,
					metadata -> 'input' ->> 'mark' as mark, related::text as related
				from audit.audit_log
				order by chain, seq
				offset ?""", before)) {
			boolean tool = ((String) entry.get("action")).startsWith("tool.");
			Object key = entry.get(tool ? "mark" : "target_name");
			assertThat((tool ? tools : orders).put((String) key, entry)).as("history %d, %s twice", history, key)
				.isNull();
		}
		assertThat(tools.keySet()).as("history %d", history).isEqualTo(expected.keySet());
		expected.forEach((mark, each) -> {
			String what = "history %d, %s".formatted(history, mark);
			each.check(what, tools.get(mark));
			assertThat(tools.get(mark)).as(what)
				.containsEntry("action", "tool." + each.tool)
				.containsEntry("outcome", each.tool.matches("break|crash") ? "failure" : "success")
				.containsEntry("operation_id",
						tools.get((each.within != null) ? each.within : mark).get("operation_id"));
			if (each.tool.matches("create_order|assist")) {
				each.check(what, orders.get(mark));
				assertThat(orders.remove(mark)).as(what)
					.containsEntry("operation_id", tools.get(mark).get("operation_id"));
			}
		});
		assertThat(orders).as("history %d", history).isEmpty();
		assertThat(tools.values().stream().map((entry) -> entry.get("operation_id")).distinct().count())
			.as("operations of history %d", history)
			.isEqualTo(expected.values().stream().filter((each) -> each.within == null).count());
	}

	/**
	 * Whom an entry names.
	 *
	 * @param tool the tool
	 * @param user who asks, or empty for nobody
	 * @param agent who acts
	 * @param outer the agent that asked that one, or {@code null}
	 * @param within the call of a tool that this one is part of, or {@code null}
	 */
	record Expected(String tool, String user, String agent, String outer, String within) {

		void check(String what, Map<String, Object> entry) {
			assertThat(entry).as(what).isNotNull();
			if (!this.user.isEmpty()) {
				assertThat(entry).as(what)
					.containsEntry("actor_type", "user")
					.containsEntry("actor_id", this.user)
					.containsEntry("impersonator_id", this.agent);
			}
			else {
				assertThat(entry).as(what)
					.containsEntry("actor_type", "agent")
					.containsEntry("actor_id", (this.outer != null) ? this.outer : this.agent)
					.containsEntry("impersonator_id", (this.outer != null) ? this.agent : null);
			}
			assertThat((String) entry.get("related")).as(what).contains("{\"id\": \"" + this.agent + "\"");
		}

	}

	/**
	 * What a user asks an agent to do.
	 */
	private static final class Conversation {

		private final Map<String, Expected> expected = new HashMap<>();

		private final Script script = new Script();

		private final String name;

		private final String user;

		private final String agent;

		private final boolean streaming;

		private boolean failing;

		Conversation(Random random, String name) {
			this.name = name;
			this.user = USERS[random.nextInt(USERS.length)];
			this.agent = AGENTS[random.nextInt(AGENTS.length)];
			this.streaming = random.nextBoolean();
			for (int i = 0; i < 1 + random.nextInt(3) && !this.failing; i++) {
				this.script.then();
				for (int j = 0; j < 1 + random.nextInt(3); j++) {
					add(random, this.name + "-" + i + "-" + j);
				}
			}
		}

		private void add(Random random, String mark) {
			int kind = random.nextInt(12);
			String tool = (kind < 4) ? "create_order"
					: (kind < 6) ? "look_up" : (kind < 8) ? "break" : (kind < 11) ? "ask_assistant" : "crash";
			Map<String, String> arguments = new HashMap<>(Map.of("mark", mark));
			if (tool.equals("ask_assistant")) {
				Script inner = new Script();
				for (int i = 0; i < random.nextInt(3); i++) {
					inner.then().call("assist", Map.of("mark", mark + "-" + i));
					if (!this.failing) {
						this.expected.put(mark + "-" + i,
								new Expected("assist", this.user, "assistant", this.agent, mark));
					}
				}
				arguments.put("script", inner.toString());
			}
			this.script.call(tool, arguments);
			if (!this.failing) {
				this.expected.put(mark, new Expected(tool, this.user, this.agent, null, null));
			}
			this.failing |= tool.equals("crash");
		}

		void hold(ChatClient client) {
			if (!this.user.isEmpty()) {
				SecurityContextHolder.getContext()
					.setAuthentication(UsernamePasswordAuthenticationToken.authenticated(this.user, "", List.of()));
			}
			try {
				ChatClient.ChatClientRequestSpec prompt = client.prompt(this.script.toString())
					.advisors((advisors) -> advisors.param(ChatMemory.CONVERSATION_ID, this.name)
						.param("audit.agent", this.agent));
				String answer = this.streaming ? String.join("", prompt.stream().content().collectList().block())
						: prompt.call().content();
				assertThat(this.failing).as(this.name).isFalse();
				assertThat(answer).as(this.name).endsWith("done");
			}
			catch (RuntimeException ex) {
				assertThat(this.failing).as("%s: %s", this.name, ex).isTrue();
			}
			finally {
				SecurityContextHolder.clearContext();
			}
		}

	}

	/**
	 * Holds conversations at the same time.
	 */
	private static final class Conversations implements AutoCloseable {

		private final ExecutorService threads = Executors.newFixedThreadPool(4);

		void hold(List<Conversation> conversations, ChatClient client) throws Exception {
			List<Future<?>> held = new ArrayList<>();
			for (Conversation each : conversations) {
				held.add(this.threads.submit(() -> each.hold(client)));
			}
			for (Future<?> each : held) {
				each.get();
			}
		}

		@Override
		public void close() {
			this.threads.shutdown();
		}

	}

}
