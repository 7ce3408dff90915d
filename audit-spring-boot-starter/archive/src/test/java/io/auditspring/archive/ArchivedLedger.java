package io.auditspring.archive;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.CheckpointSigner;
import io.auditspring.TestDatabase;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.PastEntries;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.retention.MonthArchive;
import io.auditspring.retention.Retention;
import io.auditspring.retention.RetentionAction;
import io.auditspring.retention.RetirementSeal;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A ledger with signed entries of months that are due, and its archive.
 */
final class ArchivedLedger {

	private static final Schema SCHEMA = new Schema("audit");

	private static final Clock IN_2026 = Clock.fixed(Instant.parse("2026-11-30T23:59:59Z"), ZoneOffset.UTC);

	private final DataSource dataSource;

	private final ArchiveStore store;

	private final CheckpointSigner signer;

	private final Checkpoints checkpoints;

	private final TrustedKeys keys;

	private ArchivedLedger(DataSource dataSource, ArchiveStore store, String key, Path memory) {
		this(dataSource, store, key, memory, List.of(), List.of());
	}

	private ArchivedLedger(DataSource dataSource, ArchiveStore store, String key, Path memory,
			List<VerifierKey> replaced, List<VerifierKey> retired) {
		this.dataSource = dataSource;
		this.store = store;
		this.signer = Ed25519Signer.ofPem("example.com/audit", key);
		this.keys = new TrustedKeys(Stream.concat(Stream.of(VerifierKey.of(this.signer)), replaced.stream()).toList(),
				retired);
		this.checkpoints = new Checkpoints(dataSource, SCHEMA, "example.com/audit", this.keys,
				new CheckpointSigning(this.signer, new SignerMemory(memory), List.of()));
	}

	/**
	 * A new database with an empty ledger. What archives there by itself does it
	 * tomorrow, and not a minute after the start of an application.
	 */
	static ArchivedLedger create(ArchiveStore store, String key, Path memory) {
		ArchivedLedger ledger = new ArchivedLedger(TestDatabase.migrated(), store, key, memory);
		ledger.execute("""
				update audit.audit_upkeep
				set due_at = clock_timestamp() + interval '12 hours'
				where name = 'retention'
				""");
		return ledger;
	}

	/**
	 * A copy of a ledger, which takes less than writing another one.
	 * @param original the ledger
	 * @param store where the copy's archive is
	 * @param key what signs
	 * @param memory what was signed, as far as it is known there
	 * @return the copy
	 */
	static ArchivedLedger copyOf(ArchivedLedger original, ArchiveStore store, String key, Path memory) {
		String name = Objects.requireNonNull(((PGSimpleDataSource) original.dataSource).getDatabaseName());
		return new ArchivedLedger(TestDatabase.copyOf(name), store, key, memory);
	}

	ArchivedLedger migrated() {
		new LedgerMigrations().run(this.dataSource);
		return this;
	}

	static ArchivedLedger at(String url, ArchiveStore store, String key, Path memory) {
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setUrl(url);
		return new ArchivedLedger(dataSource, store, key, memory);
	}

	/**
	 * The same ledger, whose chain main another key signed after the one before leaked.
	 */
	ArchivedLedger rotate(String key, Path memory) {
		List<VerifierKey> leaked = List.of(VerifierKey.of(this.signer));
		appendAt(Instant.now().truncatedTo(ChronoUnit.MICROS), "main", new SampleChain("main", 9).unplaced(1));
		new ArchivedLedger(this.dataSource, this.store, key, memory, leaked, List.of()).checkpoint("main");
		return new ArchivedLedger(this.dataSource, this.store, key, memory, List.of(), leaked);
	}

	String url() {
		PGSimpleDataSource server = (PGSimpleDataSource) this.dataSource;
		return "jdbc:postgresql://%s:%d/%s?user=%s".formatted(server.getServerNames()[0], server.getPortNumbers()[0],
				server.getDatabaseName(), server.getUser());
	}

	/** Appends entries as if it were another time. */
	void appendAt(Instant time, String chain, List<Entry> entries) {
		execute("alter table audit.audit_log disable trigger user");
		try {
			OwnTransaction.<Object, RuntimeException>run(this.dataSource, (connection) -> {
				try (Statement statement = connection.createStatement()) {
					statement
						.execute("select audit.audit_make_partition('%s')".formatted(time.toString().substring(0, 10)));
					PastEntries.append(connection, SCHEMA, chain, time, entries);
					statement.execute("""
							update audit.audit_chain
							set (size, head, recorded_at) = (
								select seq + 1, hash, recorded_at
								from audit.audit_log
								where chain = name
								order by seq desc
								limit 1
							)
							where name = '%s'
							""".formatted(chain));
					return true;
				}
			});
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
		execute("""
				do $$
				declare
					guard record;
				begin
					for guard in
						select tgname from pg_trigger
						where tgrelid = 'audit.audit_log'::regclass and not tgisinternal and tgparentid = 0
					loop
						execute format('alter table audit.audit_log enable always trigger %I', guard.tgname);
					end loop;
				end
				$$
				""");
	}

	TrustPolicy evidence() {
		return new TrustPolicy(this.keys, List.of(), "example.com/audit");
	}

	LedgerArchive archive() {
		return new LedgerArchive(this.dataSource, SCHEMA, this.store, new ArchiveOptions(null, "256MB", 2), this.signer,
				evidence());
	}

	/** Archives what is older than seven years. */
	Retention retention(Entry requestedBy, UnaryOperator<MonthArchive> archive) {
		return new Retention(this.dataSource, SCHEMA, Period.ofYears(7), RetentionAction.ARCHIVE, () -> requestedBy,
				IN_2026, new RetirementSeal(this.checkpoints, this.signer), archive.apply(archive()));
	}

	DataSource dataSource() {
		return this.dataSource;
	}

	Schema schema() {
		return SCHEMA;
	}

	/** Signs what is there of a chain. */
	void checkpoint(String chain) {
		this.checkpoints.create(chain);
	}

	/** Whether what is left in the database verifies. */
	boolean verify() {
		this.checkpoints.create("main");
		return new LedgerVerifier(this.dataSource, SCHEMA, evidence(), VerificationProgress.NONE).verify().valid();
	}

	void execute(String sql) {
		try (Connection connection = this.dataSource.getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	String query(String sql) {
		try (Connection connection = this.dataSource.getConnection();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery(sql)) {
			return row.next() ? String.valueOf(row.getString(1)) : "";
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
