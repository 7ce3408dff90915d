/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.auditspring.capture.internal.value.FailureText;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.entry.CanonicalObject;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.ReceivedRows;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.tree.LeafHashes;
import io.auditspring.ledger.internal.thread.BackgroundThreads;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of a bundle. Nothing counts before a signature does: one that is
 * not signed, or by a key that is not registered for that chain and size, is refused and
 * parks nothing. Then its place decides: what is here already is skipped, what goes on is
 * appended, what leaves entries out is a gap, and what contradicts under a valid
 * signature is a fork. Safe for use by any number of threads and instances.
 */
public final class BundleReceiver {

	/**
	 * Of SQLSTATE: connections, who may open one, transactions that others or settings
	 * ended, resources, locks, operators, and the system.
	 */
	private static final Set<String> OF_THE_DATABASE = Set.of("08", "25", "28", "3D", "40", "53", "55", "57", "58");

	private static final String DATA_EXCEPTION = "22";

	/** Others wait for the chain, and nothing of this takes longer but what is read. */
	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

	/** Longer than the answer of a source is waited for. */
	private static final Duration LONGEST_READ = Duration.ofSeconds(65);

	/** So many erasures are one statement. */
	private static final int PORTION = 500;

	private static final Pattern UUID_FORM = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

	private static final int STATE_LENGTH = 5;

	private static final String OBJECT_IN_USE = "55006";

	/** What the guard of the chains says. */
	private static final String OBJECT_NOT_IN_PREREQUISITE_STATE = "55000";

	private final DataSource dataSource;

	private final Schema schema;

	private final ReceivedTables tables;

	private final RefusedGroups refusedGroups;

	private final Frontiers frontiers;

	private final Succession succession;

	private final Supplier<Entry> recordedBy;

	private final ReceivingStatistics statistics;

	/** They end by themselves soon after there was much to write. */
	private final Executor writers = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS,
			new SynchronousQueue<>(), BackgroundThreads.named("audit-receive-writer"));

	/**
	 * Creates a receiver.
	 * @param dataSource connections of a user with the role {@code audit_receiver}
	 * @param schema where the ledger is
	 * @param recordedBy gives an entry that says who receives
	 * @param statistics counts what becomes of bundles
	 */
	public BundleReceiver(DataSource dataSource, Schema schema, Supplier<Entry> recordedBy,
			ReceivingStatistics statistics) {
		this.dataSource = dataSource;
		this.schema = schema;
		this.tables = new ReceivedTables(schema);
		this.refusedGroups = new RefusedGroups(new ReceivedRows(schema), this.tables, recordedBy);
		this.frontiers = new Frontiers(schema);
		this.succession = new Succession(this.tables, this.frontiers);
		this.recordedBy = recordedBy;
		this.statistics = statistics;
	}

	/**
	 * The chains that are registered.
	 * @return them, by name
	 * @throws SQLException if the database fails
	 */
	List<ReceivedTables.Chain> chains() throws SQLException {
		return OwnTransaction.look(this.dataSource, this.tables::chains);
	}

	/**
	 * Whether an entry here has a hash.
	 * @param chain the entry's chain
	 * @param seq its place
	 * @param hash the hash
	 * @return whether it has
	 * @throws SQLException if the database fails
	 */
	boolean holds(String chain, long seq, byte[] hash) throws SQLException {
		return OwnTransaction.look(this.dataSource,
				(connection) -> Arrays.equals(this.tables.hashes(connection, chain, seq, seq + 1).get(seq), hash));
	}

	/**
	 * Takes a bundle, or does not.
	 * @param bundle the bundle
	 * @return what became of it
	 * @throws SQLException if a database fails; it is given again then
	 */
	public Reception receive(Bundle bundle) throws SQLException {
		Reception reception = decide(bundle);
		this.statistics.count(bundle.chain(), reception);
		return reception;
	}

	/**
	 * Whether a key that counts for that size of a chain signed a note of it.
	 * @param chain the chain's name
	 * @param size the size
	 * @param note the note
	 * @return whether one did
	 * @throws SQLException if the database fails
	 */
	public boolean isSigned(String chain, long size, String note) throws SQLException {
		try {
			TrustedKeys keys = OwnTransaction.look(this.dataSource, (connection) -> keys(connection, chain, size));
			return open(note, keys).size() == size;
		}
		catch (ReceptionException ex) {
			return false;
		}
	}

	/**
	 * Refuses what cannot even be read.
	 * @param chain the chain that it says it is of
	 * @param reason a sentence
	 * @return what became of it
	 */
	public Reception refuse(String chain, String reason) {
		Reception reception = Reception.of(Reception.Kind.REFUSED, -1, reason);
		this.statistics.count(chain, reception);
		return reception;
	}

	private Reception decide(Bundle bundle) throws SQLException {
		// Known as soon as the chain is locked.
		long[] size = { -1 };
		try {
			return OwnTransaction.run(this.dataSource, bundle.whole() ? LONGEST_PAUSE : LONGEST_READ,
					(connection) -> receive(connection, bundle, size));
		}
		catch (ReceptionException ex) {
			return Reception.of(ex.kind(), size[0], String.valueOf(ex.getMessage()));
		}
		catch (Fork.Found ex) {
			return park(bundle.chain(), ex.fork(), size[0]);
		}
		catch (SQLException ex) {
			return Reception.of(kind(ex), size[0], String.valueOf(ex.getMessage()));
		}
		catch (RuntimeException ex) {
			// Whatever else is wrong with it is wrong with it alone.
			return Reception.of(Reception.Kind.REFUSED, size[0], (ex instanceof IllegalArgumentException)
					? String.valueOf(ex.getMessage()) : "it cannot be taken: " + FailureText.of(ex));
		}
	}

	private Reception park(String chain, Fork fork, long size) throws SQLException {
		try {
			OwnTransaction.run(this.dataSource,
					(connection) -> this.tables.park(connection, chain, fork, this.recordedBy.get()));
			return Reception.of(Reception.Kind.FORK, size, fork.reason());
		}
		catch (SQLException ex) {
			return Reception.of(kind(ex), size, String.valueOf(ex.getMessage()));
		}
	}

	/**
	 * That the database fails is no fault of the bundle. Whatever else it says of one is
	 * said again each time that comes, and must hold up no other chain.
	 */
	private static Reception.Kind kind(SQLException ex) throws SQLException {
		String state = ex.getSQLState();
		if (OBJECT_IN_USE.equals(state)) {
			return Reception.Kind.DELAYED;
		}
		if (state == null || state.length() != STATE_LENGTH || (OF_THE_DATABASE.contains(state.substring(0, 2))
				&& !OBJECT_NOT_IN_PREREQUISITE_STATE.equals(state))) {
			throw ex;
		}
		return Reception.Kind.PAUSED;
	}

	private Reception receive(Connection connection, Bundle bundle, long[] size) throws SQLException {
		Checkpoint claimed = parse(bundle.note());
		TrustedKeys keys = keys(connection, bundle.chain(), claimed.size());
		if (keys.keys().isEmpty() && this.succession.register(connection, bundle, this.recordedBy.get())) {
			keys = this.tables.keys(connection, bundle.chain(), claimed.size());
		}
		if (keys.keys().isEmpty()) {
			throw ReceptionException.refused(
					"chain '%s' is not registered, or no key is for size %s".formatted(bundle.chain(), claimed.size()));
		}
		Checkpoint note = open(bundle.note(), keys);
		ReceivedHead head = this.tables.lock(connection, bundle.chain());
		size[0] = head.size();
		if (!note.origin().equals(head.origin() + "/" + head.chain())) {
			throw ReceptionException
				.refused("its note is of '%s', not of '%s/%s'".formatted(note.origin(), head.origin(), head.chain()));
		}
		if (bundle.first() < 0 || bundle.first() > note.size()) {
			throw ReceptionException.refused(
					"it begins with entry %s, but is signed for %s entries".formatted(bundle.first(), note.size()));
		}
		if (head.parkedFor() != null) {
			return Reception.of(Reception.Kind.PARKED, head.size(), head.parkedFor());
		}
		if (bundle.first() > head.size() || (bundle.first() == note.size() && note.size() > head.size())) {
			return Reception.of(Reception.Kind.GAP, head.size(),
					"entries %s to %s are missing".formatted(head.size(), note.size() - 1));
		}
		return (note.size() <= head.size()) ? seen(connection, bundle, note, head)
				: append(connection, bundle, note, head);
	}

	/** Nobody has signed anything yet: what is no name is not the database's trouble. */
	private TrustedKeys keys(Connection connection, String chain, long size) throws SQLException {
		try {
			return this.tables.keys(connection, chain, size);
		}
		catch (SQLException ex) {
			if (String.valueOf(ex.getSQLState()).startsWith(DATA_EXCEPTION)) {
				throw ReceptionException.refused("it is of no chain, as a chain cannot be called so");
			}
			throw ex;
		}
	}

	private static Checkpoint parse(String note) {
		try {
			return Checkpoint.parse(note);
		}
		catch (InvalidCheckpointException | IndexOutOfBoundsException ex) {
			throw ReceptionException.refused("its note cannot be read: " + ex.getMessage());
		}
	}

	static Checkpoint open(String note, TrustedKeys keys) {
		try {
			return Checkpoint.open(note, keys);
		}
		catch (InvalidCheckpointException ex) {
			throw ReceptionException.refused("its signature does not count: " + ex.getMessage());
		}
	}

	/** All of it should be here. What is signed must be what is here. */
	private Reception seen(Connection connection, Bundle bundle, Checkpoint note, ReceivedHead head)
			throws SQLException {
		byte[] root = root((note.size() == head.size()) ? this.frontiers.at(connection, head)
				: this.frontiers.at(connection, head.chain(), note.size()));
		if (!Arrays.equals(root, note.root())) {
			// It may be of another history from its first entry on.
			compare(connection, bundle, note, note.size());
			throw new Fork.Found(new Fork(null, root, note.root(), note.note(),
					"its source signed two roots of %s entries".formatted(note.size())));
		}
		Long different = firstDifferent(connection, bundle, note.size());
		if (different != null) {
			throw ReceptionException.refused("entry %s is not what its note covers".formatted(different));
		}
		return new Reception(Reception.Kind.SEEN, head.size(), 0, null);
	}

	private Reception append(Connection connection, Bundle bundle, Checkpoint note, ReceivedHead head)
			throws SQLException {
		if (bundle.first() < head.size()) {
			compare(connection, bundle, note, head.size());
		}
		CompactRange tree = this.frontiers.at(connection, head);
		BundleWalk walk = new BundleWalk(this.tables, this.refusedGroups, connection, head, tree,
				(redactions) -> applyRedactions(connection, bundle.chain(), redactions), this.writers);
		try {
			read(bundle, (entry) -> {
				if (place(entry) >= head.size()) {
					walk.accept(entry);
				}
			});
			walk.end(note.size());
		}
		finally {
			walk.leave();
		}
		if (!Arrays.equals(root(tree), note.root())) {
			throw ReceptionException
				.refused("its entries do not lead to the root that is signed for %s entries".formatted(note.size()));
		}
		List<String> later = this.tables.later(connection, head);
		walk.redact();
		for (ControlEntry.Retirement retirement : walk.retirements()) {
			this.tables.retired(connection, bundle.chain(), retirement);
		}
		applyRedactions(connection, bundle.chain(), saidBefore(connection, head, later, note.size()));
		walk.requireDeclared(later);
		this.tables.keepNote(connection, head.chain(), note.note());
		this.frontiers.reached(head.chain(), tree, walk.last());
		return new Reception(Reception.Kind.APPENDED, note.size(), note.size() - head.size(), null);
	}

	private static byte[] root(CompactRange tree) {
		return LeafHashes.root(tree);
	}

	/**
	 * Compares the part of a bundle that is here already. Where it differs, it is a fork
	 * if the signature covers what it says, and otherwise was altered on the way.
	 */
	private void compare(Connection connection, Bundle bundle, Checkpoint note, long end) throws SQLException {
		Long different = firstDifferent(connection, bundle, end);
		if (different == null) {
			return;
		}
		CompactRange theirs = this.frontiers.at(connection, bundle.chain(), bundle.first());
		List<byte[]> hash = new ArrayList<>();
		read(bundle, (entry) -> {
			if (place(entry) == theirs.size()) {
				byte[] computed = entry.computeHash();
				theirs.append(computed, (full) -> {
				});
				if (place(entry) == different) {
					hash.add(computed);
				}
			}
		});
		if (theirs.size() == note.size() && Arrays.equals(root(theirs), note.root()) && !hash.isEmpty()) {
			byte[] ours = Objects.requireNonNull(
					this.tables.hashes(connection, bundle.chain(), different, different + 1).get(different));
			throw new Fork.Found(new Fork(different, ours, hash.get(0), note.note(),
					"its source signed two entries %s: %s is here, and %s came".formatted(different, hex(ours),
							hex(hash.get(0)))));
		}
		throw ReceptionException.refused(
				"entry %s differs from the one that is here, and its signature does not cover it".formatted(different));
	}

	/** Of what was retired here only its hash in the tree is left. */
	private @Nullable Long firstDifferent(Connection connection, Bundle bundle, long end) throws SQLException {
		Map<Long, byte[]> ours = new HashMap<>();
		long[] known = { 0, 0 };
		Long[] different = new Long[1];
		read(bundle, (entry) -> {
			long place = place(entry);
			if (different[0] != null || place < bundle.first() || place >= end) {
				return;
			}
			// A bundle may say that it covers a whole chain, and have few of its entries.
			if (place < known[0] || place >= known[1]) {
				known[0] = place;
				known[1] = Math.min(end, place + PORTION);
				ours.clear();
				ours.putAll(this.tables.hashes(connection, bundle.chain(), known[0], known[1]));
			}
			byte[] hash = ours.get(place);
			if (hash != null
					&& !(Arrays.equals(hash, entry.hash()) && Arrays.equals(entry.hash(), entry.computeHash()))) {
				different[0] = place;
			}
		});
		return different[0];
	}

	private static long place(StoredEntry entry) {
		Long seq = entry.place().seq();
		return (seq != null) ? seq : -1;
	}

	private static String hex(byte[] hash) {
		return HexFormat.of().formatHex(hash);
	}

	/** What is to be erased of entries that came after a later chain had said so. */
	private List<ControlEntry.Redaction> saidBefore(Connection connection, ReceivedHead head, List<String> later,
			long end) throws SQLException {
		List<ControlEntry.Redaction> said = new ArrayList<>();
		EntryReader reader = new EntryReader(connection, this.schema);
		for (String chain : later) {
			reader.read(chain, "action = '%s'".formatted(ControlEntry.REDACTION), (row) -> {
				if (CheckedEntry.of(row).controlEntry() instanceof ControlEntry.Redaction redaction
						&& redaction.chain().equals(head.chain()) && redaction.seq() >= head.size()
						&& redaction.seq() < end) {
					said.add(redaction);
				}
			});
		}
		return said;
	}

	/**
	 * What its source has erased since the entries came here is erased here. Of a chain
	 * that nobody registered nothing is here.
	 */
	private void applyRedactions(Connection connection, String speaker, List<ControlEntry.Redaction> redactions)
			throws SQLException {
		Map<String, List<ControlEntry.Redaction>> chains = redactions.stream()
			.collect(Collectors.groupingBy(ControlEntry.Redaction::chain));
		for (Map.Entry<String, List<ControlEntry.Redaction>> chain : chains.entrySet()) {
			List<ControlEntry.Redaction> all = this.tables.speaksFor(connection, speaker, chain.getKey())
					? chain.getValue() : List.of();
			for (int from = 0; from < all.size(); from += PORTION) {
				erase(connection, chain.getKey(), all.subList(from, Math.min(from + PORTION, all.size())));
			}
		}
	}

	private void erase(Connection connection, String chain, List<ControlEntry.Redaction> redactions)
			throws SQLException {
		EntryReader reader = new EntryReader(connection, this.schema);
		List<String> wanted = new ArrayList<>();
		String places = redactions.stream()
			.map((redaction) -> String.valueOf(redaction.seq()))
			.distinct()
			.collect(Collectors.joining(", "));
		Set<ControlEntry.Redaction> gone = new LinkedHashSet<>(redactions);
		reader.read(chain, "seq in (%s)".formatted(places), (row) -> {
			StoredEntry entry = StoredEntry.read(row);
			redactions.stream()
				.filter((redaction) -> redaction.seq() == place(entry)
						&& redaction.id().equals(String.valueOf(entry.place().id())))
				.filter(gone::remove)
				.forEach((redaction) -> wanted.add(wanted(entry, redaction)));
		});
		// Their sources may sign whatever they like.
		gone.stream()
			.filter((redaction) -> UUID_FORM.matcher(redaction.id()).matches())
			.forEach((redaction) -> wanted.add(named(redaction).toString()));
		this.tables.applyRedactions(connection, chain, "[" + String.join(",", wanted) + "]");
	}

	private static String wanted(StoredEntry entry, ControlEntry.Redaction redaction) {
		return named(redaction).text("actor", hex(entry.digestOfActor()))
			.text("data", hex(entry.digestOfData()))
			.toString();
	}

	private static CanonicalObject named(ControlEntry.Redaction redaction) {
		return new CanonicalObject().number("seq", redaction.seq())
			.text("id", redaction.id())
			.text("redacted", CoreObject.stored(redaction.group()));
	}

	private static void read(Bundle bundle, Step step) throws SQLException {
		SQLException[] failed = new SQLException[1];
		try {
			bundle.entries().read((entry) -> {
				try {
					step.accept(entry);
				}
				catch (SQLException ex) {
					failed[0] = ex;
					throw new BrokenOff();
				}
			});
		}
		catch (BrokenOff ex) {
			throw failed[0];
		}
	}

	/** Takes an entry. */
	private interface Step {

		void accept(StoredEntry entry) throws SQLException;

	}

	/** Brings a failure of the database through whoever reads the entries. */
	private static final class BrokenOff extends RuntimeException {

		private static final long serialVersionUID = 1L;

		BrokenOff() {
			super(null, null, false, false);
		}

	}

}
