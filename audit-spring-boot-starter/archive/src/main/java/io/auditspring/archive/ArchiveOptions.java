/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/**
 * What DuckDB may take to write and read files.
 *
 * @param temporary where files are made before they are kept; {@code null} for the
 * system's directory of temporary files
 * @param memoryLimit how much memory it may use, such as {@code 512MB}, besides that of
 * the Java heap
 * @param threads how many threads work at once, at least 1
 * @since 0.1.0
 */
public record ArchiveOptions(@Nullable Path temporary, String memoryLimit, int threads) {

	/** Half a gigabyte, and each processor. */
	public static final ArchiveOptions DEFAULT = new ArchiveOptions(null, "512MB",
			Runtime.getRuntime().availableProcessors());

	public ArchiveOptions {
		if (threads < 1) {
			throw new IllegalArgumentException("There must be at least one thread, not " + threads);
		}
	}

}
