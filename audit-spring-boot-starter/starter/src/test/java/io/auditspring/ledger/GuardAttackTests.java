package io.auditspring.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerLab;
import io.auditspring.ledger.internal.table.LedgerWriter;
import io.auditspring.ledger.internal.table.SchemaMigrations;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the owner or a superuser does to the tables rather than to the rows: to let
 * something through, or to hide it from whoever verifies.
 */
public class GuardAttackTests {

	private final LedgerLab lab = LedgerLab.create();

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					alter table audit.audit_log disable trigger audit_log_append_only           | the trigger audit_log_append_only on audit_log is missing, off or another one
					alter table audit.audit_log enable trigger audit_log_take_entries           | the trigger audit_log_take_entries on audit_log is missing, off or another one
					drop trigger audit_log_refuse_forged_entries on audit.audit_log             | the trigger audit_log_refuse_forged_entries on audit_log is missing, off or another one
					drop trigger audit_chain_begins_once on audit.audit_chain                   | the trigger audit_chain_begins_once on audit_chain is missing, off or another one
					alter table audit.audit_tile disable trigger all                            | the trigger audit_tile_append_only on audit_tile is missing, off or another one
					alter table audit.audit_fork disable trigger audit_fork_append_only         | the trigger audit_fork_append_only on audit_fork is missing, off or another one
					alter table audit.audit_log enable row level security                       | policies decide who sees which rows of audit_log
					alter table audit.audit_checkpoint set unlogged                             | audit_checkpoint loses its rows when the server fails
					create rule quiet as on insert to audit.audit_log do instead nothing        | the rule quiet stands between audit_log and those who use it
					create table public.more () inherits (audit.audit_chain)                    | public.more inherits from audit_chain, and brings its own rows
					alter table audit.audit_log alter column message set default 'never said'   | column message of audit_log has a value of its own
					alter table audit.audit_chain alter column name type text collate "C"       | column name of audit_chain compares texts by the collation "C"
					""")
	void isNamed(String sql, String what) {
		this.lab.database.execute(sql);
		assertThat(problems()).extracting(Problem::kind).containsOnly(Problem.Kind.GUARD);
		assertThat(problems()).extracting(Problem::what).contains(what);
	}

	@Test
	void aGuardThatIsReplacedByOneOfTheSameNameIsNamed() {
		this.lab.database.execute(
				"""
						create function public.audit_refuse_change() returns trigger language plpgsql as 'begin return null; end';
						drop trigger audit_log_append_only on audit.audit_log;
						create trigger audit_log_append_only before delete or truncate on audit.audit_log
							for each statement execute function public.audit_refuse_change();
						alter table audit.audit_log enable always trigger audit_log_append_only
						""");
		assertNamed("the trigger audit_log_append_only on audit_log is missing, off or another one");
	}

	@Test
	void aGuardThatNeverAppliesIsNamed() {
		this.lab.database.execute("""
				drop trigger audit_log_append_only on audit.audit_log;
				create trigger audit_log_append_only before delete on audit.audit_log
					for each statement when (false) execute function audit.audit_refuse_change();
				alter table audit.audit_log enable always trigger audit_log_append_only
				""");
		assertNamed("the trigger audit_log_append_only on audit_log is missing, off or another one");
	}

	@Test
	void aGuardThatIsMissingOnAPartitionIsNamed() {
		String partition = this.lab.partitionOf(300);
		this.lab.database.execute("drop trigger audit_log_append_only on " + partition);
		assertNamed("the trigger audit_log_append_only on %s is missing, off or another one"
			.formatted(partition.replace("audit.", "")));
	}

	/** One that swallows what it should not, and lets nobody notice. */
	@Test
	void aTriggerThatDropsEntriesIsNoticedByTheWriterAndNamed() {
		this.lab.database.execute("""
				create function public.swallow() returns trigger language plpgsql as $$
				begin
					return case when new.action = 'secret' then null else new end;
				end
				$$;
				create trigger a_swallow before insert on audit.audit_log
					for each row execute function public.swallow()
				""");
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.lab.database.append("main", Entries.entry("secret")))
			.withMessageContaining("The database took 0 of 1 entries");
		this.lab.database.append("main", Entries.entry("other"));
		assertThat(problems()).extracting(Problem::what)
			.contains("there is a trigger a_swallow on audit_log that does not belong there");
		assertThat(problems()).extracting(Problem::kind).containsOnly(Problem.Kind.GUARD);
	}

	@Test
	void aPolicyThatHidesEntriesFromTheVerifierIsNamedWithWhatItHides() {
		Roles.apply(this.lab.database.dataSource(), this.lab.database.schema());
		this.lab.database.execute("""
				create policy hide on audit.audit_log using (seq <> 250);
				alter table audit.audit_log enable row level security
				""");
		DataSource auditor = Roles.user(this.lab.database.dataSource(), "audit_reader");
		assertThat(new LedgerVerifier(auditor, this.lab.database.schema()).verify("main").problems())
			.extracting(Problem::kind)
			.containsExactlyInAnyOrder(Problem.Kind.GUARD, Problem.Kind.MISSING);
	}

	@Test
	void aViewInTheLogsPlaceIsNamedAndWhatItShowsIsChecked() {
		this.lab.database.execute("""
				alter table audit.audit_log rename to real_log;
				create view audit.audit_log as
					select * from audit.real_log where seq <> 250
				""");
		assertThat(problems()).extracting(Problem::what)
			.contains("audit_log is no table of this ledger, but a view", "entry 250 is missing");
	}

	@Test
	void aViewInThePlaceOfTheChainsIsNamed() {
		this.lab.database.execute("""
				alter table audit.audit_chain rename to real_chain;
				create view audit.audit_chain as select * from audit.real_chain
				""");
		assertNamed("audit_chain is no table of this ledger, but a view");
	}

	/** PostgreSQL refuses one as long as there is a unique index. */
	@Test
	void aPartitionOfAnotherServerIsNamed() {
		this.lab.database.execute("""
				alter table audit.audit_log drop constraint audit_log_pkey;
				create extension file_fdw;
				create server elsewhere foreign data wrapper file_fdw;
				create foreign table audit.audit_log_1999_01 partition of audit.audit_log
					for values from ('1999-01-01 00:00:00+00') to ('1999-02-01 00:00:00+00')
					server elsewhere options (filename '/dev/null')
				""");
		assertNamed("audit_log_1999_01 is no table of this ledger, but a table of another server");
	}

	@Test
	void aPartitionWithFurtherOnesIsNamed() {
		this.lab.database.execute("""
				create table audit.audit_log_1999_01 partition of audit.audit_log
					for values from ('1999-01-01 00:00:00+00') to ('1999-02-01 00:00:00+00') partition by list (chain)
				""");
		assertThat(problems()).extracting(Problem::what)
			.contains("audit_log_1999_01 is no table of this ledger, but divided into further ones");
	}

	@Test
	void aMonthThatIsChangedWhileItIsDetachedIsFound() {
		String month = this.lab.partitionOf(0);
		String bounds = this.lab.database
			.query("select pg_get_expr(relpartbound, oid) from pg_class where oid = '%s'::regclass".formatted(month));
		this.lab.database.execute("""
				alter table audit.audit_log detach partition %1$s;
				alter table %1$s disable trigger all;
				update %1$s set message = 'never happened' where seq = 50;
				alter table audit.audit_log attach partition %1$s %2$s
				""".formatted(month, bounds));
		assertThat(problems()).extracting(Problem::kind)
			.containsExactlyInAnyOrder(Problem.Kind.HASH, Problem.Kind.GUARD);
		assertThat(problems()).extracting(Problem::seq).contains(50L);
	}

	@Test
	void aRetiredMonthThatIsAttachedAgainIsFound() {
		String month = this.lab.partitionOf(0);
		String bounds = this.lab.database
			.query("select pg_get_expr(relpartbound, oid) from pg_class where oid = '%s'::regclass".formatted(month));
		this.lab.enterRetirement("main", 0, 99);
		this.lab.database.execute("alter table audit.audit_log detach partition " + month);
		assertThat(problems()).isEmpty();
		this.lab.database.execute("alter table audit.audit_log attach partition %s %s".formatted(month, bounds));
		assertThat(problems()).extracting(Problem::kind).containsExactly(Problem.Kind.RETIREMENT);
	}

	/** Operators of somebody's own would say that nothing differs. */
	@Test
	void functionsOnThePathOfTheVerifierAreNotUsed() throws SQLException {
		Roles.apply(this.lab.database.dataSource(), this.lab.database.schema());
		DataSource auditor = Roles.user(this.lab.database.dataSource(), "audit_reader");
		String user;
		try (Connection connection = auditor.getConnection(); Statement statement = connection.createStatement()) {
			user = connection.getMetaData().getUserName();
		}
		this.lab.database.execute(
				"""
						create schema evil;
						grant usage on schema evil to public;
						create function evil.between_places(bigint, bigint) returns boolean language sql as 'select $1 operator(pg_catalog.>=) $2 and $1 operator(pg_catalog.<>) 250';
						create operator evil.>= (leftarg = bigint, rightarg = bigint, function = evil.between_places);
						alter role %s set search_path = evil, pg_catalog
						"""
					.formatted(user));
		this.lab.tamper("update audit.audit_log set message = 'never happened' where chain = 'main' and seq = 250");
		assertThat(new LedgerVerifier(auditor, this.lab.database.schema()).verify("main").problems())
			.extracting(Problem::kind)
			.containsExactly(Problem.Kind.HASH);
	}

	/** What a function does is not looked at, but what it lets through is found. */
	@Test
	void whatAReplacedFunctionLetsThroughIsFound() {
		this.lab.database.execute("""
				create or replace function audit.audit_take_entries() returns trigger language plpgsql as
					'begin return null; end';
				create temporary table copy as select * from audit.audit_log where chain = 'main' and seq = 599;
				update copy set seq = 600, recorded_at = recorded_at + interval '1 microsecond';
				insert into audit.audit_log select * from copy
				""");
		assertThat(problems()).extracting(Problem::kind)
			.contains(Problem.Kind.HEAD, Problem.Kind.LINK, Problem.Kind.HASH);
	}

	/** Whose collation takes different names for the same would mix chains. */
	@Test
	void namesThatOnlyCompareAsEqualAreNamed() {
		this.lab.database.execute(
				"""
						create collation public.ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
						alter table audit.audit_chain alter column name type text collate public.ignoring_case
						""");
		assertNamed("column name of audit_chain compares texts by the collation public.ignoring_case");
	}

	/** By a newer verifier, before the application that migrates it was replaced. */
	@Test
	void aLedgerOfAnOlderVersionIsNotAccused() throws SQLException {
		DataSource older = TestDatabase.newDatabase();
		SchemaMigrations.configure(this.lab.database.schema(), SchemaMigrations.LEDGER, SchemaMigrations.LEDGER_HISTORY)
			.dataSource(older)
			.target("2")
			.load()
			.migrate();
		Schema schema = this.lab.database.schema();
		try (Connection connection = older.getConnection()) {
			connection.setAutoCommit(false);
			new LedgerWriter(schema).append(connection, "main", Entries.entries(3));
			connection.commit();
		}
		assertThat(new LedgerVerifier(older, schema).verify().chains()).flatMap(ChainVerification::problems).isEmpty();
	}

	private void assertNamed(String what) {
		assertThat(problems()).extracting(Problem::what).containsExactly(what);
	}

	/** Of one chain: what is wrong around the tables is said of each. */
	private List<Problem> problems() {
		return this.lab.verifier().verify("main").problems();
	}

}
