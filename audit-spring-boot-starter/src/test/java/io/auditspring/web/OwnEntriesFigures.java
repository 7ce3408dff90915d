package io.auditspring.web;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import javax.sql.DataSource;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Measures how long a reader of their own entries waits where others did little, and
 * where they did much, as a table of Markdown: medians of as many requests each, taken in
 * turn. Started by hand with the class path of the tests and two numbers: how many
 * requests, and how many entries others have in the second of two applications.
 */
final class OwnEntriesFigures {

	private static final int OWN = 500;

	private static final int WARM_UP = 300;

	/** They are no ledger that verifies. */
	private static final String ENTRIES = """
			insert into audit.audit_log (chain, seq, id, recorded_at, occurred_at, operation_id, actor_type, actor_id,
				action, severity, outcome, target_type, target_id, related, message, hash_version, salt, prev_hash, hash)
			select 'filled', %2$d + g, gen_random_uuid(), moment, moment, gen_random_uuid(), 'user', %3$s, 'order.pay',
				'info', 'success', 'Order', (g %% 7)::text,
				jsonb_build_array(jsonb_build_object('type', 'Invoice', 'id', (g %% 3)::text)), 'Paid in full', 1,
				sha256(int8send(g)), sha256(int8send(g)), sha256(int8send(g + 1))
			from (
				select g, date_trunc('month', now()) + (now() - date_trunc('month', now())) * (g::float8 / %1$d) as moment
				from generate_series(0, %1$d - 1) as g
			) as each
			""";

	private OwnEntriesFigures() {
	}

	public static void main(String[] arguments) {
		int requests = Integer.parseInt(arguments[0]);
		try (ConfigurableApplicationContext little = start(10);
				ConfigurableApplicationContext much = start(Integer.parseInt(arguments[1]))) {
			System.out.println("| | others did little, p50 us | others did much | difference |");
			System.out.println("|---|---|---|---|");
			String foreign = "/audit/api/entries/" + foreign(much);
			Map<String, List<String>> paths = new LinkedHashMap<>();
			for (String path : List.of("entries", "entries?limit=5", "entries?action=order.pay", "entries?q=paid",
					"entries?related=Invoice:1", "targets/Order/1", "statistics", "suggestions?attribute=action",
					"export?format=csv&action=order.pay")) {
				paths.put(path, List.of("/audit/api/" + path, "/audit/api/" + path));
			}
			paths.put("an entry that is another's, against one that is none",
					List.of("/audit/api/entries/" + UUID.randomUUID(), foreign));
			paths.forEach((name, both) -> measure(name, requests, List.of(little, much), both));
		}
	}

	private static void measure(String name, int requests, List<ConfigurableApplicationContext> applications,
			List<String> paths) {
		long[][] times = new long[2][requests];
		List<Visitor> visitors = applications.stream().map((each) -> Visitor.anonymous(each).as("jane")).toList();
		for (int i = -WARM_UP; i < requests; i++) {
			for (int which = 0; which < 2; which++) {
				// What goes first may warm what the other one uses.
				int turn = (which + i) & 1;
				long start = System.nanoTime();
				visitors.get(turn).get(paths.get(turn));
				if (i >= 0) {
					times[turn][i] = System.nanoTime() - start;
				}
			}
		}
		double little = median(times[0]);
		double much = median(times[1]);
		System.out.printf("| %s | %.0f | %.0f | %+.1f %% |%n", name, little, much, 100 * (much - little) / little);
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
		ConfigurableApplicationContext context = ReadingRoom.application()
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
