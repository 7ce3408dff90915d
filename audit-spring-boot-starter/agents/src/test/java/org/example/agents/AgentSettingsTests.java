package org.example.agents;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.Approval;
import io.auditspring.ApprovalException;
import io.auditspring.ApprovalRejectedException;
import io.auditspring.ApprovalRequiredException;
import io.auditspring.ApprovalStore;
import io.auditspring.Approvals;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What applications choose: what entries tell of texts, and whether calls wait for
 * approval.
 */
class AgentSettingsTests {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	@Nested
	@TestPropertySource(properties = { "audit.ai.content=digest", "audit.ai.agent=clerk" })
	class WithDigests extends Settings {

		@Test
		void textsAreToldByDigestAndLength() {
			JsonNode metadata = lookedUp();
			for (String text : List.of("prompt", "output")) {
				assertThat(metadata.path(text).path("digest").asString()).startsWith("hmac:");
				assertThat(metadata.path(text).path("length").asInt()).isPositive();
				assertThat(metadata.path(text).has("text")).isFalse();
			}
			assertThat(entries().get(0)).containsEntry("actor_id", "clerk");
		}

	}

	@Nested
	@TestPropertySource(properties = { "audit.ai.content=masked", "audit.approval.wait-for=5m" })
	class WithTextsAndPatience extends Settings {

		@Autowired
		private ApprovalTests.Payments payments;

		@Autowired
		private Approvals approvals;

		@Autowired
		private ApprovalStore store;

		@Test
		void textsAreThereWithoutSecrets() {
			JsonNode metadata = lookedUp();
			assertThat(metadata.path("output").path("text").asString()).contains("found", "***");
			assertThat(metadata.path("prompt").path("text").toString()).contains("look_up", "***");
		}

		private CompletableFuture<Void> pay(String account) {
			CompletableFuture<Void> result = new CompletableFuture<>();
			new Thread(() -> {
				try {
					AuditContext.runAs(Actor.user("jane"), () -> {
						this.payments.pay(account, 7);
						return null;
					});
					result.complete(null);
				}
				catch (Exception ex) {
					result.completeExceptionally(ex);
				}
			}).start();
			return result;
		}

		private UUID pending(String account) {
			UUID asked = await().atMost(Duration.ofMinutes(2))
				.until(() -> this.approvals.pending()
					.stream()
					.filter((each) -> each.arguments().contains(account))
					.map(Approval::id)
					.findFirst()
					.orElse(null), (id) -> id != null);
			// Its entry follows.
			await().atMost(Duration.ofMinutes(2))
				.until(() -> entries().stream().anyMatch((entry) -> asked.toString().equals(entry.get("target_id"))));
			return asked;
		}

		private void decide(UUID id, boolean granted) throws Exception {
			AuditContext.runAs(Actor.user("bob"),
					() -> granted ? this.approvals.grant(id, "It is due") : this.approvals.reject(id, "Not this one"));
		}

		private List<String> told() {
			return entries().stream().map((entry) -> entry.get("action") + " " + entry.get("outcome")).toList();
		}

		@Test
		void aCallWaitsUntilItIsGranted() throws Exception {
			CompletableFuture<Void> call = pay("W-1");
			UUID asked = pending("W-1");
			assertThat(call).isNotDone();
			decide(asked, true);
			assertThat(call).succeedsWithin(Duration.ofMinutes(2));
			assertThat(told()).containsExactly("approval.requested success", "approval.granted success",
					"invoice.pay success");
		}

		@Test
		void aCallWaitsUntilItIsRejected() throws Exception {
			CompletableFuture<Void> call = pay("W-2");
			decide(pending("W-2"), false);
			assertThat(call).failsWithin(Duration.ofMinutes(2))
				.withThrowableThat()
				.withCauseInstanceOf(ApprovalRejectedException.class);
			// The decision counts at once, and its entry follows.
			assertThat(told()).startsWith("approval.requested success")
				.containsExactlyInAnyOrder("approval.requested success", "approval.rejected success",
						"invoice.pay denied");
		}

		@Test
		void whoIsInterruptedIsRefused() throws Exception {
			CompletableFuture<Throwable> thrown = new CompletableFuture<>();
			Thread waiting = new Thread(() -> {
				try {
					AuditContext.runAs(Actor.user("jane"), () -> {
						this.payments.pay("W-4", 7);
						return null;
					});
				}
				catch (Exception ex) {
					thrown.complete(ex);
				}
			});
			waiting.start();
			pending("W-4");
			waiting.interrupt();
			assertThat(thrown).succeedsWithin(Duration.ofMinutes(2)).isInstanceOf(ApprovalRequiredException.class);
			assertThat(told()).containsExactly("approval.requested success", "invoice.pay denied");
		}

		@Test
		void whicheverOfTwoLikeRequestsIsGrantedCounts() throws Exception {
			CompletableFuture<Void> call = pay("W-3");
			Approval asked = this.store.find(pending("W-3")).orElseThrow();
			decide(asked.id(), false);
			assertThat(call).failsWithin(Duration.ofMinutes(2));
			// Asked at the same moment by another instance.
			UUID other = UUID.randomUUID();
			this.store.add(new Approval(other, asked.action(), asked.reason(), asked.arguments(), asked.digest(),
					asked.requester(), asked.agent(), asked.delegation(), asked.tenant(),
					asked.requestedAt().minusMillis(1), Approval.Status.PENDING, null, null));
			decide(other, true);
			assertThat(pay("W-3")).succeedsWithin(Duration.ofMinutes(2));
		}

	}

	@Nested
	@TestPropertySource(properties = "audit.ai.enabled=false")
	class WithoutEntries extends Settings {

		@Autowired
		@Qualifier("desk")
		private ChatClient agent;

		@Autowired
		private Approvals approvals;

		@Test
		void toolsNeedApprovalAllTheSame() throws Exception {
			String script = new Script().call("wipe", Map.of("disk", "sda")).toString();
			use(script);
			assertThat(told()).containsExactly("approval.requested");
			Approval asked = this.approvals.pending().get(0);
			assertThat(asked.requester()).isEqualTo("user/jane");
			assertThat(asked.agent()).isEqualTo("desk");
			AuditContext.runAs(Actor.user("bob"), () -> this.approvals.grant(asked.id(), "It is due"));
			use(script);
			use(script);
			assertThat(told()).containsExactly("approval.requested", "approval.granted", "approval.requested");
		}

		private void use(String script) throws Exception {
			AuditContext.runAs(Actor.user("jane"),
					() -> this.agent.prompt(script).tools(new ApprovalTests.DangerousTools()).call().content());
		}

		private List<Object> told() {
			return entries().stream().map((entry) -> entry.get("action")).toList();
		}

	}

	@Nested
	@TestPropertySource(properties = "audit.enabled=false")
	class SwitchedOff extends Unrecorded {

		@Autowired
		@Qualifier("desk")
		private ChatClient agent;

		@Autowired
		private ApprovalTests.Payments payments;

		@Test
		void whatNeedsApprovalIsRefused() {
			ApprovalTests.DangerousTools tools = new ApprovalTests.DangerousTools();
			this.agent.prompt(new Script().call("wipe", Map.of("disk", "sda")).toString())
				.tools(tools)
				.call()
				.content();
			assertThat(tools.wiped).isEmpty();
			assertThatExceptionOfType(ApprovalException.class).isThrownBy(() -> this.payments.pay("O-1", 7))
				.withMessageContaining("audit.enabled=false");
		}

	}

	@SpringBootTest(classes = { DeskApplication.class, ApprovalTests.Bank.class },
			webEnvironment = SpringBootTest.WebEnvironment.NONE,
			properties = { "spring.jpa.hibernate.ddl-auto=create", "spring.flyway.enabled=false",
					"spring.application.name=desk", "spring.ai.mcp.server.enabled=false",
					"spring.ai.mcp.client.enabled=false" })
	abstract static class Unrecorded {

	}

	/**
	 * What they share.
	 */
	@SpringBootTest(classes = { DeskApplication.class, ApprovalTests.Bank.class },
			webEnvironment = SpringBootTest.WebEnvironment.NONE,
			properties = { "spring.jpa.hibernate.ddl-auto=create", "spring.flyway.enabled=false",
					"spring.application.name=desk", "spring.ai.mcp.server.enabled=false",
					"spring.ai.mcp.client.enabled=false" })
	abstract static class Settings {

		@Autowired
		@Qualifier("desk")
		private ChatClient desk;

		@Autowired
		private DataSource dataSource;

		private AuditLog log;

		private int before;

		@BeforeEach
		void begin() {
			this.log = new AuditLog(this.dataSource);
			this.before = this.log.settled();
		}

		List<Map<String, Object>> entries() {
			this.log.settled();
			return this.log.entriesAfter(this.before);
		}

		JsonNode lookedUp() {
			this.desk.prompt(new Script().call("look_up", Map.of("mark", "password=swordfish A-1")).toString())
				.call()
				.content();
			assertThat(entries()).hasSize(1);
			assertThat(entries().toString()).doesNotContain("swordfish");
			return JSON.readTree((String) entries().get(0).get("metadata"));
		}

	}

}
