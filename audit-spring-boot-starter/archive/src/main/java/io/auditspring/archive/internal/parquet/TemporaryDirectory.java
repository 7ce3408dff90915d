/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.parquet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import io.auditspring.archive.ArchiveOptions;

/**
 * A directory for files that are of no use afterwards: where the options say, and gone
 * with all that is in it.
 */
public final class TemporaryDirectory implements AutoCloseable {

	private static final String PREFIX = "audit-archive";

	private final Path path;

	private TemporaryDirectory(Path path) {
		this.path = path;
	}

	/**
	 * Makes one.
	 * @param options where
	 * @return an empty directory
	 * @throws IOException if there is no room for it
	 */
	public static TemporaryDirectory create(ArchiveOptions options) throws IOException {
		Path parent = options.temporary();
		Path made = (parent != null) ? Files.createTempDirectory(Files.createDirectories(parent), PREFIX)
				: Files.createTempDirectory(PREFIX);
		return new TemporaryDirectory(made.toRealPath());
	}

	public Path path() {
		return this.path;
	}

	/** What is left is temporary, and nothing to fail for. */
	@Override
	public void close() {
		try (Stream<Path> files = Files.walk(this.path)) {
			files.sorted((a, b) -> b.compareTo(a)).forEach((file) -> file.toFile().delete());
		}
		catch (IOException | RuntimeException ex) {
			this.path.toFile().deleteOnExit();
		}
	}

}
