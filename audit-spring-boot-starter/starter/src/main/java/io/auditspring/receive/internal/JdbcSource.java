/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.ReceiptNote;
import io.auditspring.ledger.checkpoint.RedactionRequest;
import io.auditspring.ledger.internal.table.ChainNames;
import io.auditspring.ledger.internal.table.CopyRow;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.internal.table.StoredEntry;
import org.jspecify.annotations.Nullable;

/**
 * Reads the chains of another ledger in its own database, over connections that need no
 * right but to read, and leaves receipts where it may.
 */
public final class JdbcSource {

	private static final UUID NOBODY = new UUID(0, 0);

	/** About as many entries become one transaction, where there are checkpoints. */
	private static final int AT_ONCE = 20_000;

	/** So many entries are in memory, unless they are large. */
	private static final int PORTION = 1000;

	private static final long PORTION_BYTES = 8 << 20;

	private static final Duration AGAIN = Duration.ofMinutes(1);

	private final String name;

	private final DataSource dataSource;

	private final Schema schema;

	private final List<String> chains;

	private final BundleReceiver receiver;

	private final ReceivingStatistics statistics;

	private final @Nullable Receipts receipts;

	private final String heads;

	private final String next;

	private final String hash;

	private final String recordedAt;

	private final String asked;

	private final SourceAnswers answers;

	/** What the source was told of legal holds last. */
	private @Nullable String holds;

	/** When that was, by {@link System#nanoTime()}. */
	private long toldOfHolds;

	/** After which time it is told of the same again. */
	private final Duration again;

	/**
	 * Creates a source.
	 * @param name what it is called
	 * @param dataSource connections to its database
	 * @param schema where its ledger is
	 * @param chains which chains to receive; all that are registered if it is empty
	 * @param receiver takes bundles
	 * @param statistics is told how far each chain is
	 * @param receipts what it gets in return, or {@code null} for nothing
	 */
	public JdbcSource(String name, DataSource dataSource, Schema schema, List<String> chains, BundleReceiver receiver,
			ReceivingStatistics statistics, @Nullable Receipts receipts) {
		this(name, dataSource, schema, chains, receiver, statistics, receipts, AGAIN);
	}

	/** One that tells its source of the same legal holds again after a time. */
	JdbcSource(String name, DataSource dataSource, Schema schema, List<String> chains, BundleReceiver receiver,
			ReceivingStatistics statistics, @Nullable Receipts receipts, Duration again) {
		this.again = again;
		this.name = name;
		this.dataSource = dataSource;
		this.schema = schema;
		this.chains = chains;
		this.receiver = receiver;
		this.statistics = statistics;
		this.receipts = receipts;
		this.heads = """
				select name, ledger_id, size, successor,
					coalesce((select max(signed.size) from %s as signed where signed.chain = name), 0),
					(select note from %s where chain = name and kind = 'stored'),
					(select note from %s where chain = name and kind = 'safe'),
					coalesce(has_function_privilege(to_regprocedure('%s'), 'EXECUTE'), false)
				from %s
				where name = any (?)
				""".formatted(schema.table("audit_checkpoint"), schema.table("audit_receipt"),
				schema.table("audit_receipt"), schema.table("audit_take_receipt(text, text, text)"),
				schema.table("audit_chain"));
		this.next = """
				(select size, note from %1$s where chain = ? and size > ? and size <= ? order by size desc limit 1)
				union all
				(select size, note from %1$s where chain = ? and size > ? order by size limit 1)
				limit 1
				""".formatted(schema.table("audit_checkpoint"));
		this.hash = "select hash from %s where chain = ? and seq = ?".formatted(schema.table("audit_log"));
		this.recordedAt = "select recorded_at from %s where chain = ? and seq >= ? order by seq limit 1"
			.formatted(schema.table("audit_log"));
		this.asked = "select note from %s where chain = ? and seq = ? and redacted = ?"
			.formatted(schema.table("audit_request"));
		this.answers = new SourceAnswers(dataSource, schema);
	}

	public String name() {
		return this.name;
	}

	/**
	 * A checkpoint of the source.
	 *
	 * @param size its size
	 * @param note the note
	 */
	private record Signed(long size, String note) {

	}

	/**
	 * How a chain begins and ends at the source.
	 *
	 * @param ledgerId which ledger began it
	 * @param size how many entries it has
	 * @param successor under which name it goes on, or {@code null}
	 * @param signed the size of its newest checkpoint
	 * @param stored what it was told of what is stored, or {@code null}
	 * @param safe what it was told of what is safe, or {@code null}
	 * @param takesReceipts whether receipts may be left there
	 */
	private record Head(UUID ledgerId, long size, @Nullable String successor, long signed, @Nullable String stored,
			@Nullable String safe, boolean takesReceipts) {

	}

	/**
	 * Receives what is new of each of its chains. What fails is told, and tried again
	 * next time.
	 * @param wanted whether it is still wanted when it fails
	 */
	public void tryToReceive(BooleanSupplier wanted) {
		try {
			receive();
			this.statistics.reached(this.name);
		}
		catch (SQLException | RuntimeException ex) {
			if (wanted.getAsBoolean()) {
				this.statistics.failed(this.name, text(ex));
			}
		}
	}

	/** A pool tells that it has no connection, and its cause why. */
	private static String text(Exception failure) {
		return (failure.getCause() instanceof SQLException cause)
				? LoggedFailure.text(failure) + ": " + LoggedFailure.text(cause) : LoggedFailure.text(failure);
	}

	/**
	 * Receives what is new of each of its chains.
	 * @throws SQLException if a database fails
	 * @throws IllegalStateException if it does not have a chain that it should have
	 */
	void receive() throws SQLException {
		List<ReceivedTables.Chain> registered = this.receiver.chains();
		this.statistics.registered(registered.stream().map(ReceivedTables.Chain::name).toList());
		List<String> absent = new ArrayList<>();
		List<ReceivedTables.Chain> wanted = registered.stream().filter((chain) -> isWanted(chain.name())).toList();
		Map<String, Head> heads = heads(wanted);
		this.statistics.reads(this.name,
				wanted.stream()
					.filter((chain) -> isOf(chain, heads.get(chain.name())))
					.map(ReceivedTables.Chain::name)
					.collect(Collectors.toSet()));
		Set<String> successors = successors(wanted, heads);
		Receipts receipts = this.receipts;
		boolean takesReceipts = receipts != null && heads.values().stream().anyMatch(Head::takesReceipts);
		Set<String> asked = (receipts != null && takesReceipts) ? receipts.asked() : Set.of();
		String holds = (receipts != null && takesReceipts) ? receipts.holds() : null;
		for (ReceivedTables.Chain chain : wanted) {
			receive(chain, heads.get(chain.name()), absent, successors, asked, holds);
			if (registered.stream().anyMatch((later) -> ChainNames.goesOn(later.name(), chain.name()))
					&& !isOf(chain, heads.get(chain.name()))) {
				// A source that was restored may not know that it was here.
				this.statistics.heard(chain.name(), 0, null);
			}
		}
		registered.forEach((chain) -> successors.remove(chain.name()));
		for (String successor : successors) {
			receive(unregistered(successor));
		}
		if (!absent.isEmpty()) {
			throw new IllegalStateException(String.join("; ", absent));
		}
	}

	/**
	 * Under which names chains go on that are this source's, also where others of these
	 * names are registered. A chain that is parked is not gone on from.
	 */
	private Set<String> successors(List<ReceivedTables.Chain> chains, Map<String, Head> heads) throws SQLException {
		Map<String, Head> known = new HashMap<>(heads);
		chains.stream().filter((chain) -> chain.parkedFor() != null).forEach((chain) -> known.remove(chain.name()));
		Set<String> successors = new TreeSet<>();
		Set<String> next = next(chains.stream().filter((chain) -> isOf(chain, known.get(chain.name()))), known);
		while (successors.addAll(next)) {
			List<ReceivedTables.Chain> reached = next.stream().map(JdbcSource::unregistered).toList();
			heads(reached.stream().filter((chain) -> !heads.containsKey(chain.name())).toList())
				.forEach(known::putIfAbsent);
			next = next(reached.stream(), known);
		}
		return successors;
	}

	private static Set<String> next(Stream<ReceivedTables.Chain> chains, Map<String, Head> heads) {
		return chains.map((chain) -> heads.get(chain.name()))
			.filter(Objects::nonNull)
			.map(Head::successor)
			.filter(Objects::nonNull)
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static boolean isOf(ReceivedTables.Chain chain, @Nullable Head head) {
		return head != null && head.ledgerId().equals(chain.ledgerId());
	}

	private static ReceivedTables.Chain unregistered(String name) {
		return new ReceivedTables.Chain(name, NOBODY, 0, null, null, null, "");
	}

	/** A chain that goes on under another name is wanted under that, too. */
	private boolean isWanted(String chain) {
		return this.chains.isEmpty() || this.chains.stream().anyMatch((wanted) -> Succession.isOf(wanted, chain));
	}

	private void receive(ReceivedTables.Chain chain, @Nullable Head head, List<String> absent, Set<String> successors,
			Set<String> asked, @Nullable String holds) throws SQLException {
		if (head == null || !isOf(chain, head)) {
			if (head != null && successors.contains(chain.name()) && head.successor() == null) {
				tellOfAnother(chain, head, absent);
			}
			else if (this.chains.contains(chain.name())) {
				absent.add((head == null) ? "it has no chain '%s'".formatted(chain.name())
						: "its chain '%s' is of ledger %s, but the one of ledger %s is registered"
							.formatted(chain.name(), head.ledgerId(), chain.ledgerId()));
			}
			return;
		}
		long size = chain.size();
		if (chain.parkedFor() != null) {
			this.statistics.parked(chain.name(), size, chain.parkedFor());
		}
		else {
			this.statistics.isHere(chain.name(), size);
			size = (head.signed() > size) ? receive(chain) : size;
		}
		// What is only there of one that goes on under another name stays there.
		long missing = (head.successor() != null) ? 0 : Math.max(0, head.size() - size);
		this.statistics.heard(chain.name(), missing, (missing > 0) ? recordedAt(chain.name(), size) : null);
		if (this.receipts != null && head.takesReceipts()) {
			leave(this.receipts, chain, size, head, asked, holds);
		}
	}

	/**
	 * A source that was restored may go on under a name that it had used since. Its
	 * receipt lets it go on under the one after that.
	 */
	private void tellOfAnother(ReceivedTables.Chain chain, Head head, List<String> absent) throws SQLException {
		if (this.receipts != null && head.takesReceipts()) {
			leave(this.receipts, chain, chain.size(), head, Set.of(), null);
		}
		absent.add("it goes on as '%s' of ledger %s, but one of ledger %s was received under that name: it is to go on "
			.formatted(chain.name(), head.ledgerId(), chain.ledgerId())
				+ "as '%s'".formatted(ChainNames.next(chain.name())));
	}

	/** Leaves receipts, and what the centre asks for. */
	private void leave(Receipts receipts, ReceivedTables.Chain chain, long size, Head head, Set<String> asked,
			@Nullable String holds) throws SQLException {
		Receipts.Receipt receipt = receipts.of(chain.name(), size);
		long stored = (receipt != null) ? receipt.stored().size() : 0;
		Checkpoint safe = receipts.ours(head.safe(), ReceiptNote.SAFE, chain);
		if (safe != null && safe.size() > stored) {
			this.statistics.lost(chain.name(),
					"its source was told that %s entries are safe here, and only %s are here: the others are received again"
						.formatted(safe.size(), stored));
		}
		else {
			this.statistics.notLost(chain.name());
		}
		// Again and again: a source that was restored has lost some.
		if (holds != null
				&& (!holds.equals(this.holds) || System.nanoTime() - this.toldOfHolds >= this.again.toNanos())) {
			this.answers.takeHolds(chain.name(), holds).forEach((what) -> this.statistics.cannotTell(this.name, what));
			this.holds = holds;
			this.toldOfHolds = System.nanoTime();
		}
		if (asked.contains(chain.name())) {
			for (RedactionRequest request : receipts.requests(chain.name(), chain.origin() + "/" + chain.name())) {
				ask(receipts, chain, request);
			}
		}
		if (receipt != null) {
			leave(chain, ReceiptNote.STORED, receipt.stored(), receipts.ours(head.stored(), ReceiptNote.STORED, chain));
			leave(chain, ReceiptNote.SAFE, receipt.safe(), safe);
		}
	}

	/** What is safe stays so: no receipt takes back what one said before. */
	private void leave(ReceivedTables.Chain chain, ReceiptNote kind, @Nullable Checkpoint receipt,
			@Nullable Checkpoint known) throws SQLException {
		if (receipt != null && (known == null || known.size() < receipt.size())) {
			this.answers.takeReceipt(chain.name(), kind.kind(), receipt.note());
		}
	}

	private void ask(Receipts receipts, ReceivedTables.Chain chain, RedactionRequest request) throws SQLException {
		String note = OwnTransaction.<@Nullable String, RuntimeException>look(this.dataSource, (connection) -> Sql
			.find(connection, this.asked, (row) -> row.getString(1), chain.name(), request.seq(), request.group()));
		if (note == null || !receipts.isSigned(request, note)) {
			String obstacle = this.answers.takeRequest(chain.name(), request, receipts.sign(request));
			if (obstacle != null) {
				this.statistics.cannotTell(this.name, obstacle);
			}
		}
	}

	/** In one statement for all chains, as most polls find nothing new. */
	private Map<String, Head> heads(List<ReceivedTables.Chain> chains) throws SQLException {
		Map<String, Head> heads = new HashMap<>();
		return OwnTransaction.look(this.dataSource, (connection) -> {
			Sql.each(connection, this.heads,
					(row) -> heads.put(row.getString(1),
							new Head(row.getObject(2, UUID.class), row.getLong(3), row.getString(4), row.getLong(5),
									row.getString(6), row.getString(7), row.getBoolean(8))),
					Sql.array("text", chains.stream().map(ReceivedTables.Chain::name).toList()));
			return heads;
		});
	}

	private @Nullable Instant recordedAt(String chain, long seq) throws SQLException {
		return OwnTransaction.look(this.dataSource, (connection) -> Sql.find(connection, this.recordedAt,
				(row) -> row.getObject(1, OffsetDateTime.class).toInstant(), chain, seq));
	}

	/** Gives how many entries are here then. */
	private long receive(ReceivedTables.Chain chain) throws SQLException {
		long size = chain.size();
		long from = size;
		while (true) {
			Signed signed = next(chain.name(), from);
			if (signed == null) {
				return size;
			}
			Reception reception = this.receiver.receive(bundle(chain.name(), size, signed));
			switch (reception.kind()) {
				case APPENDED, SEEN -> {
					size = signed.size();
					from = size;
				}
				// What it erased it declares behind that checkpoint.
				case INCOMPLETE -> from = signed.size();
				case REFUSED -> {
					findFork(chain.name(), size, signed);
					return size;
				}
				default -> {
					return size;
				}
			}
		}
	}

	private @Nullable Signed next(String chain, long after) throws SQLException {
		return OwnTransaction.look(this.dataSource, (connection) -> Sql.find(connection, this.next,
				(row) -> new Signed(row.getLong(1), row.getString(2)), chain, after, after + AT_ONCE, chain, after));
	}

	/**
	 * The first entries are read before the chain is locked at the centre: nobody waits
	 * for a source that does not answer. Usually these are all.
	 */
	private Bundle bundle(String chain, long first, Signed signed) throws SQLException {
		List<StoredEntry> portion = new ArrayList<>();
		long next = readPortion(chain, first, Math.min(signed.size(), first + PORTION), portion);
		return new Bundle(chain, first, signed.note(), (sink) -> {
			portion.forEach(sink);
			if (next < signed.size()) {
				read(chain, next, signed.size(), (row) -> sink.accept(StoredEntry.read(row)));
			}
		}, next >= signed.size());
	}

	/** Gives where to go on. */
	private long readPortion(String chain, long first, long end, List<StoredEntry> portion) throws SQLException {
		long[] bytes = new long[1];
		try {
			read(chain, first, end, (row) -> {
				bytes[0] += row.length();
				portion.add(StoredEntry.read(row));
				if (bytes[0] > PORTION_BYTES) {
					throw new Enough();
				}
			});
			return end;
		}
		catch (Enough ex) {
			Long last = portion.get(portion.size() - 1).place().seq();
			return (last != null) ? last + 1 : end;
		}
	}

	private void read(String chain, long first, long end, Consumer<CopyRow> sink) throws SQLException {
		OwnTransaction.look(this.dataSource, (connection) -> {
			new EntryReader(connection, this.schema).read(chain, "seq >= %s and seq < %s".formatted(first, end), sink);
			return true;
		});
	}

	/**
	 * Looks whether the source has another history below the end here: restored from a
	 * backup, it may have gone on under the same name.
	 */
	private void findFork(String chain, long size, Signed signed) throws SQLException {
		long equal = 0;
		long different = size;
		while (equal < different) {
			long middle = (equal + different) / 2;
			if (isHere(chain, middle)) {
				equal = middle + 1;
			}
			else {
				different = middle;
			}
		}
		if (different < size) {
			this.receiver.receive(bundle(chain, different, signed));
		}
	}

	private boolean isHere(String chain, long seq) throws SQLException {
		byte[] theirs = OwnTransaction.look(this.dataSource, (connection) -> hash(connection, chain, seq));
		return theirs != null && this.receiver.holds(chain, seq, theirs);
	}

	private byte @Nullable [] hash(Connection connection, String chain, long seq) throws SQLException {
		return Sql.find(connection, this.hash, (row) -> Objects.requireNonNull(row.getBytes(1)), chain, seq);
	}

	/** Ends the reading of entries. */
	private static final class Enough extends RuntimeException {

		private static final long serialVersionUID = 1L;

		Enough() {
			super(null, null, false, false);
		}

	}

}
