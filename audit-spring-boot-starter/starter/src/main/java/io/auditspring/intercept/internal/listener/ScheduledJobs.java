/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.listener;

import java.time.Instant;

import io.auditspring.capture.internal.actor.JobRun;
import io.auditspring.capture.internal.actor.RunningJobs;
import io.auditspring.capture.internal.origin.CapturedContext;
import io.auditspring.intercept.internal.access.KnownTypes;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import org.jspecify.annotations.Nullable;

import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.scheduling.support.ScheduledTaskObservationContext;
import org.springframework.util.ClassUtils;

/**
 * Learns which {@code @Scheduled} method runs, from the observation that Spring makes of
 * each run. Neither the bean nor its scheduler is touched, so that private methods and
 * whatever the application configures go on working. A job inherits nothing from the
 * thread that made its bean, which may have served a request.
 */
final class ScheduledJobs implements SchedulingConfigurer, ObservationHandler<ScheduledTaskObservationContext> {

	private static final String BEGUN = ScheduledJobs.class.getName() + ".begun";

	private final RunningJobs jobs;

	private final CapturedContext captured;

	private final ThreadLocal<@Nullable Around> around = new ThreadLocal<>();

	/**
	 * Creates the handler.
	 * @param jobs where to name the job
	 * @param captured what a thread inherits
	 */
	ScheduledJobs(RunningJobs jobs, CapturedContext captured) {
		this.jobs = jobs;
		this.captured = captured;
	}

	// Spring Boot hands handlers to the registry of the application, too. Where that is
	// set after this one, the jobs that it observes are named.
	@Override
	public void configureTasks(ScheduledTaskRegistrar registrar) {
		registrar.setObservationRegistry(new JobRegistry(registrar.getObservationRegistry(), this));
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof ScheduledTaskObservationContext;
	}

	@Override
	public void onStart(ScheduledTaskObservationContext context) {
		context.put(JobRun.class, new JobRun(name(context), Instant.now()));
	}

	@Override
	public void onScopeOpened(ScheduledTaskObservationContext context) {
		// Not where the application carries the scope to other threads: to these
		// somebody has handed something over.
		Runnable rejoin = context.containsKey(BEGUN) ? () -> {
		} : this.captured.leave();
		context.put(BEGUN, true);
		this.around.set(new Around(this.around.get(), this.jobs.begin(name(context)), rejoin));
	}

	@Override
	public void onScopeClosed(ScheduledTaskObservationContext context) {
		Around around = this.around.get();
		if (around == null) {
			return;
		}
		around.end().run();
		around.rejoin().run();
		if (around.outer() != null) {
			this.around.set(around.outer());
		}
		else {
			this.around.remove();
		}
	}

	/**
	 * Leaves what the thread inherits until it has run the job: whoever handed that over
	 * takes it back then.
	 */
	void leave() {
		this.captured.leave();
	}

	private static String name(ScheduledTaskObservationContext context) {
		return KnownTypes.call(ClassUtils.getUserClass(context.getTargetClass()), context.getMethod());
	}

	/**
	 * What was there on a thread before a scope was opened.
	 *
	 * @param outer the same of the scope around it, or {@code null}
	 * @param end lets the job that ran before go on
	 * @param rejoin gives back who acted
	 */
	private record Around(@Nullable Around outer, Runnable end, Runnable rejoin) {

	}

}
