/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;

import org.awaitility.Awaitility;

/**
 * A program in a process of its own, with the class path of the tests, that prints
 * {@value #BEGUN} once it works.
 */
final class ChildProcess implements AutoCloseable {

	/** The line that a program prints once it works. */
	static final String BEGUN = "begun";

	private static final Duration PATIENCE = Duration.ofMinutes(5);

	private final Path log;

	private final Process process;

	private final CountDownLatch begun = new CountDownLatch(1);

	private final Thread reader;

	private ChildProcess(Path log, Process process, Predicate<String> listener) {
		this.log = log;
		this.process = process;
		this.reader = new Thread(() -> read(listener), "lines");
		this.reader.setDaemon(true);
		this.reader.start();
	}

	/**
	 * Starts one; it may not work yet on return.
	 * @param log the file to which its lines are appended
	 * @param listener is given each line, and says whether it is no line for the log
	 * @param program the class of its main method
	 * @param arguments for that
	 * @return the process
	 */
	static ChildProcess start(Path log, Predicate<String> listener, Class<?> program, List<String> arguments) {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
						"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
						program.getName()));
		command.addAll(arguments);
		try {
			return new ChildProcess(log, new ProcessBuilder(command).redirectErrorStream(true).start(), listener);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** For a program that is started so: it ends when the tests have. */
	static void endWithTheTests() {
		Thread watch = new Thread(() -> {
			try {
				while (System.in.read() >= 0) {
					// Nothing is told it.
				}
			}
			catch (IOException ex) {
				// That is the end, too.
			}
			Runtime.getRuntime().halt(1);
		}, "end");
		watch.setDaemon(true);
		watch.start();
	}

	private void read(Predicate<String> listener) {
		try (BufferedReader lines = this.process.inputReader(StandardCharsets.UTF_8);
				PrintWriter out = new PrintWriter(Files.newBufferedWriter(this.log, StandardCharsets.UTF_8,
						StandardOpenOption.CREATE, StandardOpenOption.APPEND), true)) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				if (line.equals(BEGUN)) {
					this.begun.countDown();
				}
				else if (!listener.test(line)) {
					out.println(line);
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	ChildProcess awaitBegun() {
		if (!begins()) {
			throw new AssertionError("It did not start:\n" + log());
		}
		return this;
	}

	/** Waits until it works, or has ended without that. */
	boolean begins() {
		Awaitility.await().atMost(PATIENCE).until(() -> this.begun.getCount() == 0 || !this.process.isAlive());
		return this.begun.getCount() == 0;
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	/** As a crash would: at once. What it printed before is heard. */
	void kill() {
		// Its handle, as the process itself would close the pipe with lines in it.
		this.process.toHandle().destroyForcibly();
		try {
			this.process.waitFor();
			this.reader.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/** Stops its time, as a long pause would. */
	void freeze() {
		signal("STOP");
	}

	void thaw() {
		signal("CONT");
	}

	private void signal(String signal) {
		try {
			int status = new ProcessBuilder("kill", "-" + signal, String.valueOf(this.process.pid())).inheritIO()
				.start()
				.waitFor();
			if (status != 0) {
				throw new IllegalStateException("kill -%s failed:%n%s".formatted(signal, log()));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private String log() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
