package io.auditspring.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the roles of least privilege may call, with whatever they may give: it is refused
 * by name, or does no harm.
 */
class FunctionArgumentsTests {

	private static final String SUMS = "select coalesce(sum(entries), 0) from audit.audit_activity where dimension = '' "
			+ "and scale = 'month'";

	private static final LedgerDatabase WRITTEN = twentyEntries();

	private final LedgerDatabase database = WRITTEN.copy();

	private final DataSource writer = Roles.user(this.database.dataSource(), "audit_writer");

	private final DataSource reader = Roles.user(this.database.dataSource(), "audit_reader");

	private final DataSource redactor = Roles.user(this.database.dataSource(), "audit_redactor");

	private final DataSource retention = Roles.user(this.database.dataSource(), "audit_retention");

	private static LedgerDatabase twentyEntries() {
		LedgerDatabase database = LedgerDatabase.withRoles();
		database.append("main", Entries.entries(20));
		return database;
	}

	private static void execute(DataSource user, String sql) throws SQLException {
		try (Connection connection = user.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private static void assertRefused(DataSource user, String sql, String reason) {
		assertThatExceptionOfType(SQLException.class).as(sql)
			.isThrownBy(() -> execute(user, sql))
			.withMessageContaining(reason);
	}

	@Test
	void noFunctionDependsOnTheSettingsOfItsCaller() {
		assertThat(this.database.query("""
				select string_agg(p.oid::regprocedure::text, ', ')
				from pg_proc p
				where p.pronamespace = 'audit'::regnamespace
				and not coalesce(p.proconfig, '{}') @> array['search_path=pg_catalog, pg_temp',
					'standard_conforming_strings=on', 'gin_fuzzy_search_limit=0']
				""")).isNull();
	}

	@Test
	void entriesAreOnlyCountedForwards() throws SQLException {
		execute(this.reader, "select audit.audit_count_activity(10)");
		for (String most : List.of("-2147483648", "-1", "0", "null", "1000001", "2147483647")) {
			assertRefused(this.reader, "select audit.audit_count_activity(%s)".formatted(most),
					"audit_count_activity counts 1 to 1000000 entries at a time, not " + most);
		}
		execute(this.reader, "select audit.audit_count_activity(1000)");
		assertThat(this.database.query(SUMS)).isEqualTo("20");
	}

	@Test
	void sumsThatAreWrongAreFoundAndCountedAnew() throws SQLException {
		execute(this.reader, "select audit.audit_count_activity(15)");
		String differences = "select count(*) from audit.audit_check_activity()";
		execute(this.reader, differences);
		assertThat(this.database.query(differences)).isEqualTo("0");
		this.database.execute("update audit.audit_activity set entries = entries + 1 where dimension = 'severity'");
		this.database.execute("delete from audit.audit_activity where dimension = '' and scale = 'day'");
		assertThat(this.database.query(
				"select string_agg(distinct dimension || '/' || scale, ' ' order by dimension || '/' || scale) from audit.audit_check_activity()"))
			.isEqualTo("/day severity/day severity/hour severity/month");
		assertRefused(this.reader, "select audit.audit_recount_activity()", "permission denied");
		execute(this.retention, "select audit.audit_recount_activity()");
		execute(this.reader, "select audit.audit_count_activity(1000)");
		assertThat(this.database.query(differences)).isEqualTo("0");
		assertThat(this.database.query(SUMS)).isEqualTo("20");
	}

	@Test
	void whoCountsByAnOlderSnapshotDoesNotSpoilTheSums() throws SQLException {
		execute(this.reader, "select audit.audit_count_activity(10)");
		try (Connection connection = this.reader.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute("begin isolation level repeatable read; select from pg_class");
			execute(this.retention, "select audit.audit_recount_activity()");
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> statement.execute("select audit.audit_count_activity(10)"))
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("40001"));
		}
		execute(this.reader, "select audit.audit_count_activity(1000)");
		assertThat(this.database.query(SUMS)).isEqualTo("20");
	}

	@Test
	void aChainHasAName() {
		for (String name : List.of("null", "''", "' '", "e'a\\nb'", "e'a\\tb'", "' main'", "repeat('x', 201)",
				"repeat('x', 100000)")) {
			for (String begin : List.of("audit_lock_chain", "audit_ledger_id")) {
				assertRefused(this.writer, "select audit.%s(%s)".formatted(begin, name),
						"a chain has a name of 1 to 200 characters on one line");
			}
		}
		assertThat(this.database.query("select count(*) from audit.audit_chain")).isEqualTo("1");
	}

	@Test
	void thereAreNotAnyNumberOfChains() throws SQLException {
		String begin = "select audit.audit_lock_chain('c' || i) from generate_series(%s) i";
		assertRefused(this.writer, begin.formatted("1, 50000"), "there are 1000 chains already");
		assertThat(this.database.query("select count(*) from audit.audit_chain")).isEqualTo("1");
		execute(this.writer, begin.formatted("1, 999"));
		assertRefused(this.writer, begin.formatted("1000, 1000"), "audit_allow_chains");
		execute(this.writer, begin.formatted("1, 999"));
		assertRefused(this.writer, "select audit.audit_allow_chains(2000)", "permission denied");
		this.database.execute("select audit.audit_allow_chains(1001)");
		execute(this.writer, begin.formatted("1000, 1000"));
		assertRefused(this.writer, begin.formatted("1001, 1001"), "there are 1001 chains already");
	}

	@Test
	void chainsThatAreBegunSideBySideAreCountedToo() throws SQLException {
		String begin = "select audit.audit_ledger_id('%s' || i) from generate_series(1, 900) i";
		try (Connection connection = this.writer.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute("begin; " + begin.formatted("a"));
			assertRefused(this.writer, "set lock_timeout = '100ms'; " + begin.formatted("b"), "lock timeout");
			statement.execute("commit");
			statement.execute("begin isolation level repeatable read; select from pg_class");
			execute(this.writer, "select audit.audit_ledger_id('c')");
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.execute(begin.formatted("d")))
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("40001"));
		}
		assertThat(this.database.query("select count(*) from audit.audit_chain")).isEqualTo("902");
	}

	@Test
	void thereAreNoMoreTreesThanChains() throws SQLException {
		String trees = "insert into audit.audit_tree (chain, size, edges) select %s, 0, '{}' from generate_series(%s) i";
		assertRefused(this.writer, trees.formatted("repeat('x', 201)", "1, 1"), "there is no such chain");
		execute(this.writer, trees.formatted("'none' || i", "1, 1000"));
		assertRefused(this.writer, trees.formatted("'none' || i", "1001, 1001"), "there is no such chain");
	}

	/** An entry after the last one, with changes. */
	private static String entry(int seq, String change) {
		return """
				begin;
				create temporary table next on commit drop as
				select * from audit.audit_log where chain = 'main' and seq = %d;
				update next
				set seq = %d, id = gen_random_uuid(), prev_hash = hash, hash = sha256(hash), recorded_at = now();
				update next set %s;
				insert into audit.audit_log select * from next;
				commit;
				""".formatted(seq - 1, seq, change);
	}

	/** Whoever reads two entries of one id would see one of them only. */
	@Test
	void anIdIsThatOfOneEntry() throws SQLException {
		DataSource user = Roles.user(this.database.dataSource(), "audit_writer", "audit_reader");
		assertRefused(user, entry(20, "id = (select id from audit.audit_log where seq = 3)"), "there is an entry");
		String old = "id = '01890000-0000-7000-8000-000000000000'";
		execute(user, entry(20, old));
		assertRefused(user, entry(21, old), "there is an entry 01890000");
		assertRefused(user, entry(21, "prev_hash = prev_hash; insert into next select * from next; update next "
				+ "set seq = 22, prev_hash = hash, hash = sha256(hash) where ctid = (select max(ctid) from next)"),
				"there is an entry");
		this.database.append("other", Entries.entries(1));
		assertRefused(user, entry(21, "id = (select id from audit.audit_log where chain = 'other')"),
				"there is an entry");
		execute(user, entry(21, "seq = seq"));
	}

	/** An entry that the snapshot does not show could be repeated in another chain. */
	@ParameterizedTest
	@ValueSource(strings = { "repeatable read", "serializable" })
	void nobodyAppendsByAnOlderSnapshot(String isolation) throws SQLException {
		this.database.append("other", Entries.entries(1));
		DataSource user = Roles.user(this.database.dataSource(), "audit_writer", "audit_reader");
		try (Connection connection = user.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute("begin isolation level %s; create temporary table next as select * from audit.audit_log "
				.formatted(isolation) + "where chain = 'other'");
			this.database.append("main", Entries.entries(1));
			String id = this.database.query("select id::text from audit.audit_log where chain = 'main' and seq = 20");
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.execute("""
					update next set seq = 1, id = '%s', prev_hash = hash, hash = sha256(hash), recorded_at = now();
					insert into audit.audit_log select * from next
					""".formatted(id)))
				.withMessageContaining("read committed")
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("25000"));
		}
	}

	/** A hold that the snapshot does not show would not keep anything. */
	@ParameterizedTest
	@ValueSource(strings = { "select * from audit.audit_redact('main', '[]', 'actor', 'why', '{}')",
			"select audit.audit_retire('2019-01-01', true, '[]', '{}')",
			"select audit.audit_receive_redactions('main', '[]')", "select audit.audit_take_holds('main', '[]')" })
	void nobodyErasesByAnOlderSnapshot(String sql) throws SQLException {
		DataSource user = Roles.user(this.database.dataSource(), "audit_redactor", "audit_retention", "audit_receiver",
				"audit_centre");
		for (String isolation : new String[] { "repeatable read", "serializable" }) {
			try (Connection connection = user.getConnection(); Statement statement = connection.createStatement()) {
				statement.execute("begin isolation level " + isolation);
				assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.execute(sql))
					.withMessageContaining("read committed")
					.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("25000"));
			}
		}
	}

	/** Each would be one more to sign and to verify. */
	@Test
	void aChainWithoutEntriesDoesNotGoOn() throws SQLException {
		DataSource receiver = Roles.user(this.database.dataSource(), "audit_receiver");
		this.database.execute(
				"insert into audit.audit_chain (name, ledger_id, size, head, origin) "
						+ "values ('orders', gen_random_uuid(), 0, sha256(''), 'orders-service')",
				"insert into audit.audit_received (chain) values ('orders')",
				"insert into audit.audit_received_key (chain, key, from_size) values ('orders', 'a+00000000+' "
						+ "|| repeat('A', 44), 0)");
		assertRefused(receiver, "select audit.audit_receive_successor('orders', 'orders@2', gen_random_uuid(), '{}')",
				"does not go on as \"orders@2\" by itself");
	}

	/** What nobody was told of would stay unseen. */
	@ParameterizedTest
	@ValueSource(strings = { "select * from audit.audit_new_alerts(1000000)",
			"select audit.audit_tell_once('verification/main/50', now())" })
	void whoOnlyReadsTakesNoAlertAway(String sql) throws SQLException {
		assertRefused(this.reader, sql, "permission denied");
		execute(this.writer, sql);
	}

	/** What no memory can hold could neither be shown nor verified, and would stay. */
	@ParameterizedTest
	@ValueSource(strings = { "message = repeat('x', 17000000)", "target_name = repeat('x', 17000000)",
			"error = repeat('x', 9000000), user_agent = repeat('y', 9000000)",
			"metadata = jsonb_build_object('x', repeat('y', 17000000))",
			"related = jsonb_build_array(repeat('y', 17000000))" })
	void anEntryIsNotOfAnySize(String change) throws SQLException {
		String large = entry(20, change);
		DataSource user = Roles.user(this.database.dataSource(), "audit_writer", "audit_reader");
		assertRefused(user, large, "the owner of the ledger allows more by audit_allow_entry_size");
		assertRefused(user, "select audit.audit_allow_entry_size(100000000)", "permission denied");
		this.database.execute("select audit.audit_allow_entry_size(100000000)");
		execute(user, large);
		assertThat(this.database.query("select count(*) from audit.audit_log")).isEqualTo("21");
	}

	@Test
	void howLargeAnEntryMayBeIsBounded() {
		for (String bytes : List.of("null", "-1", "0", "1048575", "1073741825", "9223372036854775807")) {
			assertRefused(this.database.dataSource(), "select audit.audit_allow_entry_size(%s)".formatted(bytes),
					"audit_allow_entry_size takes a number of bytes from 1048576 to 1073741824");
		}
	}

	@Test
	void onlyMonthsToComeGetPartitions() {
		Map<String, String> months = Map.of("null", "not for null", "'infinity'", "not for infinity", "'-infinity'",
				"not for -infinity", "'0001-01-01'", "partitions are made for this month and the year after it");
		months.forEach((month, reason) -> {
			for (DataSource user : List.of(this.writer, this.retention)) {
				assertRefused(user, "select audit.audit_ensure_partition(%s)".formatted(month), reason);
			}
		});
	}

	@Test
	void whatStaysForEverHasAReasonOfBoundedLength() {
		this.database.execute("insert into audit.audit_legal_hold (actor_id, reason) values ('jane', 'x')");
		for (String reason : List.of("null", "''", "'  '", "repeat('x', 10001)")) {
			assertHasAReason(reason);
		}
	}

	private void assertHasAReason(String reason) {
		String requestedBy = "'{\"actorType\":\"system\",\"operation\":\"00000000-0000-4000-8000-000000000000\",\"actor\":{\"id\":\"system\"}}'";
		String named = "takes a reason of 1 to 10000 characters";
		assertRefused(this.retention,
				"select audit.audit_hold('main', 'jane', null, null, %s, %s)".formatted(reason, requestedBy),
				reason.equals("null") ? "reason" : named);
		assertRefused(this.retention,
				"select audit.audit_release('main', (select max(id) from audit.audit_legal_hold), %s, %s)"
					.formatted(reason, requestedBy),
				named);
		assertThat(this.database.query("select count(*) from audit.audit_legal_hold")).isEqualTo("1");
	}

	@Test
	void whoDoesItIsAlwaysNamed() {
		for (String requestedBy : List.of("null", "'{}'", "'[]'", "'1'", "'{\"actorType\":\"system\"}'")) {
			assertRefused(this.retention,
					"select audit.audit_hold('main', 'jane', null, null, 'why', %s)".formatted(requestedBy),
					"audit.hold takes who does it as an object of actorType, operation and actor");
		}
		assertThat(this.database.query("select count(*) from audit.audit_legal_hold")).isEqualTo("0");
	}

	@Test
	void aHoldIsOnSomething() {
		for (String what : List.of("'', null, null", "null, '', ''", "null, 'Order', ''", "'jane', 'Order', '7'",
				"null, null, null", "null, 'Order', null")) {
			assertRefused(this.retention, "select audit.audit_hold('main', %s, 'why', null)".formatted(what),
					"audit_legal_hold");
		}
	}

	@Test
	void aHoldOnATargetHasANameOrSeveral() {
		Map<String, String> refused = Map.of("null", "at least one type", "'{}'", "at least one type", "'{Order,null}'",
				"audit_legal_hold_is_on_one", "array['Order', '']", "audit_legal_hold_names_something");
		refused.forEach((types, reason) -> assertRefused(this.retention, """
				select audit.audit_hold_target('main', %s, '7', 'why',
					'{"actorType":"system","operation":"00000000-0000-4000-8000-000000000000","actor":{"id":"system"}}')
				""".formatted(types), reason));
		assertThat(this.database.query("select count(*) from audit.audit_legal_hold")).isEqualTo("0");
	}

	@Test
	void aRedactionOfWhatIsNotThereDoesNothing() {
		for (String entries : List.of("null", "'[]'", "'[{}]'", "'[{\"seq\":-1,\"id\":null}]'",
				"'[{\"seq\":9223372036854775807,\"id\":\"00000000-0000-4000-8000-000000000000\"}]'")) {
			assertThatCode(() -> execute(this.redactor,
					"select audit.audit_redact('main', %s, 'actor', 'why', null)".formatted(entries)))
				.as(entries)
				.doesNotThrowAnyException();
		}
		assertThat(this.database.query("select count(*) from audit.audit_log")).isEqualTo("20");
	}

	@Test
	void upkeepCannotBePostponed() {
		for (String time : List.of("infinity", "-infinity", "2999-01-01")) {
			assertRefused(this.retention, "update audit.audit_upkeep set due_at = '%s'".formatted(time),
					"due within a day");
		}
	}

	@Test
	void anEntryIsOfATimeThatACalendarHas() {
		for (String time : List.of("infinity", "-infinity", "0044-03-15 BC", "10000-01-01 12:00Z")) {
			assertRefused(this.writer,
					"""
							begin;
							select * from audit.audit_lock_chain('other');
							insert into audit.audit_log (chain, seq, id, recorded_at, occurred_at, operation_id, actor_type, actor_id,
								action, severity, outcome, hash_version, salt, prev_hash, hash)
							select 'other', 0, gen_random_uuid(), now(), '%s', gen_random_uuid(), 'system', 'system', 'a', 'info',
								'success', 1, sha256(''), sha256(''), sha256('')
							"""
						.formatted(time),
					"audit_log_happened_in_our_era");
		}
	}

}
