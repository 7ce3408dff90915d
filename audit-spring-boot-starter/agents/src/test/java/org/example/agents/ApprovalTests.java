package org.example.agents;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.Approval;
import io.auditspring.ApprovalException;
import io.auditspring.ApprovalPolicy;
import io.auditspring.ApprovalRejectedException;
import io.auditspring.ApprovalRequiredException;
import io.auditspring.ApprovalStore;
import io.auditspring.Approvals;
import io.auditspring.AuditContext;
import io.auditspring.AuditDeliveryException;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.RequiresApproval;
import io.auditspring.Sensitive;
import io.auditspring.TenantResolver;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.tool.annotation.Tool;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Calls and tools that need the approval of a person.
 */
@SpringBootTest(classes = { DeskApplication.class, ApprovalTests.Bank.class },
		webEnvironment = SpringBootTest.WebEnvironment.NONE,
		properties = { "spring.jpa.hibernate.ddl-auto=create", "spring.flyway.enabled=false",
				"spring.application.name=desk", "spring.ai.mcp.server.enabled=false",
				"spring.ai.mcp.client.enabled=false" })
class ApprovalTests {

	private static final Actor JANE = Actor.user("jane");

	@Autowired
	private Payments payments;

	@Autowired
	private Approvals approvals;

	@Autowired
	private ApprovalStore store;

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
		Payments.PAID.set(0);
	}

	private List<Map<String, Object>> entries(String action) {
		this.log.settled();
		return this.log.entriesAfter(this.before)
			.stream()
			.filter((entry) -> entry.get("action").equals(action))
			.toList();
	}

	private void pay(Actor actor, String account, int amount) throws Exception {
		AuditContext.runAs(actor, () -> {
			this.payments.pay(account, amount);
			return null;
		});
	}

	private UUID asked(Actor actor, String account, int amount) {
		ApprovalRequiredException[] thrown = new ApprovalRequiredException[1];
		assertThatExceptionOfType(ApprovalRequiredException.class).isThrownBy(() -> pay(actor, account, amount))
			.satisfies((ex) -> thrown[0] = ex);
		return thrown[0].approval();
	}

	private Approval decide(Actor actor, UUID id, boolean granted) throws Exception {
		return AuditContext.runAs(actor,
				() -> granted ? this.approvals.grant(id, "It is due") : this.approvals.reject(id, "Not this one"));
	}

	@Test
	void whatWasGrantedIsDoneOnce() throws Exception {
		UUID id = asked(JANE, "A-1", 10);
		assertThat(asked(JANE, "A-1", 10)).as("the same request").isEqualTo(id);
		assertThat(entries("approval.requested")).singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("outcome", "success")
				.containsEntry("actor_id", "jane")
				.containsEntry("target_id", id.toString()));
		assertThat(this.approvals.pending()).extracting(Approval::id).contains(id);
		assertThat(decide(Actor.user("bob"), id, true).status()).isEqualTo(Approval.Status.GRANTED);
		pay(JANE, "A-1", 10);
		assertThat(Payments.PAID).hasValue(10);
		assertThat(this.store.find(id)).get().extracting(Approval::status).isEqualTo(Approval.Status.USED);
		assertThat(entries("approval.granted")).singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("actor_id", "bob")
				.containsEntry("justification", "It is due"));
		List<Map<String, Object>> calls = entries("invoice.pay");
		assertThat(calls).extracting((entry) -> entry.get("outcome")).containsExactly("denied", "denied", "success");
		assertThat((String) calls.get(2).get("related")).contains(id.toString(), "\"type\": \"Approval\"");
		assertThat(asked(JANE, "A-1", 10)).as("another request").isNotEqualTo(id);
	}

	@Test
	void otherArgumentsAndOtherPeopleDoNotPass() throws Exception {
		UUID id = asked(JANE, "B-1", 10);
		decide(Actor.user("bob"), id, true);
		assertThat(asked(JANE, "B-1", 1000)).isNotEqualTo(id);
		assertThat(asked(JANE, "B-2", 10)).isNotEqualTo(id);
		assertThat(asked(Actor.user("carol"), "B-1", 10)).isNotEqualTo(id);
		assertThat(Payments.PAID).hasValue(0);
	}

	@Test
	void whatWasGrantedInOneTenantDoesNotPassInAnother() throws Exception {
		Bank.TENANT.set("acme");
		try {
			UUID id = asked(JANE, "B-9", 10);
			assertThat(this.store.find(id)).get().extracting(Approval::tenant).isEqualTo("acme");
			decide(Actor.user("bob"), id, true);
			Bank.TENANT.set("umbrella");
			assertThat(asked(JANE, "B-9", 10)).isNotEqualTo(id);
			Bank.TENANT.remove();
			assertThat(asked(JANE, "B-9", 10)).isNotEqualTo(id);
			assertThat(Payments.PAID).hasValue(0);
			Bank.TENANT.set("acme");
			pay(JANE, "B-9", 10);
		}
		finally {
			Bank.TENANT.remove();
		}
		assertThat(Payments.PAID).hasValue(10);
	}

	/** An approval of one would be that of all. */
	@Test
	void whoIsToldFromNobodyElseNeitherAsksNorDecides() {
		Actor unknown = Actor.user("unknown", "com.example.Person");
		assertThatExceptionOfType(ApprovalException.class).isThrownBy(() -> pay(unknown, "B-8", 10))
			.withMessageContaining("audit.actor.id-property");
		UUID id = asked(JANE, "B-8", 10);
		assertThatExceptionOfType(ApprovalException.class).isThrownBy(() -> decide(unknown, id, true));
		assertThat(this.store.find(id)).get().extracting(Approval::status).isEqualTo(Approval.Status.PENDING);
	}

	@Test
	void nobodyDecidesOnTheirOwnRequestAndNoMachineDoes() {
		UUID id = asked(JANE, "C-1", 10);
		for (Actor actor : List.of(JANE, Actor.system(), Actor.agent("bot", null), Actor.apiKey("k", null),
				Actor.user("bob").delegatedTo("bot"))) {
			assertThatExceptionOfType(ApprovalException.class).isThrownBy(() -> decide(actor, id, true));
		}
		assertThat(this.store.find(id)).get().extracting(Approval::status).isEqualTo(Approval.Status.PENDING);
		assertThat(entries("approval.granted")).hasSize(5)
			.allSatisfy((entry) -> assertThat(entry).containsEntry("outcome", "denied"));
	}

	/** Whoever really acts is no other person, by whatever name they ask. */
	@Test
	void whoeverActsForWhoAsksDoesNotDecide() throws Exception {
		UUID impersonated = asked(Actor.user("bob").impersonatedBy("admin"), "C-2", 10);
		assertThat(this.store.find(impersonated)).get().extracting(Approval::delegation).isEqualTo(List.of("admin"));
		UUID delegated = asked(Actor.user("bob").impersonatedBy("admin").delegatedTo("bot"), "C-3", 10);
		assertThat(this.store.find(delegated)).get()
			.extracting(Approval::delegation)
			.isEqualTo(List.of("bot", "admin"));
		for (UUID id : List.of(impersonated, delegated)) {
			for (String name : List.of("bob", "admin", "Bob", "ADMIN")) {
				assertThatExceptionOfType(ApprovalException.class).isThrownBy(() -> decide(Actor.user(name), id, true));
			}
			assertThat(decide(Actor.user("carol"), id, true).status()).isEqualTo(Approval.Status.GRANTED);
		}
		assertThat(entries("approval.granted")).hasSize(10);
	}

	@Test
	void anotherObjectWithTheSameJsonDoesNotPass() throws Exception {
		assertThatExceptionOfType(ApprovalRequiredException.class)
			.isThrownBy(() -> AuditContext.runAs(JANE, () -> this.payments.order(new Order(10))));
		Approval asked = this.approvals.pending()
			.stream()
			.filter((approval) -> approval.action().endsWith("Payments.order"))
			.findFirst()
			.orElseThrow();
		decide(Actor.user("bob"), asked.id(), true);
		assertThatExceptionOfType(ApprovalRequiredException.class)
			.isThrownBy(() -> AuditContext.runAs(JANE, () -> this.payments.order(new Order(1_000_000))));
		AuditContext.runAs(JANE, () -> this.payments.order(new Order(10)));
		assertThat(Payments.PAID).hasValue(10);
	}

	@Test
	void whatWasRejectedIsRefused() throws Exception {
		UUID id = asked(JANE, "D-1", 10);
		decide(Actor.user("bob"), id, false);
		assertThatExceptionOfType(ApprovalRejectedException.class).isThrownBy(() -> pay(JANE, "D-1", 10));
		assertThatExceptionOfType(ApprovalException.class).isThrownBy(() -> decide(Actor.user("carol"), id, true))
			.withMessageContaining("decided already");
		assertThat(entries("approval.rejected")).hasSize(1);
		assertThat(Payments.PAID).hasValue(0);
	}

	@Test
	void ofManyWhoUseAnApprovalOneSucceeds() throws Exception {
		UUID id = asked(JANE, "E-1", 1);
		decide(Actor.user("bob"), id, true);
		List<CompletableFuture<Void>> calls = Stream.generate(() -> CompletableFuture.runAsync(() -> {
			try {
				pay(JANE, "E-1", 1);
			}
			catch (ApprovalRequiredException ex) {
				// As it should be.
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		})).limit(8).toList();
		CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).join();
		assertThat(Payments.PAID).hasValue(1);
	}

	@Test
	void aRequestOutlivesTheTransactionThatItUndoes() {
		assertThatExceptionOfType(ApprovalRequiredException.class)
			.isThrownBy(() -> AuditContext.runAs(JANE, () -> this.payments.payAll("F-1")));
		assertThat(this.approvals.pending()).anyMatch((approval) -> approval.arguments().contains("F-1"));
		assertThat(entries("approval.requested")).singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("outcome", "success"));
	}

	@Test
	void nothingIsGrantedWithoutAnEntry() throws Exception {
		UUID id = asked(JANE, "A-9", 10);
		JdbcTemplate jdbc = new JdbcTemplate(this.dataSource);
		this.log.settled();
		jdbc.execute("alter table audit.audit_outbox rename to audit_outbox_away");
		try {
			assertThatExceptionOfType(AuditDeliveryException.class)
				.isThrownBy(() -> decide(Actor.user("bob"), id, true));
		}
		finally {
			jdbc.execute("alter table audit.audit_outbox_away rename to audit_outbox");
		}
		// What could not be staged is tried again in the background.
		await().atMost(Duration.ofMinutes(2)).until(() -> !entries("approval.granted").isEmpty());
		assertThat(this.store.find(id)).get().extracting(Approval::status).isEqualTo(Approval.Status.PENDING);
		assertThat(decide(Actor.user("bob"), id, true).status()).isEqualTo(Approval.Status.GRANTED);
		assertThat(entries("approval.granted")).extracting((entry) -> entry.get("outcome"))
			.containsExactly("failure", "success");
	}

	@Test
	void noSecretIsShownToWhoDecides() {
		assertThatExceptionOfType(ApprovalRequiredException.class)
			.isThrownBy(() -> AuditContext.runAs(JANE, () -> this.payments.open("G-1", "swordfish")));
		assertThatExceptionOfType(ApprovalRequiredException.class)
			.isThrownBy(() -> AuditContext.runAs(JANE, () -> this.payments.open("G-1", "other")));
		assertThat(this.approvals.pending()).filteredOn((approval) -> approval.arguments().contains("G-1"))
			.hasSize(2)
			.allSatisfy((approval) -> assertThat(approval.arguments()).doesNotContain("swordfish"));
		assertThat(this.log.entriesAfter(this.before).toString()).doesNotContain("swordfish");
	}

	@Test
	void noArgumentThatIsMarkedIsShownToWhoDecides() {
		for (String combination : List.of("12-34-56", "65-43-21")) {
			assertThatExceptionOfType(ApprovalRequiredException.class)
				.isThrownBy(() -> AuditContext.runAs(JANE, () -> this.payments.unlock("G-2", combination)));
		}
		assertThat(this.approvals.pending()).filteredOn((approval) -> approval.arguments().contains("G-2"))
			.hasSize(2)
			.allSatisfy((approval) -> assertThat(approval.arguments()).doesNotContain("12-34-56"));
		this.log.settled();
		assertThat(this.log.entriesAfter(this.before).toString()).doesNotContain("12-34-56");
	}

	@Test
	void noArgumentOfAToolThatIsMarkedIsShown() throws Exception {
		String script = new Script().call("unlock", Map.of("safe", "G-3", "combination", "12-34-56")).toString();
		AuditContext.runAs(JANE, () -> this.desk.prompt(script).tools(new DangerousTools()).call().content());
		assertThat(entries("tool.unlock")).singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("outcome", "denied"));
		assertThat(this.approvals.pending()).filteredOn((approval) -> approval.action().equals("tool.unlock"))
			.singleElement()
			.satisfies((approval) -> assertThat(approval.arguments()).contains("G-3").doesNotContain("12-34-56"));
		assertThat(this.log.entriesAfter(this.before).toString()).doesNotContain("12-34-56");
	}

	/** Which does not ask for it. */
	@Test
	void aToolBehindSomebodyElsesProxyNeedsApproval() throws Exception {
		ProxyFactory proxy = new ProxyFactory(new DangerousTools());
		proxy.setProxyTargetClass(true);
		Object tools = proxy.getProxy();
		String script = new Script().call("wipe", Map.of("disk", "sdb")).toString();
		AuditContext.runAs(JANE, () -> this.desk.prompt(script).tools(tools).call().content());
		assertThat(entries("tool.wipe")).singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("outcome", "denied"));
	}

	@Test
	void aToolThatNeedsApproval() throws Exception {
		String script = new Script().call("wipe", Map.of("disk", "sda")).toString();
		AuditContext.runAs(JANE, () -> this.desk.prompt(script).tools(new DangerousTools()).call().content());
		assertThat(entries("tool.wipe")).singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("outcome", "denied"));
		Approval asked = this.approvals.pending()
			.stream()
			.filter((approval) -> approval.action().equals("tool.wipe"))
			.findFirst()
			.orElseThrow();
		assertThat(asked.agent()).isEqualTo("desk");
		assertThat(asked.delegation()).containsExactly("desk");
		assertThat(asked.requester()).isEqualTo("user/jane");
		assertThat(asked.reason()).isEqualTo("Nothing comes back");
		decide(Actor.user("bob"), asked.id(), true);
		AuditContext.runAs(JANE, () -> this.desk.prompt(script).tools(new DangerousTools()).call().content());
		assertThat(entries("tool.wipe")).hasSize(2);
		assertThat(entries("tool.wipe").get(1)).containsEntry("outcome", "success");
		assertThat((String) entries("tool.wipe").get(1).get("related")).contains(asked.id().toString());
	}

	@Test
	void aPolicyMayAskForApproval() throws Exception {
		AuditContext
			.runAs(JANE,
					() -> this.desk.prompt(new Script().call("look_up", Map.of("mark", "secret-file"))
						.call("look_up", Map.of("mark", "file"))
						.toString()).call().content());
		assertThat(entries("tool.look_up")).extracting((entry) -> entry.get("outcome"))
			.containsExactly("denied", "success");
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Bank {

		static final ThreadLocal<String> TENANT = new ThreadLocal<>();

		@Bean
		TenantResolver tenants() {
			return TENANT::get;
		}

		@Bean
		Payments payments() {
			return new Payments();
		}

		@Bean
		ApprovalPolicy policy() {
			return (action, arguments) -> action.equals("tool.look_up") && "secret-file".equals(arguments.get("mark"));
		}

	}

	static class Payments {

		static final AtomicInteger PAID = new AtomicInteger();

		@Autowired
		@Lazy
		private Payments self;

		@Audited(action = "invoice.pay", targetType = "Account", targetId = "#account")
		@RequiresApproval("More than pocket money")
		@Transactional
		public void pay(String account, int amount) {
			PAID.addAndGet(amount);
		}

		@Transactional
		public Void payAll(String account) {
			this.self.pay(account, 5);
			return null;
		}

		@RequiresApproval
		public Void open(String safe, String password) {
			return null;
		}

		@RequiresApproval
		public Void unlock(String safe, @Sensitive String combination) {
			return null;
		}

		@RequiresApproval
		public Void order(Order order) {
			PAID.addAndGet(order.amount());
			return null;
		}

	}

	/** Jackson finds nothing in it. */
	static class Order {

		private final int amount;

		Order(int amount) {
			this.amount = amount;
		}

		int amount() {
			return this.amount;
		}

	}

	/** No bean: nothing is around it. */
	static class DangerousTools {

		final List<String> wiped = new CopyOnWriteArrayList<>();

		@Tool(name = "wipe", description = "Wipes a disk")
		@RequiresApproval("Nothing comes back")
		String wipe(String disk) {
			this.wiped.add(disk);
			return "wiped";
		}

		@Tool(name = "unlock", description = "Opens a safe")
		@RequiresApproval
		String unlock(String safe, @Sensitive String combination) {
			return "open";
		}

	}

}
