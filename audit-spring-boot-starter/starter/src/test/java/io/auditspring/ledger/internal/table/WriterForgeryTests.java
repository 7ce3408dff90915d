package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.YearMonth;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.Roles;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Entries that somebody with the rights of the application makes up are taken at the end
 * of a chain and of the present time, or not at all.
 */
class WriterForgeryTests {

	private static final String THIS_MONTH = LedgerDatabase.partition(LedgerDatabase.thisMonth());

	private final LedgerDatabase database = LedgerDatabase.withRoles();

	private DataSource writer = this.database.dataSource();

	@BeforeEach
	void becomeTheWriter() {
		// Once more, as an operator does after later migrations.
		Roles.apply(this.database.dataSource(), this.database.schema());
		this.writer = Roles.user(this.database.dataSource(), "audit_writer", "audit_reader");
		append("main", 3);
	}

	private void append(String chain, int entries) {
		try (Connection connection = this.writer.getConnection()) {
			connection.setAutoCommit(false);
			new LedgerWriter(this.database.schema()).append(connection, chain, Entries.entries(entries));
			connection.commit();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void execute(String sql) throws SQLException {
		try (Connection connection = this.writer.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			seq = 4                                                | seq does not go on from 3
			seq = 1                                                | seq does not go on from 3
			seq = 2                                                | seq does not go on from 3
			prev_hash = sha256('')                                 | prev_hash is not the hash
			prev_hash = (select hash from t where seq = 1)         | prev_hash is not the hash
			recorded_at = now() - interval '1 microsecond'         | before their transaction began
			recorded_at = (select recorded_at from t where seq = 2)| before the last entry
			recorded_at = now() + interval '1 minute'              | in the future
			chain = 'unknown'                                      | not begun
			""")
	void aForgedPlaceIsRefused(String change, String reason) {
		assertRefused("update forged set " + change.replace("from t", "from audit.audit_log"), reason);
	}

	@Test
	void severalEntriesMustFollowEachOtherToo() {
		String second = "insert into forged select * from forged; update forged set seq = %s where ctid = (select max(ctid) from forged)";
		assertRefused(second.formatted("4"), "prev_hash is not the hash");
		assertRefused(second.formatted("5"), "seq does not go on from 3");
		append("other", 1);
		assertRefused(second.formatted("4, chain = 'other'"), "several chains");
		assertRefused(second.formatted("4, prev_hash = hash, recorded_at = clock_timestamp()"), "several times");
	}

	// The next entry as it should be, but for a change.
	private void assertRefused(String change, String reason) {
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> forge(change)).withMessageContaining(reason);
		assertThat(problems()).isEmpty();
	}

	private void forge(String change) throws SQLException {
		execute("""
				begin;
				create temporary table forged on commit drop as select * from audit.audit_log where seq = 2 and chain = 'main';
				update forged
				set seq = 3, id = gen_random_uuid(), prev_hash = hash, hash = sha256(hash), recorded_at = now();
				%s;
				insert into audit.audit_log select * from forged;
				commit;
				"""
			.formatted(change));
	}

	@Test
	void theFirstEntryOfAChainIsOfThePresentToo() {
		assertRefused("""
				select audit.audit_lock_chain('new');
				update forged
				set chain = 'new', seq = 0, recorded_at = date_trunc('month', now()),
					prev_hash = (select head from audit.audit_chain where name = 'new')
				""", "before their transaction began");
	}

	/** Retention looks at the names of partitions, in their order. */
	@ParameterizedTest
	@CsvSource({ "10000-01-01", "0044-03-15 BC", "1969-12-31" })
	void aMonthOfAnotherEraIsNotMade(String month) {
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> execute("select audit.audit_ensure_partition('%s')".formatted(month)));
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> execute("select audit.audit_make_partition('%s')".formatted(month)));
	}

	@Test
	void onlyMonthsToComeAreMadeAndNotManyOfThem() throws SQLException {
		String ensure = "select audit.audit_ensure_partition('%s-01')";
		YearMonth month = LedgerDatabase.thisMonth();
		for (YearMonth far : new YearMonth[] { month.minusMonths(1), month.plusMonths(13) }) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(ensure.formatted(far)))
				.withMessageContaining("partitions are made for this month and the year after it");
		}
		execute(ensure.formatted(month));
		execute(ensure.formatted(month.plusMonths(12)));
		assertThat(
				this.database.query("select count(*) from pg_inherits where inhparent = 'audit.audit_log'::regclass"))
			.isEqualTo("2");
	}

	@Test
	void aHashThatOnlyTheVerifierCanTellIsFoundByIt() throws SQLException {
		forge("select");
		assertThat(problems()).extracting(Problem::seq).containsExactly(3L);
	}

	@ParameterizedTest
	@CsvSource({ "audit.redaction", "audit.retirement", "audit.hold", "audit.release", "audit.baseline", "audit." })
	void entriesOfTheLedgersOwnDoingAreNotForged(String action) {
		assertRefused("update forged set action = '%s'".formatted(action), "written by their functions only");
	}

	@Test
	void guardsHoldInReplicaModeAndForTheOwnerToo() {
		for (String table : List.of("audit_log", THIS_MONTH)) {
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> this.database
				.execute("set session_replication_role = replica; insert into audit.%s select * from audit.%s"
					.formatted(table, THIS_MONTH)));
		}
		assertThat(problems()).isEmpty();
	}

	@Test
	void thereAreNoForeignKeys() {
		assertThat(this.database.query("select count(*) from pg_constraint where contype = 'f'")).isEqualTo("0");
	}

	@Test
	void anOwnChainIsBegunWithItsOwnBeginning() {
		append("other", 2);
		assertThat(problems()).isEmpty();
		assertThat(this.database.query("select size from audit.audit_chain where name = 'other'")).isEqualTo("2");
	}

	@Test
	void aNewMonthBelongsToTheOwner() {
		this.database.execute("update audit.audit_chain set recorded_at = '2098-08-01 00:00:00+00'");
		append("main", 1);
		assertThat(this.database.query("""
				select string_agg(distinct relowner::regrole::text, ' ')
				from pg_class
				where relname like 'audit%' and relkind in ('r', 'p', 'i', 'I', 'S')
				""")).isEqualTo("audit_owner");
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute("delete from audit.audit_log_2098_08"));
	}

	private List<Problem> problems() {
		return new LedgerVerifier(Roles.user(this.database.dataSource(), "audit_reader"), this.database.schema())
			.verify()
			.chains()
			.stream()
			.flatMap((chain) -> chain.problems().stream())
			.toList();
	}

}
