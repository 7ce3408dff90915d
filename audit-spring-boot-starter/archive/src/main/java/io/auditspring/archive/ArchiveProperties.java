/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.unit.DataSize;

/**
 * The archive of a ledger.
 *
 * @param directory where archived entries are kept, unless there is a bean of the type
 * ArchiveStore
 * @param s3 a bucket where they are kept instead
 * @param temporaryDirectory where files are made before they are kept; by default the
 * system's directory of temporary files
 * @param memory how much memory DuckDB may use besides the Java heap
 * @param threads how many threads write and read at once
 * @param after how old entries must be to be archived while they are still in the
 * database, such as P30D, by quarters of a month; by default they are archived when their
 * month is retired
 * @param read whether the trail reads months that are in the archive only
 */
@ConfigurationProperties("audit.archive")
record ArchiveProperties(@Nullable Path directory, @Nullable S3 s3, @Nullable Path temporaryDirectory,
		@DefaultValue("512MB") DataSize memory, @DefaultValue("2") int threads, @Nullable Duration after,
		@DefaultValue("false") boolean read) {

	ArchiveProperties {
		Assert.isTrue(after == null || after.compareTo(Duration.ofDays(1)) >= 0,
				() -> "audit.archive.after takes a duration of at least a day such as P30D, not " + after);
	}

	/**
	 * A bucket of S3, or of a store that understands it. Unless there is a bean of the
	 * type S3Client, credentials are found as the AWS SDK does it.
	 *
	 * @param bucket the bucket
	 * @param prefix what the names of the objects begin with, such as audit/; by default
	 * nothing
	 * @param endpoint where the store is, unless it is Amazon's
	 * @param region the region; by default the one that the AWS SDK finds
	 * @param pathStyle whether the bucket is in the path instead of the host name
	 */
	record S3(String bucket, @Nullable String prefix, @Nullable URI endpoint, @Nullable String region,
			@DefaultValue("false") boolean pathStyle) {

	}

	ArchiveOptions options() {
		return new ArchiveOptions(this.temporaryDirectory, this.memory.toMegabytes() + "MB", this.threads);
	}

}
