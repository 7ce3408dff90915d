package io.auditspring.capture.internal.origin;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.micrometer.context.ContextRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Handing a task over leaves threads, callers and other decorators as they were.
 */
class TaskDecorationTests extends HandedOverTasks {

	@Test
	void nothingStaysOnPooledThreads() throws Exception {
		int before = (int) log.count();
		assertThat(post(context, "/leaves-nothing", "jane")).isEqualTo(200);
		assertThat(log.await(before + 2).subList(before, before + 2)).extracting("actor_id", "ip")
			.containsExactly(tuple("jane", "127.0.0.1"), tuple("unknown", null));
	}

	@Test
	void aFullPoolLetsTheCallerDoItAndLeavesTheCallerAsItWas() throws Exception {
		int before = (int) log.count();
		assertThat(post(context, "/caller-runs", "jane")).isEqualTo(200);
		assertThat(log.await(before + 2).subList(before, before + 2)).extracting("actor_id").containsOnly("jane");
	}

	@Test
	void aTaskThatFailsLeavesNothingEither() throws Exception {
		TaskDecorator decorator = context.getBean("auditTaskDecorator", TaskDecorator.class);
		Runnable task = AuditContext.runAs(Actor.user("jane"), () -> decorator.decorate(() -> {
			throw new IllegalStateException("broken");
		}));
		assertThatIllegalStateException().isThrownBy(task::run);
	}

	@Test
	void aScopeOfTheCapturingThreadLeavesItAsItWas() throws Exception {
		assertThat(post(context, "/scope", "jane")).isEqualTo(200);
	}

	@Test
	void theDecoratorOfTheApplicationIsAppliedTooAndInjectedByItsType() {
		assertThat(context.getBean(TaskDecorator.class)).isInstanceOf(CountingDecorator.class);
		CountingDecorator own = context.getBean(CountingDecorator.class);
		int before = own.count();
		context.getBean("applicationTaskExecutor", AsyncTaskExecutor.class).submit(() -> {
		});
		assertThat(own.count()).isEqualTo(before + 1);
	}

	@Test
	void theRegistryForgetsApplicationsThatAreClosed() {
		int before = ContextRegistry.getInstance().getThreadLocalAccessors().size();
		start("spring.threads.virtual.enabled=false").close();
		assertThat(ContextRegistry.getInstance().getThreadLocalAccessors()).hasSize(before);
	}

}
