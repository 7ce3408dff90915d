package io.auditspring.capture.internal.origin;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.security.core.userdetails.User;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tasks on other threads act for whoever handed them over, however long after.
 */
class HandedOverTaskTests extends HandedOverTasks {

	private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

	private void assertThatTheTaskIsJanes(ConfigurableApplicationContext application, Way way) throws Exception {
		AuditLog log = new AuditLog(application.getBean(DataSource.class));
		int before = (int) log.count();
		WebShop.GATE.reset();
		assertThat(post(application, "/tasks/" + way, "jane", "User-Agent", "janes/1.0", "traceparent",
				"00-" + TRACE + "-00f067aa0ba902b7-01", "X-Tenant", "north"))
			.isEqualTo(200);
		assertThat(post(application, "/other/request", "bob", "User-Agent", "bobs/1.0")).isEqualTo(200);
		WebShop.GATE.open();
		int expected = before + 2 + (way == Way.OWN_ASYNC_EXECUTOR ? 1 : 0);
		assertThat(log.await(expected).subList(before, expected)).filteredOn("action", "task.done")
			.singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("actor_id", "jane")
				.containsEntry("ip", "127.0.0.1")
				.containsEntry("user_agent", "janes/1.0")
				.containsEntry("trace_id", TRACE)
				.containsEntry("outcome", "success")
				.extractingByKey("metadata")
				.asString()
				.contains("/tasks/{way}"));
		assertThat(log.jdbc()
			.queryForList("select tenant from audit.audit_log where action = 'task.done' order by seq desc limit 1",
					String.class))
			.containsExactly("north");
	}

	@ParameterizedTest
	@EnumSource
	void theTaskIsThatOfTheRequestThatIsLongOver(Way way) throws Exception {
		assertThatTheTaskIsJanes(context, way);
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void onVirtualThreads() throws Exception {
		try (ConfigurableApplicationContext virtual = start("spring.threads.virtual.enabled=true")) {
			assertThat(virtual.getBean("applicationTaskExecutor")).isInstanceOf(SimpleAsyncTaskExecutor.class);
			for (Way way : Way.values()) {
				assertThatTheTaskIsJanes(virtual, way);
			}
		}
	}

	@Test
	void whoeverTheWorkActsForIsWhomItsTasksActFor() throws Exception {
		int before = (int) log.count();
		AsyncTaskExecutor executor = context.getBean("applicationTaskExecutor", AsyncTaskExecutor.class);
		Tasks tasks = context.getBean(Tasks.class);
		AuditContext.runAs(Actor.user("outer"), () -> {
			executor.submit(() -> tasks.done()).get();
			AuditContext.runAs(Actor.user("inner"), () -> {
				executor.submit(() -> executor.submit(() -> tasks.done())).get().get();
				return null;
			});
			return executor.submit(() -> tasks.done()).get();
		});
		executor.submit(() -> tasks.done()).get();
		assertThat(log.await(before + 4).subList(before, before + 4)).extracting("actor_id")
			.containsExactly("outer", "inner", "outer", "system");
	}

	@Test
	void aTaskThatSignsInActsForItselfAndNotFromTheRequest() throws Exception {
		int before = (int) log.count();
		assertThat(post(context, "/signs-in", "jane")).isEqualTo(200);
		assertThat(log.await(before + 1).get(before)).containsEntry("actor_id", "robot").containsEntry("ip", null);
	}

}
