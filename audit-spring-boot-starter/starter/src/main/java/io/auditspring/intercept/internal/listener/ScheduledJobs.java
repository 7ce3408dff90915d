/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.listener;

import io.auditspring.capture.internal.actor.RunningJobs;
import io.auditspring.intercept.internal.access.KnownTypes;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.scheduling.support.ScheduledTaskObservationContext;
import org.springframework.util.ClassUtils;

/**
 * Learns which {@code @Scheduled} method runs, from the observation that Spring makes of
 * each run. Neither the bean nor its scheduler is touched, so that private methods and
 * whatever the application configures go on working.
 */
final class ScheduledJobs implements SchedulingConfigurer, ObservationHandler<ScheduledTaskObservationContext> {

	private static final String PREVIOUS = ScheduledJobs.class.getName() + ".previous";

	private final RunningJobs jobs;

	ScheduledJobs(RunningJobs jobs) {
		this.jobs = jobs;
	}

	// Spring Boot hands handlers to the registry of an application that observes its
	// jobs. Where that is set after this one, it takes precedence.
	@Override
	public void configureTasks(ScheduledTaskRegistrar registrar) {
		if (registrar.getObservationRegistry() == null) {
			ObservationRegistry registry = new Unseen();
			registry.observationConfig().observationHandler(this);
			registrar.setObservationRegistry(registry);
		}
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof ScheduledTaskObservationContext;
	}

	@Override
	public void onScopeOpened(ScheduledTaskObservationContext context) {
		String name = KnownTypes.call(ClassUtils.getUserClass(context.getTargetClass()), context.getMethod());
		String previous = this.jobs.replace(name);
		if (previous != null) {
			context.put(PREVIOUS, previous);
		}
	}

	@Override
	public void onScopeClosed(ScheduledTaskObservationContext context) {
		this.jobs.replace(context.get(PREVIOUS));
	}

	/**
	 * The registry of an application that observes no jobs. It keeps no current
	 * observation: as the parent of others it would surprise the tracing of the
	 * application.
	 */
	private static final class Unseen implements ObservationRegistry {

		private final ObservationConfig config = new ObservationConfig();

		@Override
		public @Nullable Observation getCurrentObservation() {
			return null;
		}

		@Override
		public Observation.@Nullable Scope getCurrentObservationScope() {
			return null;
		}

		@Override
		public void setCurrentObservationScope(Observation.@Nullable Scope current) {
			// See above.
		}

		@Override
		public ObservationConfig observationConfig() {
			return this.config;
		}

	}

}
