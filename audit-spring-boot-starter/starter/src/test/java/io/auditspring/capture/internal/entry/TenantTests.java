package io.auditspring.capture.internal.entry;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.TenantResolver;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.Ordered;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * On whose behalf something was done.
 */
class TenantTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
		.withBean(DataSource.class, TestDatabase::newDatabase);

	private static void assertThatTheTenantIs(ApplicationContextRunner runner, String tenant) {
		runner.run((context) -> {
			AuditLog log = new AuditLog(context.getBean(DataSource.class));
			context.getBean(AuditRecorder.class).record(AuditRecord.action("done").build());
			log.await(1);
			assertThat(log.jdbc().queryForObject("select tenant from audit.audit_log", String.class)).isEqualTo(tenant);
		});
	}

	@Test
	void theApplicationsResolverNamesTheTenant() {
		assertThatTheTenantIs(this.runner.withBean(TenantResolver.class, () -> () -> "acme"), "acme");
	}

	@Test
	void withoutResolverThereIsNone() {
		assertThatTheTenantIs(this.runner, null);
	}

	@Test
	void aResolverThatFailsLeavesTheAnswerToTheNext() {
		assertThatTheTenantIs(this.runner.withBean("failing", TenantResolver.class, Failing::new)
			.withBean("unknowing", TenantResolver.class, () -> () -> null)
			.withBean("knowing", TenantResolver.class, () -> () -> "acme"), "acme");
		assertThatTheTenantIs(this.runner.withBean(TenantResolver.class, Failing::new), null);
	}

	static class Failing implements TenantResolver, Ordered {

		@Override
		public String resolveTenant() {
			throw new IllegalStateException("no tenant here");
		}

		@Override
		public int getOrder() {
			return Ordered.HIGHEST_PRECEDENCE;
		}

	}

}
