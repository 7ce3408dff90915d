package io.auditspring.intercept.internal.call;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.Outcome;
import io.auditspring.RequestContext;
import io.auditspring.Severity;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.StaticMessageSource;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.authentication.event.AuthenticationFailureBadCredentialsEvent;
import org.springframework.security.authentication.event.InteractiveAuthenticationSuccessEvent;
import org.springframework.security.authentication.event.LogoutSuccessEvent;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What is said of an entry that nobody gave a message, and how grave it is.
 */
class SentencesAndSeveritiesTests {

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private int before;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Host.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void count() {
		this.before = log.settled();
	}

	private List<Map<String, Object>> entries(int count) {
		return log.await(this.before + count).subList(this.before, this.before + count);
	}

	private Map<String, Object> entry() {
		return entries(1).get(0);
	}

	private static Devices devices() {
		return context.getBean(Devices.class);
	}

	private static AuditRecorder recorder() {
		return context.getBean(AuditRecorder.class);
	}

	@Test
	void aSuccessHasTheSeverityOfItsAnnotation() {
		devices().onboard("router-7");
		assertThat(entry()).containsEntry("severity", "info").containsEntry("message", "Device router-7 onboarded");
	}

	@Test
	void whateverFailsIsAnError() {
		assertThatExceptionOfType(DuplicateKeyException.class).isThrownBy(() -> devices().rename("router-7"));
		assertThat(entry()).containsEntry("severity", "error")
			.containsEntry("message", "Device router-7: rename failed");
	}

	@Test
	void aFailureThatIsSaidToBeWorseIsWorse() {
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> devices().wipe("router-7"));
		assertThat(entry()).containsEntry("severity", "critical").containsEntry("outcome", "failure");
	}

	@Test
	void whatIsDeniedIsAWarning() {
		assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(() -> devices().reboot("router-7"));
		assertThat(entry()).containsEntry("severity", "warning")
			.containsEntry("message", "Device router-7: reboot was refused");
	}

	@Test
	void aCallThatIsRolledBackIsAnErrorWithItsSentence() {
		TransactionTemplate transactions = context.getBean(TransactionTemplate.class);
		transactions.executeWithoutResult((status) -> {
			devices().onboard("router-8");
			status.setRollbackOnly();
		});
		assertThat(entry()).containsEntry("outcome", "failure")
			.containsEntry("severity", "error")
			.containsEntry("message", "Device router-8: onboard failed");
	}

	@Test
	void aRecordThatIsRolledBackIsAsGraveAsItSays() {
		TransactionTemplate transactions = context.getBean(TransactionTemplate.class);
		transactions.executeWithoutResult((status) -> {
			recorder().record(AuditRecord.action("backup.completed").failureSeverity(Severity.CRITICAL).build());
			recorder().record(AuditRecord.action("report.sent").severity(Severity.WARNING).build());
			status.setRollbackOnly();
		});
		assertThat(entries(2)).extracting("action", "outcome", "severity")
			.containsExactly(tuple("backup.completed", "failure", "critical"),
					tuple("report.sent", "failure", "error"));
	}

	@Test
	void recordsHaveTheSeverityOfTheirOutcomeUnlessTheySaySo() {
		for (Outcome outcome : Outcome.values()) {
			recorder().record(AuditRecord.action("backup.completed").outcome(outcome).build());
			recorder()
				.record(AuditRecord.action("backup.completed").outcome(outcome).severity(Severity.CRITICAL).build());
		}
		assertThat(entries(6)).extracting("severity", "message")
			.containsExactly(tuple("info", "Backup completed"), tuple("critical", "Backup completed"),
					tuple("error", "Backup: completed failed"), tuple("critical", "Backup: completed failed"),
					tuple("warning", "Backup: completed was refused"),
					tuple("critical", "Backup: completed was refused"));
	}

	@Test
	void signingInAndOutIsSaidInWords() {
		TestingAuthenticationToken jane = new TestingAuthenticationToken("jane", "n/a", "ROLE_USER");
		context.publishEvent(new InteractiveAuthenticationSuccessEvent(jane, getClass()));
		context.publishEvent(new LogoutSuccessEvent(jane));
		context.publishEvent(new AuthenticationFailureBadCredentialsEvent(
				UsernamePasswordAuthenticationToken.unauthenticated("joan", "swordfish"),
				new BadCredentialsException("Bad credentials")));
		assertThat(entries(3)).extracting("action", "severity", "message")
			.containsExactly(tuple("login", "info", "User jane signed in"),
					tuple("logout", "info", "User jane signed out"),
					tuple("login", "warning", "Somebody unknown could not sign in"));
	}

	@Test
	void whatAnOrderChangedIsSaidOfEachEntity() {
		long id = context.getBean(OrderService.class).create("A-1", BigDecimal.ONE).getId();
		context.getBean(OrderService.class).addLine(id, "pen");
		assertThat(entries(4)).extracting((entry) -> ((String) entry.get("message")).replaceAll(" \\d+ ", " ? "))
			.containsExactlyInAnyOrder("Order A-1 created by system", "Order added line", "OrderLine ? created",
					"PurchaseOrder ? updated");
	}

	@Test
	void theApplicationsOwnMessageGoesBeforeTheCatalogue() {
		recorder().record(AuditRecord.action("door.open").target("Door", 7).actor(Actor.user("jane", "Jane")).build());
		assertThat(entry()).containsEntry("message", "The door Door 7 was opened by User Jane");
	}

	@Test
	void secretsThatAreMaskedInTheEntryAreMaskedInItsSentence() {
		recorder().record(AuditRecord.action("key.rotate").target("Key", 7).targetName("token=4711").build());
		assertThat((String) entry().get("message")).isEqualTo("Key token=*** rotated");
	}

	@Test
	void aBlankMessageIsNone() {
		recorder().record(AuditRecord.action("key.rotate").message(" ").delivery(Delivery.ASYNC).build());
		assertThat(entry()).containsEntry("message", "Key rotated");
	}

	@Test
	void whatHappenedElsewhereIsStatedAndMarked() {
		recorder().record(AuditRecord.action("ticket.closed")
			.request(RequestContext.from("192.0.2.7")
				.withUserAgent("Import")
				.withSessionId("s-1")
				.withDeviceFingerprint("d-1"))
			.build());
		recorder().record(AuditRecord.action("ticket.closed").build());
		assertThat(entries(2)).extracting("ip", "user_agent", "device_fingerprint", "metadata")
			.containsExactly(tuple("192.0.2.7", "Import", "d-1", "{\"stated\": [\"request\"]}"),
					tuple(null, null, null, null));
		assertThat(log.entries().get(this.before).get("session_id")).asString().hasSize(32).isNotEqualTo("s-1");
	}

	@Test
	void whatAThingWasLikeElsewhereIsStatedAndMarkedAndMasked() {
		Map<String, Object> after = new HashMap<>(Map.of("state", "closed", "owner", "jane", "password", "new"));
		recorder().record(AuditRecord.action("ticket.closed")
			.target("Ticket", 8)
			.before(Map.of("state", "open", "owner", "jane", "password", "old"))
			.after(after)
			.metadata("table", "audit_logs")
			.build());
		after.put("state", "changed by whoever has the map");
		recorder().record(AuditRecord.action("ticket.made").target("Ticket", 9).after(Map.of()).build());
		entries(2);
		AuditTrail trail = context.getBean(AuditTrail.class);
		AuditEntry closed = trail.trail("Ticket", 8).getContent().get(0);
		assertThat(closed.getBefore()).isEqualTo(Map.of("state", "open", "owner", "jane", "password", "***"));
		assertThat(closed.getAfter()).isEqualTo(Map.of("state", "closed", "owner", "jane", "password", "***"));
		assertThat(closed.getChanges()).isEqualTo(Map.of("state", Map.of("from", "open", "to", "closed"), "password",
				Map.of("from", "***", "to", "***")));
		assertThat(closed.getMetadata()).isEqualTo(Map.of("table", "audit_logs", "stated", List.of("state")));
		AuditEntry made = trail.trail("Ticket", 9).getContent().get(0);
		assertThat(made.getBefore()).isNull();
		assertThat(made.getAfter()).isEmpty();
		assertThat(made.getChanges()).isNull();
		assertThat(trail.stateAt("Ticket", 8, Instant.now())).isEmpty();
		assertThat(trail.verify().valid()).isTrue();
	}

	@Test
	void allThatWentWrongIsFoundByItsSeverity() {
		AuditTrail trail = context.getBean(AuditTrail.class);
		assertThat(trail.find(AuditQuery.all().severityAtLeast(Severity.WARNING).limit(1000)))
			.extracting((entry) -> entry.getId())
			.containsExactlyElementsOf(trail.find(AuditQuery.all().limit(1000))
				.stream()
				.filter((entry) -> entry.getSeverity() != Severity.INFO)
				.map((entry) -> entry.getId())
				.toList());
		assertThat(trail.find(AuditQuery.all().limit(1000)))
			.filteredOn((entry) -> entry.getOutcome() != Outcome.SUCCESS)
			.allSatisfy((entry) -> assertThat(entry.getSeverity()).isGreaterThanOrEqualTo(Severity.WARNING));
	}

	@Configuration(proxyBeanMethods = false)
	@Import(ShopConfiguration.class)
	static class Host {

		@Bean
		Devices devices() {
			return new Devices();
		}

		@Bean
		StaticMessageSource messageSource() {
			StaticMessageSource messages = new StaticMessageSource();
			messages.addMessage("audit.sentence.door.open", Locale.ENGLISH, "The door {1} was opened by {0}");
			return messages;
		}

	}

	static class Devices {

		@Audited(action = "device.onboard", targetType = "Device", targetId = "#name")
		public void onboard(String name) {
		}

		@Audited(action = "device.rename", targetType = "Device", targetId = "#name", severity = Severity.CRITICAL)
		public void rename(String name) {
			throw new DuplicateKeyException("There is one");
		}

		@Audited(action = "device.wipe", targetType = "Device", targetId = "#name", failureSeverity = Severity.CRITICAL)
		public void wipe(String name) {
			AuditContext.current().metadata("begun", true);
			throw new IllegalStateException();
		}

		@Audited(action = "device.reboot", targetType = "Device", targetId = "#name",
				failureSeverity = Severity.CRITICAL)
		public void reboot(String name) {
			throw new AccessDeniedException("no");
		}

	}

}
