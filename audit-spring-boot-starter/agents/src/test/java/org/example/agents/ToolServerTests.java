package org.example.agents;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.Approval;
import io.auditspring.ApprovalPolicy;
import io.auditspring.Approvals;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.RequiresApproval;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.server.McpAsyncServer;
import io.modelcontextprotocol.server.McpServerFeatures;
import io.modelcontextprotocol.server.McpStatelessServerFeatures;
import io.modelcontextprotocol.server.McpStatelessSyncServer;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.ai.mcp.annotation.McpTool;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpHeaders;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What holds for each kind of MCP server: with sessions or without, with tools that
 * answer at once or later.
 */
class ToolServerTests {

	private static final Map<String, Object> NO_ARGUMENTS = Map.of("type", "object", "properties", Map.of());

	@Nested
	@TestPropertySource(properties = "spring.ai.mcp.server.protocol=STREAMABLE")
	class WithSessions extends Contract {

		@Autowired
		private McpSyncServer server;

		@Override
		void add(McpSchema.Tool tool, String answer) {
			this.server.addTool(new McpServerFeatures.SyncToolSpecification(tool,
					(exchange, request) -> CallToolResult.builder().addTextContent(answer).build()));
		}

		@Override
		String agent() {
			return "assistant-of-jane";
		}

	}

	@Nested
	@TestPropertySource(properties = "spring.ai.mcp.server.protocol=STATELESS")
	class WithoutSessions extends Contract {

		@Autowired
		private McpStatelessSyncServer server;

		@Override
		void add(McpSchema.Tool tool, String answer) {
			this.server.addTool(new McpStatelessServerFeatures.SyncToolSpecification(tool,
					(context, request) -> CallToolResult.builder().addTextContent(answer).build()));
		}

		/** Nobody introduces themselves. */
		@Override
		String agent() {
			return "desk";
		}

	}

	@Nested
	@TestPropertySource(properties = { "spring.ai.mcp.server.protocol=STREAMABLE", "spring.ai.mcp.server.type=ASYNC" })
	class WithAnswersThatComeLater extends Contract {

		@Autowired
		private McpAsyncServer server;

		@Override
		void add(McpSchema.Tool tool, String answer) {
			this.server
				.addTool(new McpServerFeatures.AsyncToolSpecification(tool,
						(exchange, request) -> Mono.just(CallToolResult.builder().addTextContent(answer).build())))
				.block();
		}

		@Override
		String agent() {
			return "assistant-of-jane";
		}

	}

	/**
	 * What holds for each.
	 */
	@SpringBootTest(classes = { DeskApplication.class, Server.class },
			webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
			properties = { "spring.jpa.hibernate.ddl-auto=create", "spring.flyway.enabled=false",
					"spring.application.name=desk", "spring.ai.mcp.client.enabled=false" })
	abstract static class Contract {

		@LocalServerPort
		private int port;

		@Autowired
		private CopyOnWriteArrayList<String> tills;

		@Autowired
		private Approvals approvals;

		@Autowired
		private DataSource dataSource;

		private AuditLog log;

		private int before;

		private McpSyncClient client;

		abstract void add(McpSchema.Tool tool, String answer);

		abstract String agent();

		@BeforeEach
		void begin() {
			this.log = new AuditLog(this.dataSource);
			this.before = this.log.settled();
			HttpHeaders headers = new HttpHeaders();
			headers.setBasicAuth("jane", "secret");
			this.client = McpClient
				.sync(HttpClientStreamableHttpTransport.builder("http://localhost:" + this.port)
					.httpRequestCustomizer((request, method, uri, body, context) -> request
						.setHeader(HttpHeaders.AUTHORIZATION, headers.getFirst(HttpHeaders.AUTHORIZATION)))
					.build())
				.clientInfo(McpSchema.Implementation.builder("assistant-of-jane", "1").build())
				.initializationTimeout(Duration.ofMinutes(2))
				.requestTimeout(Duration.ofMinutes(2))
				.build();
			this.client.initialize();
		}

		@AfterEach
		void leave() {
			this.client.close();
		}

		private CallToolResult call(String tool, Map<String, Object> arguments) {
			return this.client.callTool(CallToolRequest.builder(tool).arguments(arguments).build());
		}

		private List<Map<String, Object>> entries(String action) {
			this.log.settled();
			return new JdbcTemplate(this.dataSource).queryForList(
					"""
							select outcome, actor_id, impersonator_id, related::text as related, metadata::text as metadata, error
							from audit.audit_log
							where action = ? and seq >= ?
							order by seq
							""",
					action, this.before);
		}

		private List<Object> outcomes(String action) {
			return entries(action).stream().map((entry) -> entry.get("outcome")).toList();
		}

		private UUID asked(String action) {
			return this.approvals.pending()
				.stream()
				.filter((each) -> each.action().equals(action))
				.map(Approval::id)
				.findFirst()
				.orElseThrow();
		}

		private void grant(UUID id) throws Exception {
			AuditContext.runAs(Actor.user("bob"), () -> this.approvals.grant(id, "It is due"));
		}

		@Test
		void eachToolLeavesAnEntry() {
			assertThat(call("ring_up", Map.of("amount", "10", "password", "swordfish")).isError()).isNotEqualTo(true);
			assertThat(call("ring_up", Map.of("amount", "ten", "password", "swordfish")).isError()).isTrue();
			assertThat(outcomes("tool.ring_up")).containsExactly("success", "failure");
			assertThat(entries("tool.ring_up"))
				.allSatisfy((entry) -> assertThat(entry).containsEntry("actor_id", "jane")
					.containsEntry("impersonator_id", agent()));
			assertThat(entries("tool.ring_up").toString()).doesNotContain("swordfish");
		}

		@Test
		void listsOfTheApplicationStayWhatTheyAre() {
			this.tills.add("second");
			assertThat(this.tills).containsExactly("first", "second");
			this.tills.remove("second");
		}

		@Test
		void aToolThatIsAddedLaterLeavesOne() {
			add(McpSchema.Tool.builder("count_" + agent().length(), NO_ARGUMENTS).description("Counts").build(), "3");
			assertThat(call("count_" + agent().length(), Map.of()).isError()).isNotEqualTo(true);
			assertThat(outcomes("tool.count_" + agent().length())).containsExactly("success");
		}

		@Test
		void aToolThatThePolicyGuardsIsExecutedOnceItIsApproved() throws Exception {
			Map<String, Object> arguments = Map.of("amount", "1000", "password", "p");
			assertThat(call("ring_up", arguments).isError()).isTrue();
			assertThat(outcomes("tool.ring_up")).containsExactly("denied");
			UUID asked = asked("tool.ring_up");
			grant(asked);
			assertThat(call("ring_up", arguments).isError()).isNotEqualTo(true);
			assertThat(call("ring_up", arguments).isError()).as("once").isTrue();
			assertThat(outcomes("tool.ring_up")).containsExactly("denied", "success", "denied");
			assertThat((String) entries("tool.ring_up").get(1).get("related")).contains(asked.toString());
			assertThat(entries("approval.requested")).first()
				.satisfies((entry) -> assertThat(entry).containsEntry("actor_id", "jane"));
		}

		@Test
		void aMethodThatNeedsApprovalIsExecutedOnceItIsApproved() throws Exception {
			assertThat(call("close_till", Map.of()).isError()).isTrue();
			this.log.settled();
			assertThat(this.log.entriesAfter(this.before))
				.filteredOn((entry) -> ((String) entry.get("action")).endsWith("Till.close"))
				.singleElement()
				.satisfies((entry) -> assertThat(entry).containsEntry("outcome", "denied"));
			assertThat(entries("tool.close_till")).singleElement()
				.satisfies((entry) -> assertThat((String) entry.get("error")).contains("needs the approval"));
			grant(this.approvals.pending()
				.stream()
				.filter((each) -> "The day must be over".equals(each.reason()))
				.map(Approval::id)
				.findFirst()
				.orElseThrow());
			assertThat(call("close_till", Map.of()).isError()).isNotEqualTo(true);
			assertThat(outcomes("tool.close_till")).containsExactly("failure", "success");
		}

	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Server {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.csrf(AbstractHttpConfigurer::disable)
				.build();
		}

		/** Only finds them: a store of passwords would hash them at the first sign-in. */
		@Bean
		UserDetailsService users() {
			UserDetailsService users = new InMemoryUserDetailsManager(
					User.withUsername("jane").password("{noop}secret").roles("USER").build());
			return users::loadUserByUsername;
		}

		@Bean
		ApprovalPolicy largeAmounts() {
			return (action, arguments) -> action.equals("tool.ring_up") && "1000".equals(arguments.get("amount"));
		}

		/** A list of the application's own. */
		@Bean
		CopyOnWriteArrayList<String> tills() {
			return new CopyOnWriteArrayList<>(List.of("first"));
		}

		@Bean
		Till till() {
			return new Till();
		}

		@Bean
		LaterTill laterTill() {
			return new LaterTill();
		}

	}

	/** Servers whose tools answer at once offer these. */
	static class Till {

		@McpTool(name = "ring_up", description = "Takes money")
		String ringUp(String amount, String password) {
			return "took " + amount(amount, password);
		}

		static int amount(String amount, String password) {
			try {
				return Integer.parseInt(amount);
			}
			catch (NumberFormatException ex) {
				throw new IllegalArgumentException("No amount, though signed with " + password, ex);
			}
		}

		@McpTool(name = "close_till", description = "Closes the till")
		@RequiresApproval("The day must be over")
		public String close() {
			return "closed";
		}

	}

	/** The others offer these. */
	static class LaterTill {

		@McpTool(name = "ring_up", description = "Takes money")
		Mono<String> ringUp(String amount, String password) {
			return Mono.fromSupplier(() -> "took " + Till.amount(amount, password));
		}

		@McpTool(name = "close_till", description = "Closes the till")
		@RequiresApproval("The day must be over")
		public Mono<String> close() {
			return Mono.just("closed");
		}

	}

}
