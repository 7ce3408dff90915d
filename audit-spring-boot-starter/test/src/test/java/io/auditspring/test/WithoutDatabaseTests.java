package io.auditspring.test;

import io.auditspring.Actor;
import io.auditspring.ApprovalRequiredException;
import io.auditspring.Approvals;
import io.auditspring.AuditContext;
import io.auditspring.Audited;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Outcome;
import io.auditspring.RequiresApproval;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

/**
 * Tests of what is in front of the database, which have none.
 */
class WithoutDatabaseTests {

	@Nested
	@AuditTest
	@WebMvcTest(Desk.class)
	@ContextConfiguration(classes = Shop.class)
	class InASliceOfWebMvc {

		@Autowired
		private MockMvc mvc;

		@Autowired
		private RecordedEntries trail;

		@Test
		void whatAControllerRecordsIsSeen() throws Exception {
			this.mvc.perform(post("/orders/7/open")).andExpect(status().isOk());
			assertThat(this.trail).hasEntries(2);
			assertThat(this.trail).hasEntry()
				.doing("order.open")
				.on("Order", 7)
				.withOutcome(Outcome.SUCCESS)
				.that("came by the web", (entry) -> "127.0.0.1".equals(entry.ipAddress()));
			assertThat(this.trail).hasEntry().doing("order.opened");
		}

	}

	@Nested
	@SpringBootTest(classes = Shop.class, webEnvironment = WebEnvironment.NONE,
			properties = { "audit.test.in-memory=true", "spring.flyway.enabled=false" })
	class WhereTheTestSaysSo {

		@Autowired
		private Desk desk;

		@Autowired
		private Approvals approvals;

		@Test
		void theApplicationStarts() {
			assertThat(this.desk.open(7)).isEqualTo("open");
		}

		@Test
		void whatNeedsApprovalIsApprovedInMemory() throws Exception {
			Actor jane = Actor.user("jane");
			ApprovalRequiredException[] asked = new ApprovalRequiredException[1];
			assertThatExceptionOfType(ApprovalRequiredException.class)
				.isThrownBy(() -> AuditContext.runAs(jane, () -> this.desk.close(7)))
				.satisfies((ex) -> asked[0] = ex);
			assertThatExceptionOfType(ApprovalRequiredException.class)
				.isThrownBy(() -> AuditContext.runAs(jane, () -> this.desk.close(8)));
			assertThat(this.approvals.pending()).hasSize(2);
			assertThat(this.approvals.pending(asked[0].approval())).hasSize(1);
			AuditContext.runAs(Actor.user("bob"), () -> this.approvals.grant(asked[0].approval(), "It is due"));
			assertThat(AuditContext.runAs(jane, () -> this.desk.close(7))).isEqualTo("closed");
			assertThatExceptionOfType(ApprovalRequiredException.class)
				.isThrownBy(() -> AuditContext.runAs(jane, () -> this.desk.close(7)));
		}

	}

	@Test
	void otherwiseNothingMayBeLost() {
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> new SpringApplicationBuilder(Shop.class).web(WebApplicationType.NONE)
				.properties("spring.main.banner-mode=off", "spring.flyway.enabled=false")
				.run())
			.withStackTraceContaining("No qualifying bean of type 'io.auditspring.AuditRecorder'");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(exclude = { DataSourceAutoConfiguration.class, HibernateJpaAutoConfiguration.class })
	@Import(Desk.class)
	static class Shop {

	}

	@RestController
	static class Desk {

		private final AuditRecorder recorder;

		Desk(AuditRecorder recorder) {
			this.recorder = recorder;
		}

		@PostMapping("/orders/{id}/open")
		@Audited(action = "order.open", targetType = "Order", targetId = "#id")
		public String open(@PathVariable("id") long id) {
			this.recorder.record(AuditRecord.action("order.opened").build());
			return "open";
		}

		@RequiresApproval
		public String close(long id) {
			return "closed";
		}

	}

}
