package io.auditspring.web;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where an application serves several tenants, each reads its own entries.
 */
class ReadingByTenantTests {

	private static ConfigurableApplicationContext context;

	private final Visitor carol = Visitor.anonymous(context).as("carol");

	@BeforeAll
	static void start() {
		context = WebFixture.application().profiles("tenants").run();
		record("acme", "acme.done");
		record("umbrella", "umbrella.done");
		record(null, "platform.done");
		new AuditLog(context.getBean(DataSource.class)).await(3);
	}

	private static void record(String tenant, String action) {
		MockHttpServletRequest request = new MockHttpServletRequest();
		if (tenant != null) {
			request.addHeader("X-Tenant", tenant);
		}
		RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(request));
		try {
			context.getBean(AuditRecorder.class).record(AuditRecord.action(action).build());
		}
		finally {
			RequestContextHolder.resetRequestAttributes();
		}
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@Test
	void aTenantReadsItsOwnEntries() {
		Visitor acme = this.carol.with("X-Tenant", "acme");
		assertThat(acme.actions("/audit/api/entries")).containsExactly("acme.done");
		assertThat(acme.actions("/audit/api/entries?tenant=umbrella")).isEmpty();
		assertThat(acme.status("/audit/api/verification")).isEqualTo(403);
	}

	@Test
	void whoReadsForNoTenantReadsWhatBelongsToNone() {
		assertThat(this.carol.actions("/audit/api/entries")).containsExactly("platform.done");
		assertThat(this.carol.actions("/audit/api/entries?tenant=acme")).isEmpty();
	}

}
