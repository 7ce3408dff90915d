/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.listener;

import java.lang.reflect.Method;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.GlobalObservationConvention;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.scheduling.support.DefaultScheduledTaskObservationConvention;
import org.springframework.scheduling.support.ScheduledTaskObservationContext;
import org.springframework.scheduling.support.ScheduledTaskObservationConvention;
import org.springframework.scheduling.support.ScheduledTaskObservationDocumentation;
import org.springframework.util.Assert;

/**
 * Tells of every run of a job, also of those that the application does not observe. What
 * it observes it sees as before: for that, each observation has another one in it, which
 * the application's own registry makes. Both share the context.
 */
final class JobRegistry implements ObservationRegistry {

	private final ObservationConfig config = new ObservationConfig();

	private final ObservationRegistry application;

	/**
	 * Creates the registry.
	 * @param application the application's, or {@code null} if it observes no jobs
	 * @param jobs is told of the runs
	 */
	JobRegistry(@Nullable ObservationRegistry application, ScheduledJobs jobs) {
		this.application = (application != null) ? application : ObservationRegistry.NOOP;
		this.config.observationConvention(new Unnamed()).observationHandler(new Within(this.application, jobs));
	}

	@Override
	public @Nullable Observation getCurrentObservation() {
		return this.application.getCurrentObservation();
	}

	@Override
	public Observation.@Nullable Scope getCurrentObservationScope() {
		return null;
	}

	// The one within is current.
	@Override
	public void setCurrentObservationScope(Observation.@Nullable Scope current) {
	}

	@Override
	public ObservationConfig observationConfig() {
		return this.config;
	}

	/**
	 * Adds nothing to what the application's conventions say.
	 */
	private static final class Unnamed implements GlobalObservationConvention<ScheduledTaskObservationContext> {

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof ScheduledTaskObservationContext;
		}

		@Override
		public KeyValues getLowCardinalityKeyValues(ScheduledTaskObservationContext context) {
			return KeyValues.empty();
		}

		@Override
		public KeyValues getHighCardinalityKeyValues(ScheduledTaskObservationContext context) {
			return KeyValues.empty();
		}

	}

	/**
	 * Keeps the observation within.
	 */
	private static final class Within implements ObservationHandler<ScheduledTaskObservationContext> {

		private static final ScheduledTaskObservationConvention CONVENTION = new DefaultScheduledTaskObservationConvention();

		private final ObservationRegistry application;

		private final ScheduledJobs jobs;

		Within(ObservationRegistry application, ScheduledJobs jobs) {
			this.application = application;
			this.jobs = jobs;
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof ScheduledTaskObservationContext;
		}

		@Override
		public void onStart(ScheduledTaskObservationContext context) {
			this.jobs.onStart(context);
			if (isReactive(context.getMethod())) {
				this.jobs.leave();
			}
			Observation observation = ScheduledTaskObservationDocumentation.TASKS_SCHEDULED_EXECUTION.observation(null,
					CONVENTION, () -> context, this.application);
			context.put(Within.class, observation);
			observation.start();
		}

		@Override
		public void onError(ScheduledTaskObservationContext context) {
			Throwable error = context.getError();
			if (error != null) {
				of(context).error(error);
			}
		}

		@Override
		public void onEvent(Observation.Event event, ScheduledTaskObservationContext context) {
			of(context).event(event);
		}

		@Override
		public void onScopeOpened(ScheduledTaskObservationContext context) {
			of(context).openScope();
			if (!isReactive(context.getMethod())) {
				this.jobs.onScopeOpened(context);
			}
		}

		@Override
		public void onScopeClosed(ScheduledTaskObservationContext context) {
			if (!isReactive(context.getMethod())) {
				this.jobs.onScopeClosed(context);
			}
			Observation.Scope scope = this.application.getCurrentObservationScope();
			while (scope != null && scope.getCurrentObservation() != of(context)) {
				scope = scope.getPreviousObservationScope();
			}
			if (scope != null) {
				scope.close();
			}
		}

		@Override
		public void onStop(ScheduledTaskObservationContext context) {
			of(context).stop();
		}

		private static Observation of(ScheduledTaskObservationContext context) {
			Observation observation = context.get(Within.class);
			Assert.state(observation != null, "It has begun");
			return observation;
		}

		// Who takes such a scope to other threads closes the one that is current there,
		// and
		// that is the one within.
		private static boolean isReactive(Method method) {
			return KotlinDetector.isSuspendingFunction(method)
					|| ReactiveAdapterRegistry.getSharedInstance().getAdapter(method.getReturnType()) != null;
		}

	}

}
