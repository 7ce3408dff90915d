/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.listener;

import java.util.function.Supplier;

import org.quartz.ListenerManager;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Lets the trail learn which jobs the application's schedulers of Quartz run.
 */
final class QuartzPostProcessor implements BeanPostProcessor {

	private static final Logger logger = LoggerFactory.getLogger(QuartzPostProcessor.class);

	private final Supplier<QuartzJobs> jobs;

	QuartzPostProcessor(Supplier<QuartzJobs> jobs) {
		this.jobs = jobs;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String name) {
		if (bean instanceof Scheduler scheduler) {
			try {
				ListenerManager listeners = scheduler.getListenerManager();
				// That of a mock has none.
				if (listeners != null) {
					listeners.addJobListener(this.jobs.get());
				}
			}
			catch (SchedulerException ex) {
				// One that runs in another process has no listeners, and no jobs here.
				logger.debug("The jobs of the scheduler '{}' are not known", name, ex);
			}
		}
		return bean;
	}

}
