package io.auditspring.security;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditLog;
import io.auditspring.AuthenticationEvents;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAuthenticationAutoConfiguration;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.autoconfigure.AuditSecurityAutoConfiguration;
import io.auditspring.autoconfigure.AuditSecurityEventsAutoConfiguration;
import io.auditspring.autoconfigure.AuditServletAutoConfiguration;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.authentication.event.AuthenticationFailureLockedEvent;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * However many logins fail, all of them are told of, in few entries and little memory.
 */
class FailedLoginsTests {

	private static final String ATTACKER = "203.0.113.66";

	private final DataSource database = ShopConfiguration.pool(TestDatabase.migrated());

	private final AuditLog log = new AuditLog(this.database);

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class, AuditServletAutoConfiguration.class,
				AuditSecurityAutoConfiguration.class, AuditAuthenticationAutoConfiguration.class,
				AuditSecurityEventsAutoConfiguration.class))
		.withBean(DataSource.class, () -> this.database, (bean) -> bean.setDestroyMethodName(""));

	@AfterEach
	void endRequest() {
		RequestContextHolder.resetRequestAttributes();
	}

	/** The application found the user, as the provider tells that is thrown from. */
	private static void fail(ApplicationEventPublisher events, String address, String name) {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.setRemoteAddr(address);
		RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(request));
		events.publishEvent(new AuthenticationFailureLockedEvent(
				UsernamePasswordAuthenticationToken.unauthenticated(name, "guess"), new LockedException("Locked")));
	}

	private static void fail(ApplicationEventPublisher events, String address, String name, int times) {
		for (int i = 0; i < times; i++) {
			fail(events, address, name + i);
		}
	}

	private List<Map<String, Object>> floods() {
		return this.log.jdbc().queryForList("""
				select action, category, severity, outcome, actor_id, host(ip_address) as ip,
					(metadata ->> 'attempts')::bigint as attempts,
					jsonb_array_length(metadata -> 'names') as names,
					(metadata ->> 'attemptsWithOtherNames')::bigint as unnamed, metadata::text
				from audit.audit_log
				where action = 'login.flood'
				order by seq
				""");
	}

	private long told() {
		Long single = this.log.jdbc()
			.queryForObject("select count(*) from audit.audit_log where action = 'login'", Long.class);
		return single + floods().stream().mapToLong((flood) -> (Long) flood.get("attempts")).sum();
	}

	@Test
	void thoseBeyondTheLimitAreCountedInOneEntry() {
		this.runner.withPropertyValues("audit.security.failed-login-limit=3").run((context) -> {
			fail(context, ATTACKER, "victim", 30);
			fail(context, "198.51.100.7", "clumsy", 2);
			context.getBean(FailedLogins.class).endMinute();
			this.log.await(3 + 2 + 1);
			assertThat(told()).isEqualTo(32);
			assertThat(floods()).singleElement()
				.satisfies((flood) -> assertThat(flood).containsEntry("category", "authentication")
					.containsEntry("severity", "error")
					.containsEntry("outcome", "failure")
					.containsEntry("actor_id", "unknown")
					.containsEntry("ip", ATTACKER)
					.containsEntry("attempts", 27L)
					.containsEntry("names", 20)
					.containsEntry("unnamed", 7L));
			assertThat((String) floods().get(0).get("metadata")).contains("\"victim3\"").doesNotContain("guess");
		});
	}

	@Test
	void everyMinuteHasALimitOfItsOwn() {
		this.runner.withPropertyValues("audit.security.failed-login-limit=2").run((context) -> {
			fail(context, ATTACKER, "victim", 3);
			context.getBean(FailedLogins.class).endMinute();
			fail(context, ATTACKER, "victim", 2);
			context.getBean(FailedLogins.class).endMinute();
			this.log.await(2 + 1 + 2);
			assertThat(told()).isEqualTo(5);
		});
	}

	@Test
	void aStopForgetsNothing() {
		this.runner.withPropertyValues("audit.security.failed-login-limit=1")
			.run((context) -> fail(context, ATTACKER, "victim", 5));
		assertThat(told()).isEqualTo(5);
		assertThat(floods()).hasSize(1);
	}

	@Test
	void addressesWithoutEndTakeNoMemoryWithoutEnd() {
		this.runner.withPropertyValues("audit.security.failed-login-limit=0").run((context) -> {
			for (int i = 0; i < 10_000; i++) {
				fail(context, "10.1.%d.%d".formatted(i / 250, i % 250), "n".repeat(10_000) + i);
			}
			context.getBean(FailedLogins.class).endMinute();
			this.log.await(FailedLogins.MAX_ADDRESSES + 1);
			assertThat(told()).isEqualTo(10_000);
			assertThat(floods()).allSatisfy((flood) -> assertThat((Integer) flood.get("names")).isBetween(1, 20));
			assertThat(floods()).filteredOn((flood) -> flood.get("ip") == null)
				.singleElement()
				.satisfies((flood) -> assertThat(flood).containsEntry("attempts", 9000L));
			assertThat(floods())
				.allSatisfy((flood) -> assertThat((String) flood.get("metadata")).hasSizeLessThan(3000));
		});
	}

	@Test
	void addressesWithoutEndLeaveNoEntriesWithoutEnd() {
		this.runner.withPropertyValues("audit.security.failed-login-limit=2").run((context) -> {
			for (int i = 0; i < 1000; i++) {
				fail(context, "10.2.%d.%d".formatted(i / 250, i % 250), "victim");
			}
			context.getBean(FailedLogins.class).endMinute();
			this.log.await(100 + 900);
			assertThat(floods()).hasSize(900);
			assertThat(told()).isEqualTo(1000);
		});
	}

	@Test
	void namesBeyondTheLimitAreNotToldEitherWhereTheyMayBeAnything() {
		this.runner.withPropertyValues("audit.security.failed-login-limit=0").run((context) -> {
			AuthenticationEvents events = context.getBean(AuthenticationEvents.class);
			events.failed("correct horse", "no such user");
			events.failed("correct horse", "no such user");
			events.failed(Actor.user("jane"), "wrong password");
			context.getBean(FailedLogins.class).endMinute();
			this.log.await(1);
			assertThat((String) floods().get(0).get("metadata")).doesNotContain("horse")
				.containsPattern("\"names\": \\[\"hmac:[0-9a-f]{32}\", \"jane\"]");
		});
	}

	@Test
	void manyAtOnceAreAllCounted() {
		this.runner.withPropertyValues("audit.security.failed-login-limit=5").run((context) -> {
			ExecutorService attackers = Executors.newFixedThreadPool(4);
			List<Future<?>> attacks = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				attacks.add(attackers.submit(() -> fail(context, ATTACKER, "victim", 200)));
			}
			for (Future<?> attack : attacks) {
				context.getBean(FailedLogins.class).endMinute();
				attack.get();
			}
			attackers.shutdown();
			context.getBean(FailedLogins.class).endMinute();
		});
		assertThat(told()).isEqualTo(800);
	}

	@Test
	void aDatabaseThatTakesNothingBreaksNoLoginAndIsToldLater() {
		this.runner.run((context) -> {
			this.log.jdbc().execute("alter table audit.audit_outbox rename to elsewhere");
			fail(context, ATTACKER, "victim", 3);
			context.getBean(FailedLogins.class).endMinute();
			this.log.jdbc().execute("alter table audit.elsewhere rename to audit_outbox");
			fail(context, ATTACKER, "victim", 1);
			context.getBean(FailedLogins.class).endMinute();
			this.log.await(4);
			assertThat(told()).isEqualTo(4);
			assertThat(floods()).isEmpty();
		});
	}

	@Test
	void aLimitBelowNothingIsRefused() {
		this.runner.withPropertyValues("audit.security.failed-login-limit=-1")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessage("audit.security.failed-login-limit takes a number of 0 or more, not -1"));
	}

	@Test
	void theEventsCanBeSwitchedOff() {
		this.runner.withPropertyValues("audit.security.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(SecurityRecorder.class)
				.doesNotHaveBean(SignIns.class)
				.doesNotHaveBean("auditAuthorizationEventPublisher"));
	}

}
