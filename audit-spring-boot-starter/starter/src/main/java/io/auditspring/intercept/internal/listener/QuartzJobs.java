/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.listener;

import io.auditspring.capture.internal.actor.RunningJobs;
import io.auditspring.capture.internal.origin.CapturedContext;
import org.jspecify.annotations.Nullable;
import org.quartz.JobExecutionContext;
import org.quartz.JobExecutionException;
import org.quartz.JobKey;
import org.quartz.JobListener;

/**
 * Learns which job of Quartz runs on a thread. A job inherits nothing from whoever made
 * that thread, which may have served a request.
 */
final class QuartzJobs implements JobListener {

	private static final String BEGUN = QuartzJobs.class.getName() + ".begun";

	private final RunningJobs jobs;

	private final CapturedContext captured;

	/**
	 * Creates the listener.
	 * @param jobs where to name the job
	 * @param captured what a thread inherits
	 */
	QuartzJobs(RunningJobs jobs, CapturedContext captured) {
		this.jobs = jobs;
		this.captured = captured;
	}

	@Override
	public String getName() {
		return QuartzJobs.class.getName();
	}

	@Override
	public void jobToBeExecuted(JobExecutionContext context) {
		JobKey key = context.getJobDetail().getKey();
		Runnable rejoin = this.captured.leave();
		Runnable end = this.jobs.begin(key.getGroup().equals(JobKey.DEFAULT_GROUP) ? key.getName() : key.toString());
		context.put(BEGUN, (Runnable) () -> {
			end.run();
			rejoin.run();
		});
	}

	@Override
	public void jobExecutionVetoed(JobExecutionContext context) {
		// It was not announced either.
	}

	@Override
	public void jobWasExecuted(JobExecutionContext context, @Nullable JobExecutionException failure) {
		if (context.get(BEGUN) instanceof Runnable end) {
			end.run();
		}
	}

}
