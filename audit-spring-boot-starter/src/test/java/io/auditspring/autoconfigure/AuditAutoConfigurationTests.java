package io.auditspring.autoconfigure;

import java.util.Optional;

import javax.sql.DataSource;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.TestDatabase;
import io.auditspring.capture.ActorSource;
import io.auditspring.capture.AuditorAwareActorSource;
import io.auditspring.capture.RequestDetails;
import io.auditspring.capture.RequestSource;
import io.auditspring.capture.SecurityActorSource;
import io.auditspring.capture.ServletActorSource;
import io.auditspring.delivery.Relay;
import io.auditspring.intercept.AuditAdvisingPostProcessor;
import org.hibernate.envers.boot.internal.EnversService;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.data.domain.AuditorAware;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.core.Authentication;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which parts are there when.
 */
class AuditAutoConfigurationTests {

	private static final AutoConfigurations ALL = AutoConfigurations.of(AuditAutoConfiguration.class,
			AuditDisabledAutoConfiguration.class, AuditEnversAutoConfiguration.class, AuditGeoAutoConfiguration.class,
			AuditSecurityAutoConfiguration.class, AuditServletAutoConfiguration.class);

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(ALL)
		.withBean(DataSource.class, TestDatabase::newDatabase);

	@Test
	void auditsWhereThereIsADataSource() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(Relay.class).hasSingleBean(AuditRecorder.class));
	}

	@Test
	void backsOffWithoutDataSource() {
		new ApplicationContextRunner().withConfiguration(ALL)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(Relay.class)
				.doesNotHaveBean(AuditAdvisingPostProcessor.class));
	}

	@Test
	void switchedOffItTouchesNothingButCanStillBeInjected() {
		this.runner.withPropertyValues("audit.enabled=false").run((context) -> {
			assertThat(context).doesNotHaveBean(AuditAdvisingPostProcessor.class)
				.doesNotHaveBean(Relay.class)
				.doesNotHaveBean(ActorSource.class);
			context.getBean(AuditRecorder.class).record(AuditRecord.action("ignored").build());
			assertThat(new JdbcTemplate(context.getBean(DataSource.class))
				.queryForObject("select count(*) from pg_namespace where nspname = 'audit'", Long.class)).isZero();
		});
	}

	@Test
	void theApplicationsOwnRecorderTakesTheBuiltInOnesPlace() {
		AuditRecorder own = (record) -> {
		};
		this.runner.withBean(AuditRecorder.class, () -> own)
			.run((context) -> assertThat(context.getBean(AuditRecorder.class)).isSameAs(own));
	}

	@Test
	void aServletApplicationHasARequest() {
		new WebApplicationContextRunner().withConfiguration(ALL)
			.withBean(DataSource.class, TestDatabase::newDatabase)
			.run((context) -> assertThat(context).hasSingleBean(RequestSource.class)
				.hasSingleBean(ServletActorSource.class));
	}

	@Test
	void aParentOfAServletApplicationHasItsRequest() {
		this.runner.run((context) -> {
			RequestSource requests = context.getBean(RequestSource.class);
			assertThat(requests.currentRequest()).isSameAs(RequestDetails.NONE);
			RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(new MockHttpServletRequest()));
			try {
				assertThat(requests.currentRequest()).isNotSameAs(RequestDetails.NONE);
			}
			finally {
				RequestContextHolder.resetRequestAttributes();
			}
		});
	}

	@Test
	void missingLibrariesAreNotMissed() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(SecurityActorSource.class));
		this.runner
			.withClassLoader(
					new FilteredClassLoader(Authentication.class, EnversService.class, RequestContextHolder.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(SecurityActorSource.class)
				.doesNotHaveBean("auditStateListener")
				.hasSingleBean(Relay.class));
	}

	@Test
	void anAuditorAwareIsAsked() {
		AuditorAware<String> auditor = () -> Optional.of("jane");
		this.runner.withBean("auditor", AuditorAware.class, () -> auditor).run((context) -> {
			context.getBean(Relay.class).stop();
			context.getBean(AuditRecorder.class).record(AuditRecord.action("asked").build());
			assertThat(context).hasSingleBean(AuditorAwareActorSource.class);
			assertThat(new JdbcTemplate(context.getBean(DataSource.class))
				.queryForObject("select entries from audit.audit_outbox", String.class)).contains("\"id\":\"jane\"");
		});
	}

}
