package io.auditspring.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;

/**
 * A {@link FaultyApplication} in a process of its own.
 */
final class Instance implements AutoCloseable {

	private static final AtomicInteger COUNT = new AtomicInteger();

	private static final long STARTING_SECONDS = 300;

	private static final long STOPPING_SECONDS = 90;

	private final Process process;

	private final Answers answers;

	private final Queue<String> log = new ConcurrentLinkedQueue<>();

	private final CountDownLatch started = new CountDownLatch(1);

	private final CountDownLatch done = new CountDownLatch(1);

	private final Thread reader = new Thread(this::read, "answers");

	private Instance(Process process, Answers answers) {
		this.process = process;
		this.answers = answers;
		this.reader.setDaemon(true);
		this.reader.start();
	}

	/**
	 * Starts one; it may not be up yet on return.
	 * @param url its database
	 * @param answers where its answers are noted
	 * @param properties further properties, as {@code key=value}
	 * @return the instance
	 */
	static Instance start(String url, Answers answers, String... properties) {
		List<String> arguments = new ArrayList<>(List.of(url, "load.instance=i" + COUNT.incrementAndGet()));
		arguments.addAll(List.of(properties));
		try {
			return new Instance(new ProcessBuilder(command(arguments)).redirectErrorStream(true).start(), answers);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static List<String> command(List<String> arguments) throws IOException {
		Path classPath = Files.createTempFile("faults", ".args");
		classPath.toFile().deleteOnExit();
		Files.writeString(classPath,
				"-cp \"%s\"".formatted(System.getProperty("java.class.path").replace("\\", "\\\\")));
		// Starts fast and lives for seconds.
		List<String> command = new ArrayList<>(List.of(
				Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
				"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "@" + classPath, FaultyApplication.class.getName()));
		command.addAll(arguments);
		return command;
	}

	private void read() {
		try (BufferedReader lines = this.process.inputReader(StandardCharsets.UTF_8)) {
			lines.lines().filter((line) -> !line.isEmpty()).forEach(this::note);
		}
		catch (IOException | UncheckedIOException ex) {
			this.log.add(ex.toString());
		}
	}

	private void note(String line) {
		String[] words = line.split(" ", 4);
		switch (words[0]) {
			case "@started" -> this.started.countDown();
			case "@done" -> this.done.countDown();
			case "@ack" -> this.answers.acknowledged(Work.valueOf(words[1]), words[2]);
			case "@failed" -> {
				this.answers.failed(Work.valueOf(words[1]), words[2], new IllegalStateException(words[3]));
				this.log.add(line);
			}
			default -> this.log.add(line);
		}
	}

	Instance awaitStarted() {
		return awaitSign(this.started, "did not start");
	}

	/** Waits until it has made all its calls. */
	Instance awaitDone() {
		return awaitSign(this.done, "did not do its work");
	}

	private Instance awaitSign(CountDownLatch sign, String failure) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(STARTING_SECONDS))
			.until(() -> sign.getCount() == 0 || !this.process.isAlive());
		if (sign.getCount() > 0) {
			throw new AssertionError("The application " + failure + ":\n" + log());
		}
		return this;
	}

	/**
	 * Waits until some more calls were answered well.
	 * @param work calls of which kind
	 * @param further how many
	 */
	Instance awaitAnswers(Work work, int further) {
		int enough = this.answers.count(work) + further;
		Awaitility.await()
			.atMost(Duration.ofSeconds(STARTING_SECONDS))
			.pollInterval(Duration.ofMillis(5))
			.until(() -> this.answers.count(work) >= enough || !this.process.isAlive());
		if (this.answers.count(work) < enough) {
			throw new AssertionError("The application does not answer:\n" + log());
		}
		return this;
	}

	/** Ends it as a crash would: at once, without a chance to do anything. */
	void kill() {
		// Its handle, as the process itself would close the pipe with answers in it.
		this.process.toHandle().destroyForcibly();
		awaitExit();
	}

	/** Asks it to stop, and waits until it has. */
	void stop() {
		askToStop();
		awaitExit();
	}

	void askToStop() {
		this.process.toHandle().destroy();
	}

	void awaitExit() {
		try {
			if (!this.process.waitFor(STOPPING_SECONDS, TimeUnit.SECONDS)) {
				throw new AssertionError("The application does not stop:\n" + log());
			}
			this.reader.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	/** Stops its time, as a long pause or a suspended machine would. */
	void freeze() {
		signal("STOP");
	}

	void thaw() {
		signal("CONT");
	}

	private void signal(String name) {
		try {
			int status = new ProcessBuilder("kill", "-" + name, String.valueOf(this.process.pid())).inheritIO()
				.start()
				.waitFor();
			if (status != 0) {
				throw new IllegalStateException("kill -" + name + " failed");
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

	/** What it wrote on its output besides answers. */
	String log() {
		return String.join("\n", this.log);
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
