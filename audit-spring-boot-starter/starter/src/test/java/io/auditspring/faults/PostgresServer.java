package io.auditspring.faults;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import org.awaitility.Awaitility;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.FileSystemUtils;

/**
 * A PostgreSQL server of its own, with the binaries of the embedded one, that can be
 * killed and started again on its data. It writes to the disk before it confirms
 * ({@code fsync}, {@code synchronous_commit}).
 */
final class PostgresServer implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofMinutes(3);

	private final Path binaries;

	private final Path directory;

	private final int port = freePort();

	private final List<String> settings;

	private Process process;

	private PostgresServer(Path binaries, Path directory, List<String> settings) {
		this.binaries = binaries;
		this.directory = directory;
		this.settings = settings;
	}

	/**
	 * Creates and starts a server.
	 * @param settings further settings, as {@code key=value}
	 * @return the server
	 */
	static PostgresServer create(String... settings) {
		try {
			Path embedded = Path.of(new JdbcTemplate(TestDatabase.newDatabase())
				.queryForObject("select setting from pg_config where name = 'BINDIR'", String.class));
			return create(embedded, Files.createTempDirectory("faults"), settings);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Creates and starts a server of another version.
	 * @param binaries where its programs are
	 * @param directory an empty directory for its data
	 * @return the server
	 */
	static PostgresServer of(Path binaries, Path directory) {
		return create(binaries, directory);
	}

	private static PostgresServer create(Path binaries, Path directory, String... settings) {
		PostgresServer server = new PostgresServer(binaries, directory, List.of(settings));
		server.run(server.command("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale",
				"--no-sync", "--pgdata=" + server.data()));
		return server.start();
	}

	private String data() {
		return this.directory.resolve("data").toString();
	}

	/**
	 * Starts it on the data it has.
	 * @param prefix a command to run it with, or nothing
	 */
	PostgresServer start(String... prefix) {
		List<String> command = new ArrayList<>(List.of(prefix));
		command
			.addAll(command("postgres", "-D", data(), "-p", String.valueOf(this.port), "-c", "unix_socket_directories=",
					"-c", "max_connections=120", "-c", "fsync=on", "-c", "synchronous_commit=on"));
		this.settings.forEach((setting) -> command.addAll(List.of("-c", setting)));
		this.process = launch(command);
		Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(this::answers);
		return this;
	}

	// The server refuses to run as root, whom the embedded one escapes in the same way.
	private List<String> command(String program, String... arguments) {
		List<String> command = new ArrayList<>();
		if ("root".equals(System.getProperty("user.name"))) {
			command.addAll(List.of("unshare", "-U"));
		}
		command.add(this.binaries.resolve(program).toString());
		command.addAll(List.of(arguments));
		return command;
	}

	private Process launch(List<String> command) {
		File log = this.directory.resolve("server.log").toFile();
		try {
			return new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(log))
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void run(List<String> command) {
		try {
			if (launch(command).waitFor() != 0) {
				throw new IllegalStateException(
						command + " failed: " + Files.readString(this.directory.resolve("server.log")));
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

	private boolean answers() {
		try (Connection connection = dataSource().getConnection()) {
			return connection.isValid(1);
		}
		catch (SQLException ex) {
			if (!this.process.isAlive()) {
				throw new IllegalStateException("PostgreSQL did not start: " + this.directory, ex);
			}
			return false;
		}
	}

	/**
	 * Creates and starts a replica that follows it. It is stopped meanwhile, so nobody
	 * may be connected to it.
	 * @return the replica, which only reads
	 */
	PostgresServer replica() {
		try {
			PostgresServer replica = new PostgresServer(this.binaries, Files.createTempDirectory("faults"),
					List.of("primary_conninfo=host=localhost port=%d user=postgres".formatted(this.port)));
			stop();
			FileSystemUtils.copyRecursively(Path.of(data()), Path.of(replica.data()));
			Files.createFile(Path.of(replica.data(), "standby.signal"));
			Files.setPosixFilePermissions(Path.of(replica.data()), PosixFilePermissions.fromString("rwx------"));
			start();
			return replica.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Makes a replica that follows another server writable.
	 */
	void promote() {
		Boolean promoted = new JdbcTemplate(dataSource()).queryForObject("select pg_promote()", Boolean.class);
		if (!Boolean.TRUE.equals(promoted)) {
			throw new IllegalStateException("It was not promoted: " + this.directory);
		}
	}

	/**
	 * Keeps its write-ahead log on another disk from now on. It is stopped meanwhile.
	 * @param disk a directory there that does not exist yet
	 */
	void moveLogTo(Path disk) {
		move(Path.of(data(), "pg_wal"), disk);
	}

	/**
	 * Keeps all it has on another disk from now on. It is stopped meanwhile.
	 * @param disk a directory there that does not exist yet
	 */
	void moveTo(Path disk) {
		move(Path.of(data()), disk);
	}

	private void move(Path directory, Path disk) {
		try {
			stop();
			FileSystemUtils.copyRecursively(directory, disk);
			Files.setPosixFilePermissions(disk, PosixFilePermissions.fromString("rwx------"));
			FileSystemUtils.deleteRecursively(directory);
			Files.createSymbolicLink(directory, disk);
			start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Starts it again if it gave up. */
	void startAgainIfItEnded() {
		if (!this.process.isAlive()) {
			startAgain();
		}
	}

	/** Lets it end if it still tries to go on, and starts it again. */
	void startAgain() {
		kill();
		start();
	}

	/** Kills all of its processes at once. */
	void kill() {
		List<ProcessHandle> all = new ArrayList<>(this.process.descendants().toList());
		this.process.destroyForcibly();
		all.forEach(ProcessHandle::destroyForcibly);
		Awaitility.await().atMost(PATIENCE).until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
		Awaitility.await().atMost(PATIENCE).until(() -> !this.process.isAlive());
	}

	/** Lets it stop in order. */
	void stop() {
		// The fast way of stopping is SIGINT; Java knows SIGTERM, which waits for
		// clients.
		this.process.destroy();
		Awaitility.await().atMost(PATIENCE).until(() -> !this.process.isAlive());
	}

	int port() {
		return this.port;
	}

	String url() {
		return url(this.port);
	}

	static String url(int port) {
		return "jdbc:postgresql://localhost:%d/postgres".formatted(port);
	}

	DataSource dataSource() {
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setUrl(url());
		dataSource.setUser("postgres");
		return dataSource;
	}

	static int freePort() {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		kill();
		try {
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
