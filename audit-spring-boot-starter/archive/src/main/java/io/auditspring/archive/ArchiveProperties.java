/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The archive of a ledger.
 *
 * @param directory where archived entries are kept, unless there is a bean of the type
 * ArchiveStore
 * @param temporaryDirectory where files are made before they are kept; by default the
 * system's directory of temporary files
 * @param memory how much memory DuckDB may use besides the Java heap
 * @param threads how many threads write and read at once
 * @param read whether the trail reads months that are in the archive only
 */
@ConfigurationProperties("audit.archive")
record ArchiveProperties(@Nullable Path directory, @Nullable Path temporaryDirectory,
		@DefaultValue("512MB") DataSize memory, @DefaultValue("2") int threads, @DefaultValue("false") boolean read) {

	ArchiveOptions options() {
		return new ArchiveOptions(this.temporaryDirectory, this.memory.toMegabytes() + "MB", this.threads);
	}

}
