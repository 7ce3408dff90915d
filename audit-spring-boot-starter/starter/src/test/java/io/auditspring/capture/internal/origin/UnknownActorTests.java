package io.auditspring.capture.internal.origin;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.ActorResolver;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.capture.internal.actor.ActorSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.util.Assert;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where it could not be found out who acts, the entry says that, and not that nobody
 * does.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnknownActorTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
		.withPropertyValues("audit.delivery=sync")
		.withBean(DataSource.class, TestDatabase::newDatabase);

	private static final ActorResolver FAILING = new First() {

		@Override
		public Actor resolveActor() {
			throw new IllegalStateException("The session cannot be read");
		}
	};

	private static Map<String, Object> entry(ApplicationContext context) {
		context.getBean(AuditRecorder.class).record(AuditRecord.action("done").build());
		return new AuditLog(context.getBean(DataSource.class)).entries().get(0);
	}

	private static void assertThatItIsUnknown(Map<String, Object> entry, Class<?> failure) {
		assertThat(entry).containsEntry("actor_type", "anonymous")
			.containsEntry("actor_id", "unknown")
			.containsEntry("actor_name", failure.getName());
	}

	@Test
	void whereAResolverFails() {
		this.runner.withBean("failing", ActorResolver.class, () -> FAILING)
			.run((context) -> assertThatItIsUnknown(entry(context), IllegalStateException.class));
	}

	@Test
	void theLogDoesNotTellWhatTheResolverSays(CapturedOutput output) {
		this.runner.withBean("failing", ActorResolver.class, () -> () -> {
			Assert.state(false, "No account for key sk_live_4711");
			return null;
		}).run((context) -> {
			assertThatItIsUnknown(entry(context), IllegalStateException.class);
			assertThat(output).contains("could not be taken", "IllegalStateException", "UnknownActorTests")
				.doesNotContain("sk_live");
		});
	}

	@Test
	void alsoWhereTheOthersKnowNobody() {
		this.runner.withBean("failing", ActorResolver.class, () -> FAILING)
			.withBean("unknowing", ActorResolver.class, () -> () -> null)
			.withBean("nobody", ActorResolver.class, () -> Actor::anonymous)
			.run((context) -> assertThatItIsUnknown(entry(context), IllegalStateException.class));
	}

	@Test
	void notWhereAnotherKnowsSomebody() {
		this.runner.withBean("failing", ActorResolver.class, () -> FAILING)
			.withBean("knowing", ActorResolver.class, () -> () -> Actor.user("jane"))
			.run((context) -> assertThat(entry(context)).containsEntry("actor_type", "user")
				.containsEntry("actor_id", "jane"));
	}

	@Test
	void whereAResolverCannotBeMade() {
		this.runner.withBean("broken", ActorResolver.class, () -> {
			throw new UnsupportedOperationException("Not here");
		}, (definition) -> definition.setLazyInit(true)).run((context) -> {
			Map<String, Object> entry = entry(context);
			assertThat(entry).containsEntry("actor_type", "anonymous").containsEntry("actor_id", "unknown");
			assertThat((String) entry.get("actor_name")).endsWith("Exception");
		});
	}

	@Test
	void inATaskOfSomebodyUnknown() {
		AtomicInteger calls = new AtomicInteger();
		ActorResolver flaky = () -> {
			if (calls.getAndIncrement() == 0) {
				throw new IllegalStateException("The session cannot be read");
			}
			return null;
		};
		this.runner.withBean(ActorResolver.class, () -> flaky).run((context) -> {
			new ContextPropagatingTaskDecorator(() -> context.getBean(Origins.class),
					context.getBean(CapturedContext.class))
				.decorate(() -> entry(context))
				.run();
			assertThatItIsUnknown(new AuditLog(context.getBean(DataSource.class)).entries().get(0),
					IllegalStateException.class);
		});
	}

	@Test
	void ofASubscriberWhoDoesNotKnowEither() {
		Actor unknown = ActorSource.unknown(new IllegalStateException());
		assertThat(subscriberOf(unknown)).isEqualTo(unknown);
		assertThat(subscriberOf(Origins.UNKNOWN)).as("of a thread that is nobody's").isEqualTo(Actor.anonymous());
	}

	private static Actor subscriberOf(Actor caller) {
		return SubscriberOrigin.of(new Origin(Instant.now(), caller, null, RequestDetails.UNTOLD), Mono.empty())
			.contextWrite(Context.of(RequestDetails.class, RequestDetails.UNREADABLE))
			.block()
			.actor();
	}

	private interface First extends ActorResolver, Ordered {

		@Override
		default int getOrder() {
			return HIGHEST_PRECEDENCE;
		}

	}

}
