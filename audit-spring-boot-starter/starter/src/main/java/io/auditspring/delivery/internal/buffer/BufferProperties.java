/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.buffer;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.unit.DataSize;

/**
 * The buffer of asynchronous delivery, and where it is kept.
 *
 * @param async the buffer of asynchronous delivery
 * @param spool files that keep what cannot be written before the application stops
 */
@ConfigurationProperties("audit")
record BufferProperties(@DefaultValue Async async, @DefaultValue Spool spool) {

	// Spring asks every bean for it at the start, and Java would first make one for each
	// of the records in here.
	@Override
	public int hashCode() {
		return 1;
	}

	/**
	 * The buffer of asynchronous delivery.
	 *
	 * @param capacity the most entries that wait in the buffer to be written
	 * @param maxBytes the most memory that the entries in the buffer take, about; a
	 * single entry may be larger
	 * @param overflow what happens to further entries when the buffer is full
	 * @param blockTimeout how long a caller waits for room in the buffer before it stores
	 * the entry itself
	 */
	record Async(@DefaultValue("10000") int capacity, @DefaultValue("64MB") DataSize maxBytes,
			@DefaultValue("block") Overflow overflow, @DefaultValue("10s") Duration blockTimeout) {

		Async {
			Assert.isTrue(capacity > 0, () -> "audit.async.capacity takes a number above 0, not " + capacity);
			Assert.isTrue(maxBytes.toBytes() > 0,
					() -> "audit.async.max-bytes takes a size above 0, such as 64MB, not " + maxBytes);
			Assert.isTrue(!blockTimeout.isNegative(),
					() -> "audit.async.block-timeout takes a duration of 0 or more, not " + blockTimeout);
		}

	}

	/**
	 * The files that keep what cannot be written before the application stops.
	 *
	 * @param directory where the files are that keep what cannot be written before the
	 * application stops, in a directory for each application; should outlive the
	 * application. By default audit-spool-USER in the directory for temporary files
	 */
	record Spool(@Nullable Path directory) {

		Spool {
			directory = (directory != null) ? directory : Path.of(System.getProperty("java.io.tmpdir"),
					"audit-spool-" + System.getProperty("user.name").replaceAll("[^\\w.-]", "_"));
		}

		@Override
		public Path directory() {
			return Objects.requireNonNull(this.directory);
		}

	}

}
