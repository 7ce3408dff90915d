package io.auditspring.web;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import javax.sql.DataSource;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Measures how long a reader of their own entries waits where others did little, and
 * where they did much, as a table of Markdown: medians of as many requests each, taken in
 * turn, and the blocks that PostgreSQL looked at for each. Started by hand with the class
 * path of the tests, {@code -Dfigures=true}, the file to write, and three numbers: how
 * many requests, and how many entries others have in the two applications.
 */
final class OwnEntriesFigures {

	private static final int OWN = 500;

	private static final int WARM_UP = 300;

	/**
	 * They are no ledger that verifies. What others did is partly to the same things, and
	 * partly what the reader may guess at.
	 */
	private static final String ENTRIES = """
			insert into audit.audit_log (chain, seq, id, recorded_at, occurred_at, operation_id, actor_type, actor_id,
				action, severity, outcome, target_type, target_id, related, message, ip_address, hash_version, salt,
				prev_hash, hash)
			select 'filled', %2$d + g, gen_random_uuid(), moment, moment, gen_random_uuid(), 'user', %3$s,
				case when secret then 'deal.' || g / 60 %% 900 else 'order.pay' end,
				'info', 'success', case when secret then 'Deal' else 'Order' end, (g %% 7)::text,
				jsonb_build_array(jsonb_build_object('type', case when secret then 'Deal' else 'Invoice' end, 'id',
					(g %% 3)::text)), case when secret then 'About the merger' else 'Paid in full' end,
				case when secret then '203.0.113.9' else '198.51.100.7' end::inet, 1,
				sha256(int8send(g)), sha256(int8send(g)), sha256(int8send(g + 1))
			from (
				select g, date_trunc('month', now()) + (now() - date_trunc('month', now())) * (g::float8 / %1$d) as moment,
					%2$d > 0 and g %% 60 < 2 as secret
				from generate_series(0, %1$d - 1) as g
			) as each
			""";

	private OwnEntriesFigures() {
	}

	public static void main(String[] arguments) throws IOException {
		Path report = Path.of(arguments[0]);
		int requests = Integer.parseInt(arguments[1]);
		List<String> only = List.of(arguments).subList(4, arguments.length);
		try (ConfigurableApplicationContext little = start(Integer.parseInt(arguments[2]));
				ConfigurableApplicationContext much = start(Integer.parseInt(arguments[3]))) {
			List<Side> sides = List.of(Side.of(little), Side.of(much));
			write(report,
					"| own entries of `jane` | others did little: p50 µs, blocks | others did much | difference |\n");
			write(report, "|---|---|---|---|\n");
			for (String path : List.of("statistics", "suggestions?attribute=action", "entries", "entries?limit=5",
					"entries?action=order.pay", "entries?action=order.*", "entries?action=deal.*", "entries?action=*.7",
					"entries?q=paid", "entries?q=merger", "entries?related=Invoice:1", "entries?related=Deal:1",
					"targets/Order/1", "targets/Deal/1", "entries?targetType=Deal", "entries?ip=203.0.113.9", "facets",
					"entries/count?action=order.pay", "export?format=csv&action=order.pay")) {
				if (only.isEmpty() || only.contains(path)) {
					measure(report, path, requests, sides, List.of("/audit/api/" + path, "/audit/api/" + path));
				}
			}
			measure(report, "an entry that is another's, against one that is none", requests, sides,
					List.of("/audit/api/entries/" + UUID.randomUUID(), "/audit/api/entries/" + foreign(much)));
		}
	}

	/**
	 * One of the two applications.
	 *
	 * @param jane asks in a session, as passwords take long to check
	 * @param jdbc its database
	 */
	private record Side(Visitor jane, JdbcTemplate jdbc) {

		static Side of(ConfigurableApplicationContext context) {
			Visitor visitor = Visitor.anonymous(context);
			HttpResponse<String> answer = visitor.send("POST", "/login?username=jane&password=jane-secret");
			String cookie = answer.headers().firstValue("Set-Cookie").orElseThrow().replaceAll(";.*", "");
			return new Side(visitor.with("Cookie", cookie), new JdbcTemplate(context.getBean(DataSource.class)));
		}

		/** How many blocks of the ledger and its indexes were looked at so far. */
		long blocks() {
			return Objects.requireNonNull(this.jdbc.queryForObject("""
					select sum(heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)
					from pg_statio_user_tables where relname like 'audit_log%'
					""", Long.class));
		}

	}

	private static void measure(Path report, String name, int requests, List<Side> sides, List<String> paths)
			throws IOException {
		long[][] times = new long[2][requests];
		long[] blocks = new long[2];
		for (int i = -WARM_UP; i < requests; i++) {
			for (int which = 0; which < 2; which++) {
				// What goes first may warm what the other one uses.
				int turn = (which + i) & 1;
				if (i == 0) {
					blocks[turn] = sides.get(turn).blocks();
				}
				long start = System.nanoTime();
				sides.get(turn).jane().get(paths.get(turn));
				if (i >= 0) {
					times[turn][i] = System.nanoTime() - start;
				}
			}
		}
		double little = median(times[0]);
		double much = median(times[1]);
		write(report,
				"| %s | %.0f, %d | %.0f, %d | %+.1f %% |%n".formatted(name, little,
						(sides.get(0).blocks() - blocks[0]) / requests, much,
						(sides.get(1).blocks() - blocks[1]) / requests, 100 * (much - little) / little));
	}

	private static void write(Path report, String line) throws IOException {
		Files.writeString(report, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
	}

	private static double median(long[] nanos) {
		Arrays.sort(nanos);
		return nanos[nanos.length / 2] / 1000.0;
	}

	private static String foreign(ConfigurableApplicationContext context) {
		return String.valueOf(new JdbcTemplate(context.getBean(DataSource.class))
			.queryForObject("select id::text from audit.audit_log where actor_id = 'user-1' limit 1", String.class));
	}

	private static ConfigurableApplicationContext start(int others) {
		ConfigurableApplicationContext context = WebFixture.application()
			.profiles("no-csrf")
			.properties("logging.level.root=error")
			.run();
		JdbcTemplate jdbc = new JdbcTemplate(context.getBean(DataSource.class));
		context.getBean(TransactionTemplate.class).executeWithoutResult((status) -> {
			jdbc.execute("set local session_replication_role = replica");
			jdbc.execute("alter table audit.audit_log disable trigger all");
			jdbc.execute(ENTRIES.formatted(OWN, 0, "'jane'"));
			jdbc.execute(ENTRIES.formatted(others, OWN, "'user-' || g % 1000"));
		});
		jdbc.execute("select audit.audit_index_words()");
		jdbc.execute("vacuum analyze audit.audit_log");
		return context;
	}

}
