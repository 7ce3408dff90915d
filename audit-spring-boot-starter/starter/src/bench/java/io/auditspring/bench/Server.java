package io.auditspring.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The PostgreSQL of one benchmark. It keeps what it acknowledges, as one in production
 * does; checkpoints come by size, so that they do not hit one round and spare another.
 */
final class Server {

	static final String VERSION = "18.4";

	private static final AtomicInteger DATABASES = new AtomicInteger();

	private final int port;

	private Server(int port) {
		this.port = port;
	}

	static Server start() throws IOException {
		EmbeddedPostgres server = EmbeddedPostgres.builder()
			.setServerConfig("max_connections", "200")
			.setServerConfig("synchronous_commit", "on")
			.setServerConfig("shared_buffers", "1GB")
			.setServerConfig("max_wal_size", "8GB")
			.setServerConfig("checkpoint_timeout", "15min")
			.setPGStartupWait(Duration.ofSeconds(60))
			.start();
		Runtime.getRuntime().addShutdownHook(new Thread(() -> {
			try {
				server.close();
			}
			catch (IOException ex) {
				ex.printStackTrace();
			}
		}));
		return new Server(server.getPort());
	}

	/**
	 * The server that another process has started.
	 */
	static Server at(int port) {
		return new Server(port);
	}

	int port() {
		return this.port;
	}

	/**
	 * Creates an empty database.
	 * @return its name
	 */
	String newDatabase() throws SQLException {
		String name = "bench_" + ProcessHandle.current().pid() + "_" + DATABASES.incrementAndGet();
		execute(plain("postgres"), "create database " + name);
		return name;
	}

	DataSource plain(String database) {
		return dataSource(this.port, database);
	}

	static DataSource dataSource(int port, String database) {
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setPortNumbers(new int[] { port });
		dataSource.setUser("postgres");
		dataSource.setDatabaseName(database);
		dataSource.setReWriteBatchedInserts(true);
		return dataSource;
	}

	HikariDataSource pool(String database) {
		return pool(plain(database));
	}

	static HikariDataSource pool(DataSource dataSource) {
		HikariConfig config = new HikariConfig();
		config.setDataSource(dataSource);
		config.setMaximumPoolSize(12);
		return new HikariDataSource(config);
	}

	static void execute(DataSource dataSource, String sql) throws SQLException {
		try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	static long number(DataSource dataSource, String sql) throws SQLException {
		try (Connection connection = dataSource.getConnection();
				Statement statement = connection.createStatement();
				var rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getLong(1);
		}
	}

	/**
	 * The processor time of all its processes from now on.
	 */
	ProcessorTime processorTime() throws SQLException, IOException {
		try (Connection connection = plain("postgres").getConnection();
				Statement statement = connection.createStatement();
				var rows = statement.executeQuery("show data_directory")) {
			rows.next();
			Path file = Path.of(rows.getString(1), "postmaster.pid");
			return ProcessorTime.ofFamily(Long.parseLong(Files.readAllLines(file).get(0).strip()));
		}
	}

	/**
	 * The bytes that the server has written to its log so far.
	 */
	long wal() throws SQLException {
		return number(plain("postgres"), "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint");
	}

}
