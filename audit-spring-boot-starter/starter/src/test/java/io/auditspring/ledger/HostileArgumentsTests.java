package io.auditspring.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each function that a role may call is given what nobody would give it: it refuses that
 * as a value that is wrong, or does no harm. Afterwards the ledger is what it was, and
 * goes on.
 */
class HostileArgumentsTests {

	private static final List<String> ROLES = List.of("audit_writer", "audit_reader", "audit_redactor",
			"audit_retention", "audit_receiver", "audit_centre");

	private static final LedgerDatabase WRITTEN = twentyEntries();

	/**
	 * Of SQLSTATE: what is wrong with values, with a state of things, and what is
	 * forbidden.
	 */
	private static final Set<String> REFUSALS = Set.of("21", "22", "23", "28", "55", "P0");

	private static final Set<String> FORBIDDEN = Set.of("42501", "42710", "42704");

	private static final Map<String, String> USUAL = Map.ofEntries(Map.entry("text", "'main'"),
			Map.entry("bigint", "1"), Map.entry("integer", "10"), Map.entry("smallint", "1"),
			Map.entry("boolean", "false"), Map.entry("uuid", "(select id from audit.audit_log where seq = 1)"),
			Map.entry("timestamp with time zone", "now()"), Map.entry("date", "current_date"),
			Map.entry("interval", "interval '1 hour'"), Map.entry("bytea", "sha256('')"),
			Map.entry("jsonb", "'{}'::jsonb"), Map.entry("json", "'{}'::json"), Map.entry("text[]", "array['main']"),
			Map.entry("bigint[]", "array[1]::bigint[]"),
			Map.entry("uuid[]", "array(select id from audit.audit_log where seq = 1)"),
			Map.entry("bytea[]", "array[sha256('')]"), Map.entry("date[]", "array[current_date]"));

	private static final Map<String, List<String>> HOSTILE = Map.ofEntries(
			Map.entry("text",
					List.of("''", "' '", "'none'", "'local'", "'root'", "e'a\\nb'", "'main@2'", "'[]'", "'[null]'",
							"'[{}]'", "'{\"chain\": \"main\", \"seq\": -1}'", "'''; drop table audit.audit_log; --'",
							"'%s %I $$'", "repeat('x', 100000)", "repeat('[', 5000)")),
			Map.entry("bigint", List.of("-9223372036854775808", "-1", "0", "20", "9223372036854775807")),
			Map.entry("integer", List.of("(-2147483648)", "-1", "0", "2147483647")),
			Map.entry("smallint", List.of("(-32768)", "32767")), Map.entry("boolean", List.of("true")),
			Map.entry("uuid", List.of("'00000000-0000-0000-0000-000000000000'", "gen_random_uuid()")),
			Map.entry("timestamp with time zone",
					List.of("'infinity'", "'-infinity'", "'0001-01-01 00:00Z'", "'294276-01-01 00:00Z'",
							"now() + interval '1 year'")),
			Map.entry("date",
					List.of("'infinity'", "'-infinity'", "'0001-01-01'", "'5874897-01-01'", "current_date + 400")),
			Map.entry("interval", List.of("interval '-1 year'", "interval '0'", "interval '100000 years'")),
			Map.entry("bytea", List.of("''", "'\\x00'", "decode(repeat('ff', 100000), 'hex')")),
			Map.entry("jsonb",
					List.of("'null'", "'[]'", "'\"\"'", "'[null]'", "'[{}]'", "'{\"chain\": null}'",
							"jsonb_build_object('a', repeat('x', 100000))")),
			Map.entry("json", List.of("'null'", "'[]'", "'[{}]'")),
			Map.entry("text[]",
					List.of("'{}'", "array[null]::text[]", "array['', 'none']", "array[array['a'], array['b']]",
							"array_fill('x'::text, array[10000])")),
			Map.entry("bigint[]", List.of("'{}'", "array[null]::bigint[]", "array[-1]::bigint[]")),
			Map.entry("uuid[]", List.of("'{}'", "array[null]::uuid[]", "array[gen_random_uuid()]")),
			Map.entry("bytea[]", List.of("'{}'", "array[null]::bytea[]", "array['\\x00'::bytea]")),
			Map.entry("date[]", List.of("'{}'", "array[null]::date[]", "array['infinity'::date]")));

	private static LedgerDatabase twentyEntries() {
		LedgerDatabase database = LedgerDatabase.withRoles();
		database.append("main", Entries.entries(20));
		return database;
	}

	/**
	 * Which functions there are, with the role that may call each and the types of what
	 * it takes.
	 */
	static Stream<String> functions() throws SQLException {
		List<String> found = new ArrayList<>();
		for (String role : ROLES) {
			String sql = """
					select string_agg(concat_ws('|', '%1$s', p.proname, (
						select string_agg(format_type(type, null), ',' order by place)
						from unnest(p.proargtypes) with ordinality as t (type, place)
					)), ';' order by p.proname)
					from pg_proc p
					where p.pronamespace = 'audit'::regnamespace and p.prorettype <> 'trigger'::regtype and p.prokind = 'f'
					and has_function_privilege('%1$s', p.oid, 'EXECUTE') and p.pronargs > 0
					"""
				.formatted(role);
			found.addAll(List.of(String.valueOf(WRITTEN.query(sql)).split(";")));
		}
		assertThat(found).hasSizeGreaterThan(50);
		return found.stream();
	}

	@ParameterizedTest
	@MethodSource("functions")
	void whatIsWrongIsRefusedOrDoesNoHarm(String described) throws SQLException {
		String[] parts = described.split("[|]");
		String[] types = parts[2].split(",");
		LedgerDatabase database = WRITTEN.copy();
		DataSource user = Roles.user(database.dataSource(), parts[0]);
		for (int hostile = 0; hostile < types.length; hostile++) {
			for (String value : hostileOnes(types[hostile])) {
				call(user, "select * from audit.%s(%s)".formatted(parts[1], arguments(types, hostile, value)));
			}
		}
		database.append("main", Entries.entries(2));
		assertThat(new LedgerVerifier(database.dataSource(), database.schema()).verify().chains())
			.flatMap(ChainVerification::problems)
			.isEmpty();
		assertThat(database.query("select count(*) from audit.audit_check_activity()")).isEqualTo("0");
	}

	private static List<String> hostileOnes(String type) {
		List<String> values = new ArrayList<>(HOSTILE.getOrDefault(type, List.of()));
		values.add("null");
		return values;
	}

	private static String arguments(String[] types, int hostile, String value) {
		List<String> arguments = new ArrayList<>();
		for (int i = 0; i < types.length; i++) {
			String usual = USUAL.getOrDefault(types[i], "null");
			arguments.add("(%s)::%s".formatted((i == hostile) ? value : usual, types[i]));
		}
		return String.join(", ", arguments);
	}

	private static void call(DataSource user, String sql) throws SQLException {
		try (Connection connection = user.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute("set statement_timeout = '30s'");
			statement.execute(sql);
		}
		catch (SQLException ex) {
			String state = String.valueOf(ex.getSQLState());
			assertThat(REFUSALS.contains(state.substring(0, 2)) || FORBIDDEN.contains(state))
				.as("%.300s: %s %s", sql, state, ex.getMessage())
				.isTrue();
		}
	}

}
