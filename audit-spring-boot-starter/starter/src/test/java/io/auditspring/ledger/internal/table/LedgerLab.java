package io.auditspring.ledger.internal.table;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.auditspring.CheckpointAnchor;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.merkle.TreeTile;
import io.auditspring.ledger.internal.tree.LeafHashes;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.signing.LedgerVerifier;
import org.jspecify.annotations.Nullable;

/**
 * A ledger of 600 entries in three months, with checkpoints of 300 and 600 entries that
 * were also kept elsewhere; and all that it takes to forge it as somebody does who has
 * the database and knows the format, but not the key.
 */
public final class LedgerLab {

	public static final String ORIGIN = "shop";

	public static final Ed25519Signer SIGNER = Ed25519Signer.ofPem("shop", Ed25519Signer.newPem());

	public static final TrustedKeys KEYS = TrustedKeys.of(VerifierKey.of(SIGNER));

	public final LedgerDatabase database;

	public final List<String> anchored;

	private LedgerLab(LedgerDatabase database, List<String> anchored) {
		this.database = database;
		this.anchored = new ArrayList<>(anchored);
	}

	public static LedgerLab create() {
		return new LedgerLab(Prepared.LAB.database.copy(), Prepared.LAB.anchored);
	}

	/** Another ledger with the same entries up to now. */
	public LedgerLab copy() {
		return new LedgerLab(this.database.copy(), this.anchored);
	}

	public Verification verify() {
		return verifier().verify();
	}

	public LedgerVerifier verifier() {
		return verifier(KEYS);
	}

	public LedgerVerifier verifier(TrustedKeys keys) {
		CheckpointAnchor anchor = new CheckpointAnchor() {

			@Override
			public void publish(String chain, long size, String note) {
				throw new UnsupportedOperationException();
			}

			@Override
			public List<String> notes(String chain) {
				return LedgerLab.this.anchored.stream().filter((note) -> note.contains("/" + chain + "\n")).toList();
			}

			@Override
			public Set<String> chains() {
				return Set.of("main");
			}

		};
		return new LedgerVerifier(this.database.dataSource(), this.database.schema(),
				new TrustPolicy(keys, List.of(anchor), ORIGIN), VerificationProgress.NONE);
	}

	public void tamper(String sql) {
		this.database.tamper(sql);
	}

	/** Signs what is there, as an application does that was not looked at. */
	public String checkpoint(String chain, Ed25519Signer signer) {
		List<TreeTile> full = new ArrayList<>();
		CompactRange tree = new CompactRange();
		byte[] hashes = HexFormat.of().parseHex(Objects.requireNonNull(this.database.query("""
				select encode(string_agg(hash, '' order by seq), 'hex')
				from audit.audit_log
				where chain = '%s'
				""".formatted(chain))));
		for (int i = 0; i < hashes.length; i += EntryHash.LENGTH) {
			tree.append(Arrays.copyOfRange(hashes, i, i + EntryHash.LENGTH), full::add);
		}
		Checkpoint checkpoint = Checkpoint.sign(Checkpoint.origin(ORIGIN, chain), tree.size(), LeafHashes.root(tree),
				signer);
		this.database.execute("alter table audit.audit_tile disable trigger all");
		this.database.execute("alter table audit.audit_tree disable trigger all");
		store(chain, tree, full);
		store(chain, checkpoint.size(), checkpoint.root(), checkpoint.note());
		return checkpoint.note();
	}

	/** Behind the checks, as who owns the tables can. */
	public void store(String chain, long size, byte[] root, String note) {
		this.database.execute("alter table audit.audit_checkpoint disable trigger all");
		run("insert into audit.audit_checkpoint (chain, size, root, note) values (?, ?, ?, ?)", chain, size, root,
				note);
		this.database.guard();
	}

	private void store(String chain, CompactRange tree, List<TreeTile> full) {
		for (TreeTile tile : full) {
			run("""
					insert into audit.audit_tile (chain, level, index, hashes)
					values (?, ?, ?, ?)
					on conflict do nothing
					""", chain, tile.place().level(), tile.place().index(), tile.hashes());
		}
		String edges = tree.levels()
			.stream()
			.map((level) -> "'\\x" + HexFormat.of().formatHex(level) + "'::bytea")
			.reduce((a, b) -> a + "," + b)
			.orElse("");
		run("""
				insert into audit.audit_tree (chain, size, edges)
				values (?, ?, array[%s]::bytea[])
				on conflict (chain) do update set size = excluded.size, edges = excluded.edges
				""".formatted(edges), chain, tree.size());
	}

	/** Computes all hashes and links of a chain anew, so that it is consistent. */
	public void rechain(String chain) {
		List<StoredEntry> entries = entries(chain);
		byte[] previous = entries.get(0).prevHash();
		this.database.execute("alter table audit.audit_log disable trigger all");
		for (StoredEntry entry : entries) {
			byte[] hash = withPrevious(entry, previous).computeHash();
			if (!Arrays.equals(hash, entry.hash())) {
				run("update audit.audit_log set prev_hash = ?, hash = ? where chain = ? and seq = ?", previous, hash,
						chain, entry.core().seq());
			}
			previous = hash;
		}
		this.database.tamper("select 1");
		long size = Objects.requireNonNull(entries.get(entries.size() - 1).core().seq()) + 1;
		run("update audit.audit_chain set head = ?, size = ? where name = ?", previous, size, chain);
	}

	/** Computes one entry's hash anew, without those after it. */
	void rehash(String chain, long seq) {
		StoredEntry entry = entries(chain).get((int) seq);
		this.database.execute("alter table audit.audit_log disable trigger all");
		run("update audit.audit_log set hash = ? where chain = ? and seq = ?", entry.computeHash(), chain, seq);
		this.database.tamper("select 1");
	}

	private static StoredEntry withPrevious(StoredEntry entry, byte[] previous) {
		StoredEntry.Place place = entry.place();
		return new StoredEntry(
				new StoredEntry.Place(0, place.seq(), place.id(), place.recordedAt(), previous, place.hash()),
				entry.core(), entry.version(), entry.salt(), entry.actor(), entry.actorDigest(), entry.data(),
				entry.dataDigest());
	}

	/** Erases an actor group as the format says, but enters nothing. */
	public void eraseActor(String chain, long seq) {
		StoredEntry entry = entries(chain).get((int) seq);
		this.database.execute("alter table audit.audit_log disable trigger all");
		run("""
				update audit.audit_log
				set actor_id = null, actor_name = null, impersonator_id = null, ip_address = null, user_agent = null,
					session_id = null, device_fingerprint = null, geolocation = null, actor_digest = ?,
					salt = decode(repeat('00', 16), 'hex') || substr(salt, 17)
				where chain = ? and seq = ?
				""", EntryHash.actorDigest(entry.salt(), entry.actor()), chain, seq);
		this.database.tamper("select 1");
	}

	/** Appends the entry that a redaction needs. */
	public void enterRedaction(String into, String chain, long seq, String group) {
		String id = this.database
			.query("select id from audit.audit_log where chain = '%s' and seq = %d".formatted(chain, seq));
		this.database.append(into, Entries.controlEntry(ControlEntry.REDACTION, """
				{"chain": "%s", "seq": %d, "id": "%s", "group": "%s", "reason": "asked to"}
				""".formatted(chain, seq, id, group)));
	}

	/** Appends the entry that the retirement of entries needs. */
	public void enterRetirement(String chain, long firstSeq, long lastSeq) {
		enterRetirement(chain, firstSeq, lastSeq, SIGNER);
	}

	public void enterRetirement(String chain, long firstSeq, long lastSeq, @Nullable Ed25519Signer signer) {
		enterRetirement(chain, chain, firstSeq, lastSeq, signer);
	}

	/** Appends it to a chain that speaks for that of the entries. */
	public void enterRetirement(String by, String chain, long firstSeq, long lastSeq, @Nullable Ed25519Signer signer) {
		String hash = "select encode(%s, 'hex') from audit.audit_log where chain = '%s' and seq = %d";
		String metadata = """
				{"chain": "%s", "partition": "audit_log_2026_01", "firstSeq": %d, "lastSeq": %d, "firstPrevHash": "%s",
					"lastHash": "%s", "entries": %d, "action": "drop"}
				""".formatted(chain, firstSeq, lastSeq,
				this.database.query(hash.formatted("prev_hash", chain, firstSeq)),
				this.database.query(hash.formatted("hash", chain, lastSeq)), lastSeq - firstSeq + 1);
		if (signer != null) {
			byte[] signature = signer.sign(CanonicalJson.parse(metadata).toString().getBytes(StandardCharsets.UTF_8));
			metadata = metadata.replace("}",
					", \"signature\": \"%s\"}".formatted(Base64.getEncoder().encodeToString(signature)));
		}
		this.database.forge(by, Entries.controlEntry(ControlEntry.RETIREMENT, metadata));
	}

	public String partitionOf(long seq) {
		return Objects.requireNonNull(this.database
			.query("select tableoid::regclass from audit.audit_log where chain = 'main' and seq = " + seq));
	}

	public List<StoredEntry> entries(String chain) {
		List<StoredEntry> entries = new ArrayList<>();
		try (Connection connection = this.database.connect()) {
			new EntryReader(connection, this.database.schema()).read(chain, "true",
					(row) -> entries.add(StoredEntry.read(row)));
			return entries;
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void run(String sql, Object... parameters) {
		try (Connection connection = this.database.connect();
				PreparedStatement statement = connection.prepareStatement(sql)) {
			for (int i = 0; i < parameters.length; i++) {
				statement.setObject(i + 1, parameters[i]);
			}
			statement.executeUpdate();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static final class Prepared {

		static final LedgerLab LAB = prepare();

		private static LedgerLab prepare() {
			LedgerLab lab = new LedgerLab(LedgerDatabase.create(), List.of());
			lab.database.append("main", Entries.entries(300));
			lab.database.append("other", Entries.entries(3));
			spreadOverMonths(lab);
			lab.anchored.add(lab.checkpoint("main", SIGNER));
			lab.database.append("main", Entries.entries(300));
			lab.anchored.add(lab.checkpoint("main", SIGNER));
			return lab;
		}

		/**
		 * Entries 0 to 99 and 100 to 199 were recorded in the two months before this one.
		 */
		private static void spreadOverMonths(LedgerLab lab) {
			for (int month = 1; month <= 2; month++) {
				lab.database.execute("""
						select audit.audit_make_partition((clock_timestamp() at time zone 'UTC'
							- make_interval(months => %d))::date)
						""".formatted(month));
				lab.tamper("""
						update audit.audit_log
						set recorded_at = date_trunc('month', recorded_at, 'UTC') - make_interval(months => %d)
							+ make_interval(secs => seq)
						where chain = 'main' and seq between %d and %d
						""".formatted(month, 200 - 100 * month, 299 - 100 * month));
			}
			lab.rechain("main");
		}

	}

}
