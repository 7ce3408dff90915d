/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import io.auditspring.GeoLocator;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.IpAddress;
import io.auditspring.ledger.internal.thread.BackgroundThreads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

import org.springframework.util.ConcurrentLruCache;

/**
 * Where clients are. A lookup starts when a call begins and is waited for, if it is not
 * done by then, when the entry is made, so that it costs the caller next to nothing; and
 * not for long, so that a slow locator holds up neither calls nor their transactions.
 */
public final class Locations implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Locations.class);

	private static final int THREADS = 2;

	private static final int MAX_WAITING = 256;

	private static final int MAX_REMEMBERED = 4096;

	private static final long REMEMBERED_NANOS = TimeUnit.MINUTES.toNanos(5);

	private static final long WARNING_NANOS = TimeUnit.MINUTES.toNanos(1);

	private final GeoLocator locator;

	private final JsonValues values;

	private final Duration patience;

	private final ThreadPoolExecutor threads;

	private final ConcurrentLruCache<String, Lookup> lookups = new ConcurrentLruCache<>(MAX_REMEMBERED, this::start);

	private final AtomicLong nextWarning = new AtomicLong(System.nanoTime());

	/**
	 * Creates the locations.
	 * @param locator who knows them
	 * @param values how they are written
	 * @param patience how long to wait for an answer
	 */
	Locations(GeoLocator locator, JsonValues values, Duration patience) {
		this.locator = locator;
		this.values = values;
		this.patience = patience;
		this.threads = new ThreadPoolExecutor(THREADS, THREADS, 1, TimeUnit.MINUTES,
				new ArrayBlockingQueue<>(MAX_WAITING), BackgroundThreads.numbered("audit-location-"));
		this.threads.allowCoreThreadTimeOut(true);
	}

	/**
	 * Begins to find out where an address is.
	 * @param ip the address in text
	 * @return gives the location, or {@code null} where none is known in time
	 */
	public Supplier<@Nullable CanonicalJson> of(String ip) {
		Lookup lookup = this.lookups.get(ip);
		if (System.nanoTime() - lookup.startedNanos() > REMEMBERED_NANOS) {
			this.lookups.remove(ip);
			lookup = this.lookups.get(ip);
		}
		return lookup;
	}

	private Lookup start(String ip) {
		InetAddress address = IpAddress.parse(ip);
		CompletableFuture<Optional<CanonicalJson>> answer = (address != null) ? ask(address)
				: CompletableFuture.completedFuture(Optional.empty());
		return new Lookup(answer,
				answer.copy().completeOnTimeout(Optional.empty(), this.patience.toNanos(), TimeUnit.NANOSECONDS),
				System.nanoTime());
	}

	private CompletableFuture<Optional<CanonicalJson>> ask(InetAddress address) {
		try {
			return CompletableFuture.supplyAsync(() -> locate(address), this.threads).exceptionally(this::failed);
		}
		catch (RejectedExecutionException ex) {
			return CompletableFuture.completedFuture(failed(ex));
		}
	}

	private Optional<CanonicalJson> locate(InetAddress address) {
		Map<String, ?> location = this.locator.locate(address);
		if (location == null || location.isEmpty()) {
			return Optional.empty();
		}
		JsonNode json = this.values.toJson(location);
		if (!json.isObject()) {
			throw new IllegalArgumentException("The location is " + json.asString());
		}
		return Optional.of(CanonicalJson.of(json));
	}

	// The business call does not depend on it, and a locator that is down is so for every
	// call.
	private Optional<CanonicalJson> failed(Throwable failure) {
		long now = System.nanoTime();
		long next = this.nextWarning.get();
		if (now - next >= 0 && this.nextWarning.compareAndSet(next, now + WARNING_NANOS)) {
			logger.warn("A client could not be located; entries have no location. "
					+ "Further failures are not shown for a minute", failure);
		}
		return Optional.empty();
	}

	@Override
	public void close() {
		this.threads.shutdownNow();
	}

	private record Lookup(CompletableFuture<Optional<CanonicalJson>> answer,
			CompletableFuture<Optional<CanonicalJson>> inTime,
			long startedNanos) implements Supplier<@Nullable CanonicalJson> {

		// What comes late serves the calls that follow.
		@Override
		public @Nullable CanonicalJson get() {
			return (this.answer.isDone() ? this.answer : this.inTime).join().orElse(null);
		}

	}

}
