package io.auditspring.ledger.verify;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import javax.sql.DataSource;

import io.auditspring.CheckpointAnchor;
import io.auditspring.TestDatabase;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Roles;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.DirectoryAnchor;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.EntryKey;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.internal.table.LedgerLab;
import io.auditspring.retention.LegalHolds;
import io.auditspring.retention.Redaction;
import io.auditspring.retention.Retention;
import io.auditspring.retention.RetentionAction;
import io.auditspring.retention.RetentionReport;
import io.auditspring.retention.RetirementSeal;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
import io.auditspring.web.internal.export.SelectionExport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An untouched ledger is found to be one, and goes on, whatever is set for a database, a
 * role or the machine that verifies: the worst a verifier can do is to accuse wrongly.
 */
@Tag("thorough")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OddSettingsTests {

	private static final String[] ROLES = { "audit_writer", "audit_reader", "audit_redactor", "audit_retention" };

	private final LedgerLab lab = LedgerLab.create();

	@TempDir
	private Path directory;

	@BeforeAll
	void makeRoles() {
		Roles.apply(this.lab.database.dataSource(), this.lab.database.schema());
		this.lab.database.execute("""
				create schema odd;
				grant usage on schema odd to public;
				create domain odd.text as pg_catalog.text;
				create domain odd.jsonb as pg_catalog.jsonb;
				create function odd.never(bigint, bigint) returns boolean language sql as 'select false';
				create operator odd.= (leftarg = bigint, rightarg = bigint, function = odd.never)
				""");
	}

	static List<String> settings() {
		return """
				quote_all_identifiers = on
				standard_conforming_strings = off
				backslash_quote = off
				bytea_output = escape
				datestyle = German
				intervalstyle = sql_standard
				timezone = 'Asia/Kathmandu'
				extra_float_digits = -15
				lc_messages = 'C'
				search_path = odd, pg_catalog
				array_nulls = off
				transform_null_equals = on
				row_security = off
				xmlbinary = hex
				default_transaction_isolation = serializable
				default_transaction_read_only = on
				default_transaction_deferrable = on
				idle_in_transaction_session_timeout = '300ms'
				idle_session_timeout = '300ms'
				lock_timeout = '1ms'
				transaction_timeout = '10s'
				gin_fuzzy_search_limit = 1
				client_min_messages = debug5
				plan_cache_mode = force_generic_plan
				debug_parallel_query = on
				enable_indexscan = off
				enable_partition_pruning = off
				jit_above_cost = 0
				work_mem = '64kB'
				check_function_bodies = off
				plpgsql.extra_errors = 'all'
				plpgsql.variable_conflict = use_variable
				session_replication_role = replica
				synchronous_commit = off
				exit_on_error = on
				""".lines().toList();
	}

	@ParameterizedTest
	@MethodSource("settings")
	void ofARole(String setting) throws IOException {
		DataSource user = Roles.user(this.lab.database.dataSource(), ROLES);
		this.lab.database.execute("alter role %s set %s".formatted(name(user), setting));
		assertAllIsWell(user);
	}

	@ParameterizedTest
	@MethodSource("settings")
	void ofADatabase(String setting) {
		set("set " + setting);
		try {
			LedgerVerifier verifier = verifier(this.lab.database.dataSource());
			assertThat(verifier.verify().chains()).flatMap(ChainVerification::problems).isEmpty();
			assertThat(verifier.verifySince("main", 300).from()).isEqualTo(300);
		}
		finally {
			set("reset " + setting.replaceFirst(" .*", ""));
		}
	}

	/** Whose digits are other ones than those of SQL and of signed notes. */
	@ParameterizedTest
	@ValueSource(strings = { "fa-IR", "ar-EG", "hi-IN-u-nu-deva", "tr-TR", "th-TH-u-ca-buddhist-nu-thai" })
	void ofAMachine(String locale) throws IOException {
		Locale before = Locale.getDefault();
		Locale.setDefault(Locale.forLanguageTag(locale));
		try {
			assertAllIsWell(Roles.user(this.lab.database.dataSource(), ROLES));
		}
		finally {
			Locale.setDefault(before);
		}
	}

	/** What migrations say must not depend on them either, nor what they make. */
	@Test
	void aLedgerIsMadeUnderAllOfThem() {
		PGSimpleDataSource any = (PGSimpleDataSource) TestDatabase.newDatabase();
		String name = String.valueOf(any.getDatabaseName());
		LedgerDatabase odd = LedgerDatabase
			.at("jdbc:postgresql://localhost:%d/%s?user=postgres".formatted(any.getPortNumbers()[0], name));
		odd.execute("create schema odd");
		for (String setting : settings()) {
			// Flyway has a second session idle in its transaction meanwhile.
			if (!setting.matches("default_transaction.*|.*timeout.*|exit_on_error.*")) {
				odd.execute("alter database %s set %s".formatted(name, setting));
			}
		}
		odd.migrated();
		Entry entry = Entries.entry("it's \\ odd");
		odd.append("main", entry, Entries.entry("more"));
		Redaction redaction = new Redaction(odd.dataSource(), odd.schema(), () -> Entries.entry("by"));
		assertThat(redaction.redact(List.of(entry.id()), EntryGroup.DATA, "it's \\ asked for").complete()).isTrue();
		assertThat(new LedgerVerifier(odd.dataSource(), odd.schema()).verify().chains())
			.flatMap(ChainVerification::problems)
			.isEmpty();
	}

	@Test
	void aMonthIsRetiredUnderAllOfThem(@TempDir Path memory) {
		LedgerLab old = LedgerLab.create();
		Roles.apply(old.database.dataSource(), old.database.schema());
		DataSource user = Roles.user(old.database.dataSource(), ROLES);
		for (String setting : settings()) {
			if (!setting.startsWith("search_path")) {
				old.database.execute("alter role %s set %s".formatted(name(user), setting));
			}
		}
		Checkpoints checkpoints = new Checkpoints(user, old.database.schema(), LedgerLab.ORIGIN, LedgerLab.KEYS,
				new CheckpointSigning(LedgerLab.SIGNER, new SignerMemory(memory), List.of()));
		RetentionReport report = new Retention(user, old.database.schema(), Period.ofMonths(1), RetentionAction.DROP,
				() -> Entries.entry("by"), Clock.systemUTC(), new RetirementSeal(checkpoints, LedgerLab.SIGNER))
			.apply();
		assertThat(report.retired()).isNotEmpty();
		assertThat(verifier(user).verify().chains()).flatMap(ChainVerification::problems).isEmpty();
	}

	/** As one that is far away, or asked for a signature by a slow machine. */
	@Test
	void aPauseToReadAnAnchorDoesNotEndTheSession(@TempDir Path memory) {
		DataSource user = Roles.user(this.lab.database.dataSource(), ROLES);
		this.lab.database
			.execute("alter role %s set idle_in_transaction_session_timeout = '300ms'".formatted(name(user)));
		String paused = """
				select count(*) = 0 or max(clock_timestamp() - state_change) > '600ms'
				from pg_stat_activity
				where usename = '%s' and state like 'idle in transaction%%'
				""".formatted(name(user));
		CheckpointAnchor slow = new CheckpointAnchor() {

			@Override
			public void publish(String chain, long size, String note) {
				throw new UnsupportedOperationException();
			}

			@Override
			public Optional<String> latest(String chain) {
				Awaitility.await().until(() -> "t".equals(OddSettingsTests.this.lab.database.query(paused)));
				return Optional.empty();
			}

		};
		this.lab.database.append("main", Entries.entry("new"));
		Checkpoints checkpoints = new Checkpoints(user, this.lab.database.schema(), LedgerLab.ORIGIN, LedgerLab.KEYS,
				new CheckpointSigning(LedgerLab.SIGNER, new SignerMemory(memory), List.of(slow)));
		assertThat(checkpoints.create("main")).isPresent();
	}

	private void assertAllIsWell(DataSource user) throws IOException {
		Entry entry = Entries.entry("it's \\ odd");
		this.lab.database.append("main", entry, Entries.entry("more"));
		Schema schema = this.lab.database.schema();
		DirectoryAnchor anchor = new DirectoryAnchor(this.directory.resolve("anchor"), LedgerLab.ORIGIN);
		Checkpoints checkpoints = new Checkpoints(user, schema, LedgerLab.ORIGIN, LedgerLab.KEYS, new CheckpointSigning(
				LedgerLab.SIGNER, new SignerMemory(this.directory.resolve("memory")), List.of(anchor)));
		Checkpoint checkpoint = checkpoints.create("main").orElseThrow();
		anchor.publish("main", checkpoint.size(), checkpoint.note());
		assertThat(anchor.latest("main")).contains(checkpoint.note());
		assertThat(checkpoints.inclusion(entry.id()).orElseThrow().holds()).isTrue();
		assertThat(checkpoints.consistency("main", 300, checkpoint.size()).orElseThrow().holds()).isTrue();
		LegalHolds holds = new LegalHolds(user, schema, "main", () -> Entries.entry("by"));
		assertThat(holds.lift(holds.placeOnActor("jane \\", "it's a case"), "over")).isTrue();
		Redaction redaction = new Redaction(user, schema, () -> Entries.entry("by"));
		assertThat(redaction.redact(List.of(entry.id()), EntryGroup.DATA, "it's \\ asked for").complete()).isTrue();
		checkpoints.create("main");

		assertThat(verifier(user).verify().chains()).flatMap(ChainVerification::problems).isEmpty();
		ChainVerification since = verifier(user).verifySince("main", checkpoint.size());
		assertThat(since.problems()).isEmpty();
		assertThat(since.from()).isEqualTo(checkpoint.size());
		assertThat(exported(user).chains()).flatMap(ChainVerification::problems).isEmpty();
		assertThat(selected(user, entry).problems()).isEmpty();
	}

	private LedgerVerifier verifier(DataSource user) {
		return new LedgerVerifier(user, this.lab.database.schema(), evidence(), VerificationProgress.NONE);
	}

	private TrustPolicy evidence() {
		return new TrustPolicy(LedgerLab.KEYS,
				List.of(new DirectoryAnchor(this.directory.resolve("anchor"), LedgerLab.ORIGIN)), LedgerLab.ORIGIN);
	}

	private Verification exported(DataSource user) throws IOException {
		StringBuilder out = new StringBuilder();
		try (Connection connection = user.getConnection()) {
			connection.setAutoCommit(false);
			new LedgerExport(connection, this.lab.database.schema()).write("main", out);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
		return new ExportVerifier(evidence(), VerificationProgress.NONE)
			.verify(new BufferedReader(new StringReader(out.toString())));
	}

	private SelectionVerification selected(DataSource user, Entry entry) throws IOException {
		Instant recordedAt = Instant.parse(String.valueOf(this.lab.database.query("""
				select to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
				from audit.audit_log
				where id = '%s'
				""".formatted(entry.id()))));
		StringBuilder out = new StringBuilder();
		List<List<EntryKey>> pages = new ArrayList<>();
		pages.add(List.of(new EntryKey(entry.id(), recordedAt)));
		new SelectionExport(user, this.lab.database.schema()).write("one", pages.iterator(), out);
		SelectionVerification verification = new SelectionVerifier(evidence())
			.verify(new BufferedReader(new StringReader(out.toString())));
		assertThat(verification.proved()).isEqualTo(1);
		return verification;
	}

	private void set(String setting) {
		LedgerDatabase database = this.lab.database;
		try (Connection connection = database.begin(); Statement statement = connection.createStatement()) {
			statement.execute("set transaction read write; alter database %s %s"
				.formatted(database.query("select current_database()"), setting));
			connection.commit();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String name(DataSource user) {
		return ((PGSimpleDataSource) user).getUser();
	}

}
