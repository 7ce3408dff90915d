/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.ActorResolver;
import io.auditspring.AuditContext;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.autoconfigure.AuditContextAutoConfiguration;
import io.auditspring.autoconfigure.AuditReactorAutoConfiguration;
import io.auditspring.autoconfigure.AuditServletAutoConfiguration;
import io.auditspring.database.internal.PeriodicWorker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.ApplicationContextAssertProvider;
import org.springframework.boot.test.context.runner.AbstractApplicationContextRunner;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.task.TaskDecorator;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockServletContext;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where an application serves requests, what a thread of nobody does may be done for one
 * of them: it is the system's only where something says so.
 */
class RequestlessThreadsTests {

	private static final AutoConfigurations ALL = AutoConfigurations.of(AuditAutoConfiguration.class,
			AuditContextAutoConfiguration.class, AuditServletAutoConfiguration.class,
			AuditReactorAutoConfiguration.class);

	private static <R extends AbstractApplicationContextRunner<R, C, A>, C extends ConfigurableApplicationContext, A extends ApplicationContextAssertProvider<C>> R configured(
			R runner) {
		return runner.withConfiguration(ALL).withBean(DataSource.class, TestDatabase::newDatabase);
	}

	private final WebApplicationContextRunner web = configured(new WebApplicationContextRunner());

	@AfterEach
	void leave() {
		MDC.clear();
		RequestContextHolder.resetRequestAttributes();
	}

	private static <T> T elsewhere(Callable<T> work) throws Exception {
		CompletableFuture<T> done = new CompletableFuture<>();
		new Thread(() -> {
			try {
				done.complete(work.call());
			}
			catch (Throwable ex) {
				done.completeExceptionally(ex);
			}
		}).start();
		return done.get(60, TimeUnit.SECONDS);
	}

	private static Actor actor(ApplicationContext context) {
		return context.getBean(Origins.class).current().actor();
	}

	private static Actor actorOfTask(ApplicationContext context) throws Exception {
		List<Actor> actors = new ArrayList<>();
		Runnable task = context.getBean("auditTaskDecorator", TaskDecorator.class)
			.decorate(() -> actors.add(actor(context)));
		return elsewhere(() -> {
			task.run();
			return actors.get(0);
		});
	}

	@Test
	void anotherThreadMayServeSomebody() {
		this.web.run((context) -> {
			assertThat(elsewhere(() -> actor(context))).isEqualTo(Origins.UNKNOWN);
			MDC.put("traceId", "4bf92f3577b34da6a3ce929d0e0e4736");
			assertThat(actor(context)).as("the thread that started the application").isEqualTo(Actor.system());
		});
	}

	@Test
	void alsoWhereATraceIsKnown() {
		this.web.run((context) -> assertThat(elsewhere(() -> {
			MDC.put("traceId", "4bf92f3577b34da6a3ce929d0e0e4736");
			return List.of(actor(context), actorOfTask(context));
		})).containsOnly(Origins.UNKNOWN));
	}

	@Test
	void alsoInAReactiveApplication() {
		for (String propagation : List.of("limited", "auto")) {
			configured(new ReactiveWebApplicationContextRunner())
				.withPropertyValues("spring.reactor.context-propagation=" + propagation)
				.run((context) -> {
					assertThat(elsewhere(() -> actor(context))).isEqualTo(Origins.UNKNOWN);
					assertThat(actor(context)).isEqualTo(Actor.system());
				});
		}
	}

	@Test
	void notWhereThereAreNoRequests() {
		configured(new ApplicationContextRunner())
			.run((context) -> assertThat(elsewhere(() -> actor(context))).isEqualTo(Actor.system()));
		configured(new ApplicationContextRunner())
			.withClassLoader(new FilteredClassLoader("org.springframework.web", "jakarta.servlet"))
			.run((context) -> assertThat(elsewhere(() -> actor(context))).isEqualTo(Actor.system()));
	}

	@Test
	void aChildMayBeWhatServesThem() {
		configured(new ApplicationContextRunner()).run((context) -> {
			try (AnnotationConfigApplicationContext plain = new AnnotationConfigApplicationContext()) {
				plain.setParent(context);
				plain.refresh();
				assertThat(elsewhere(() -> actor(context))).isEqualTo(Actor.system());
			}
			try (AnnotationConfigWebApplicationContext child = new AnnotationConfigWebApplicationContext()) {
				child.setServletContext(new MockServletContext());
				child.setParent(context);
				child.refresh();
				assertThat(elsewhere(() -> actor(context))).isEqualTo(Origins.UNKNOWN);
				assertThat(actor(context)).isEqualTo(Actor.system());
			}
		});
	}

	@Test
	void aTaskIsTheSystemsWhereTheSystemHandsItOver() {
		this.web.run((context) -> {
			assertThat(actorOfTask(context)).isEqualTo(Actor.system());
			assertThat(elsewhere(() -> actorOfTask(context))).isEqualTo(Origins.UNKNOWN);
		});
	}

	@Test
	void whereNothingIsKnownTheTaskIsLeftAlone() {
		configured(new ApplicationContextRunner()).run((context) -> {
			Runnable task = () -> {
			};
			assertThat(context.getBean("auditTaskDecorator", TaskDecorator.class).decorate(task)).isSameAs(task);
		});
	}

	@Test
	void aRequestThatRunsATaskOfTheSystemIsStillARequest() {
		this.web.run((context) -> {
			List<Actor> actors = new ArrayList<>();
			Runnable task = context.getBean("auditTaskDecorator", TaskDecorator.class)
				.decorate(() -> actors.add(actor(context)));
			RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(new MockHttpServletRequest()));
			task.run();
			assertThat(actors).containsExactly(Actor.anonymous());
		});
	}

	@Test
	void aTaskOfARequestThatCannotBeReadIsOfARequest() {
		Thread serving = Thread.currentThread();
		this.web.withBean(RequestSource.class, () -> () -> {
			if (Thread.currentThread() == serving) {
				throw new IllegalStateException("recycled");
			}
			return RequestDetails.NONE;
		}, (definition) -> definition.setPrimary(true)).run((context) -> {
			assertThat(actor(context)).isEqualTo(Actor.anonymous());
			assertThat(actorOfTask(context)).isEqualTo(Actor.anonymous());
			MDC.put("traceId", "4bf92f3577b34da6a3ce929d0e0e4736");
			assertThat(actorOfTask(context)).isEqualTo(Actor.anonymous());
		});
	}

	@Test
	void whatIsAskedForToFindTheActorIsAskedForByTheTrail() {
		List<Actor> asking = new ArrayList<>();
		this.web.withBean(Asking.class, Asking::new).run((context) -> {
			context.getBean(Asking.class).question = () -> asking.add(actor(context));
			assertThat(elsewhere(() -> actor(context))).isEqualTo(Origins.UNKNOWN);
			assertThat(asking).containsExactly(Actor.system());
		});
	}

	@Test
	void whatSaysWhoActsIsBelieved() {
		this.web.run((context) -> assertThat(
				elsewhere(() -> AuditContext.runAs(Actor.system("poller"), () -> actor(context))))
			.isEqualTo(Actor.system("poller")));
	}

	@Test
	void theTrailsOwnWorkIsTheSystems() {
		this.web.run((context) -> {
			CompletableFuture<Actor> working = new CompletableFuture<>();
			PeriodicWorker worker = new PeriodicWorker("audit-test", Duration.ZERO, Duration.ofHours(1)) {

				@Override
				protected void run() {
					working.complete(actor(context));
				}

			};
			worker.start();
			assertThat(working.get(60, TimeUnit.SECONDS)).isEqualTo(Actor.system());
			worker.stop();
		});
	}

	@Test
	void startAndEndAreTheSystemsOnWhateverThread() throws Exception {
		List<Actor> actors = new ArrayList<>();
		elsewhere(() -> this.web.withBean(Phases.class).run((context) -> {
			Phases phases = context.getBean(Phases.class);
			actors.add(phases.started);
			elsewhere(() -> {
				context.getSourceApplicationContext().close();
				return actors.add(phases.ended);
			});
		}));
		assertThat(actors).containsExactly(Actor.system(), Actor.system());
	}

	static class Asking implements ActorResolver {

		private Runnable question = () -> {
		};

		@Override
		public Actor resolveActor() {
			this.question.run();
			return null;
		}

	}

	static class Phases implements InitializingBean, DisposableBean {

		private final Origins origins;

		private Actor started;

		private Actor ended;

		Phases(Origins origins) {
			this.origins = origins;
		}

		@Override
		public void afterPropertiesSet() {
			this.started = this.origins.current().actor();
		}

		@Override
		public void destroy() {
			this.ended = this.origins.current().actor();
		}

	}

}
