/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.web.context.reactive.ReactiveWebApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ApplicationContextEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.WebApplicationContext;

/**
 * Knows the threads on which nothing is done for a request: all of them where the
 * application serves none, else those that start and end it. On any other one somebody's
 * request may go on, handed over in a way that the trail does not see, such as to an
 * executor of the application's own or by a parallel stream.
 */
final class ApplicationThreads
		implements BeanFactoryPostProcessor, ApplicationContextAware, ApplicationListener<ApplicationContextEvent> {

	private static final boolean SERVLETS = ClassUtils
		.isPresent("org.springframework.web.context.WebApplicationContext", ApplicationThreads.class.getClassLoader())
			&& ClassUtils.isPresent("jakarta.servlet.ServletContext", ApplicationThreads.class.getClassLoader());

	/** Held weakly, as a thread may end long before the application does. */
	private final List<WeakReference<Thread>> threads = new CopyOnWriteArrayList<>();

	private @Nullable ApplicationContext own;

	private volatile boolean serving;

	/**
	 * Whether the application serves requests, so that it says something that a thread is
	 * one of these.
	 * @return whether it does
	 */
	boolean isServing() {
		return this.serving;
	}

	/**
	 * Whether the current thread is one of them.
	 * @return {@code false} if what it does may be done for a request
	 */
	boolean includeCurrent() {
		return !this.serving || isKnown(Thread.currentThread());
	}

	private boolean isKnown(Thread thread) {
		for (WeakReference<Thread> known : this.threads) {
			if (known.refersTo(thread)) {
				return true;
			}
		}
		return false;
	}

	private void addCurrent() {
		Thread thread = Thread.currentThread();
		if (!isKnown(thread)) {
			this.threads.add(new WeakReference<>(thread));
		}
	}

	@Override
	public void setApplicationContext(ApplicationContext context) {
		this.own = context;
		this.serving = isWeb(context);
	}

	// Called by whoever starts the application, before there are any other beans.
	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		addCurrent();
	}

	// Children tell their parents of it, too. One that serves nothing may be made and
	// closed within a request.
	@Override
	public void onApplicationEvent(ApplicationContextEvent event) {
		ApplicationContext context = event.getApplicationContext();
		boolean web = isWeb(context);
		this.serving = this.serving || web;
		if (event instanceof ContextClosedEvent && (web || context == this.own)) {
			addCurrent();
		}
	}

	private static boolean isWeb(ApplicationContext context) {
		return context instanceof ReactiveWebApplicationContext || (SERVLETS && Servlets.serves(context));
	}

	/**
	 * Loaded only where there are servlets.
	 */
	private static final class Servlets {

		static boolean serves(ApplicationContext context) {
			return context instanceof WebApplicationContext;
		}

	}

}
