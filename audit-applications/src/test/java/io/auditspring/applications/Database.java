package io.auditspring.applications;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.awaitility.Awaitility;

import org.springframework.jdbc.core.JdbcTemplate;

/**
 * An application's database, on the one server of all.
 */
record Database(String url, JdbcTemplate jdbc) {

	private static final AtomicInteger DATABASES = new AtomicInteger();

	/**
	 * Creates an empty one.
	 * @return the database
	 */
	static Database create() {
		String name = "application_" + DATABASES.incrementAndGet();
		new JdbcTemplate(Server.INSTANCE.getPostgresDatabase()).execute("create database " + name);
		return new Database(Server.INSTANCE.getJdbcUrl("postgres", name),
				new JdbcTemplate(Server.INSTANCE.getDatabase("postgres", name)));
	}

	void drop() {
		String name = this.url.replaceAll(".*/(\\w+)\\?.*", "$1");
		new JdbcTemplate(Server.INSTANCE.getPostgresDatabase()).execute("drop database " + name + " with (force)");
	}

	/**
	 * The entries of the ledger, once nothing is staged any more.
	 * @return the entries in their order
	 */
	List<Map<String, Object>> entries() {
		Awaitility.await()
			.atMost(Duration.ofMinutes(2))
			.until(() -> this.jdbc.queryForObject("select count(*) from audit.audit_outbox", Long.class) == 0);
		return this.jdbc.queryForList(
				"""
						select action, outcome, actor_type, actor_id, target_type, target_id, message, before_state::text, after_state::text, changes::text,
							host(ip_address) as ip, service
						from audit.audit_log
						order by chain, seq
						""");
	}

	private static final class Server {

		static final EmbeddedPostgres INSTANCE = start();

		private static EmbeddedPostgres start() {
			try {
				EmbeddedPostgres server = EmbeddedPostgres.builder()
					.setPGStartupWait(Duration.ofMinutes(2))
					.setServerConfig("max_connections", "200")
					.start();
				Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
				return server;
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		private static void stop(EmbeddedPostgres server) {
			try {
				server.close();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
