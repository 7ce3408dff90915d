/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.springframework.util.FileSystemUtils;

/**
 * A PostgreSQL of one application's own, all of whose processes can be killed.
 */
final class DatabaseServer implements AutoCloseable {

	/** What it wrote since its last checkpoint is read again at a start after a crash. */
	private static final Duration RECOVERY = Duration.ofMinutes(2);

	private final String name;

	private final Path directory;

	private EmbeddedPostgres server;

	DatabaseServer(String name) {
		this.name = name;
		try {
			this.directory = Files.createTempDirectory("postgresql-" + name);
			this.server = start(0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private EmbeddedPostgres start(int port) throws IOException {
		// What the kernel was given it keeps: only processes are killed here.
		EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
			.setDataDirectory(this.directory)
			.setPGStartupWait(RECOVERY)
			.setCleanDataDirectory(false)
			.setServerConfig("fsync", "off")
			.setServerConfig("synchronous_commit", "on")
			.setServerConfig("max_connections", "100");
		return ((port > 0) ? builder.setPort(port) : builder).start();
	}

	DataSource database() {
		return this.server.getPostgresDatabase();
	}

	/** As a crash would: at once, with whatever is open. */
	void kill() {
		try {
			long postmaster = Long.parseLong(Files.readAllLines(this.directory.resolve("postmaster.pid")).get(0));
			List<ProcessHandle> processes = ProcessHandle.of(postmaster)
				.stream()
				.flatMap((handle) -> Stream.concat(Stream.of(handle), handle.descendants()))
				.toList();
			processes.forEach(ProcessHandle::destroyForcibly);
			processes.forEach((process) -> process.onExit().join());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Starts it again, after it was killed. */
	void startAgain() {
		try {
			int port = this.server.getPort();
			this.server.close();
			this.server = start(port);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		try {
			this.server.close();
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public String toString() {
		return "the database of " + this.name;
	}

}
