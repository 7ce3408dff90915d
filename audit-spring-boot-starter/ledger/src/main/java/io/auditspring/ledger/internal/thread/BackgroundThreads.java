/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.thread;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Makes threads that work in the background and do not keep the application from ending.
 * They find classes as whoever makes them does, as the application's own code may run on
 * them, unless it is said what they find them by. They know nothing else of whoever makes
 * them, as they work for others, too: no inheritable thread local, such as a security
 * context may be kept in.
 */
public final class BackgroundThreads implements ThreadFactory {

	private final Supplier<String> name;

	private final @Nullable ClassLoader loader;

	private BackgroundThreads(Supplier<String> name, @Nullable ClassLoader loader) {
		this.name = name;
		this.loader = loader;
	}

	/**
	 * Threads of one name.
	 * @param name the name
	 * @return makes them
	 */
	public static BackgroundThreads named(String name) {
		return new BackgroundThreads(() -> name, null);
	}

	/**
	 * Threads that are told apart by numbers, from 1.
	 * @param prefix how their names begin
	 * @return makes them
	 */
	public static BackgroundThreads numbered(String prefix) {
		AtomicInteger made = new AtomicInteger();
		return new BackgroundThreads(() -> prefix + made.incrementAndGet(), null);
	}

	/**
	 * The same threads, whoever makes them.
	 * @param loader by what they find classes
	 * @return makes them
	 */
	public BackgroundThreads withContextClassLoader(ClassLoader loader) {
		return new BackgroundThreads(this.name, loader);
	}

	@Override
	public Thread newThread(Runnable work) {
		Thread thread = new Thread(null, work, this.name.get(), 0, false);
		thread.setDaemon(true);
		// Newer Java inherits it only with the rest.
		thread.setContextClassLoader(
				(this.loader != null) ? this.loader : Thread.currentThread().getContextClassLoader());
		return thread;
	}

}
