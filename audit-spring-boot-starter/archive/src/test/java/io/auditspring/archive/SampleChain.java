package io.auditspring.archive;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

import io.auditspring.ActorType;
import io.auditspring.CheckpointSigner;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.archive.internal.range.Manifest;
import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.archive.internal.range.SealedRange;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.internal.entry.ActorObject;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.merkle.MerkleTree;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.tree.LeafHashes;
import io.auditspring.ledger.merkle.ConsistencyProof;

/**
 * A chain of varied entries in memory, as a shop leaves them: made of a seed, so that two
 * of the same seed are the same.
 */
final class SampleChain {

	static final UUID LEDGER = UUID.fromString("6b1f3c52-51c9-4bb5-8e3c-6a6d4d2b7f10");

	private static final String[] ACTIONS = { "order.create", "order.pay", "order.ship", "customer.update",
			"invoice.send", "login", "report.export", "price.change" };

	private static final String[] AGENTS = { "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
			"Mozilla/5.0 (Macintosh; Intel Mac OS X 15_5) Safari/605.1.15", "okhttp/5.0.0",
			"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/138.0.0.0" };

	private static final String[] TYPES = { "Order", "Customer", "Invoice" };

	private static final CanonicalJson GEO = CanonicalJson.parse("{\"country\":\"DE\",\"city\":\"Köln\"}");

	private final String chain;

	private final Random random;

	private byte[] previous;

	private long next;

	private long micros = 1_767_225_600_000_000L;

	SampleChain(String chain, long seed) {
		this.chain = chain;
		this.random = new Random(seed);
		this.previous = EntryHash.genesis(LEDGER, chain);
	}

	/**
	 * Makes the next entries.
	 * @param count how many
	 * @return the entries
	 */
	List<StoredEntry> entries(int count) {
		List<StoredEntry> entries = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			entries.add(next(entry()));
		}
		return entries;
	}

	/**
	 * Makes entries that have no place yet.
	 * @param count how many
	 * @return the entries
	 */
	List<Entry> unplaced(int count) {
		return Stream.generate(this::entry).limit(count).toList();
	}

	/**
	 * Makes an entry that has no place yet.
	 * @param message its message
	 * @return the entry
	 */
	Entry saying(String message) {
		Entry like = entry();
		Entry.DataGroup data = like.data();
		return new Entry(like.id(), like.occurredAt(), like.service(), like.tenant(), like.operation(), like.action(),
				like.category(), like.severity(), like.outcome(), like.actorType(), like.targetType(), like.targetId(),
				like.revision(), like.durationMicros(), like.traceId(), like.actor(),
				new Entry.DataGroup(data.targetName(), message, data.justification(), data.error(), data.before(),
						data.after(), data.changes(), data.metadata(), data.related()));
	}

	/**
	 * Appends an entry.
	 * @param entry the entry
	 * @return it at its place
	 */
	StoredEntry next(Entry entry) {
		Instant recordedAt = instant();
		byte[] salt = bytes(EntryHash.SALT_LENGTH);
		ActorObject actor = ActorObject.of(entry.actor());
		CoreObject core = CoreObject.of(entry, this.chain, this.next, recordedAt);
		byte[] hash = EntryHash.leaf(core, EntryHash.actorDigest(salt, actor), EntryHash.dataDigest(salt, entry.data()),
				this.previous);
		StoredEntry stored = new StoredEntry(
				new StoredEntry.Place(0, this.next, entry.id(), recordedAt, this.previous, hash), core,
				EntryHash.VERSION, salt, actor, null, entry.data(), null);
		this.previous = hash;
		this.next++;
		return stored;
	}

	/** Lets the next entries come at that time. */
	void goOnAt(Instant time) {
		this.micros = time.getEpochSecond() * 1_000_000;
	}

	private Instant instant() {
		return Instant.ofEpochSecond(this.micros / 1_000_000, this.micros % 1_000_000 * 1_000);
	}

	private byte[] bytes(int length) {
		byte[] bytes = new byte[length];
		this.random.nextBytes(bytes);
		return bytes;
	}

	/** Every fourth entry or so has no state, every fifth none of a request. */
	private Entry entry() {
		this.micros += this.random.nextInt(60_000);
		int number = this.random.nextInt(100_003);
		String type = TYPES[number % TYPES.length];
		String action = ACTIONS[this.random.nextInt(ACTIONS.length)];
		boolean failed = this.random.nextInt(50) == 0;
		boolean hasState = this.random.nextInt(4) != 0;
		boolean hasRequest = this.random.nextInt(5) != 0;
		int user = this.random.nextInt(1_009);
		int cents = this.random.nextInt(1_000_000);
		Entry.ActorGroup actor = new Entry.ActorGroup("user-" + user, "User Number " + user, null,
				hasRequest ? "203.0.%d.%d".formatted(user % 113, user % 251) : null,
				hasRequest ? AGENTS[user % AGENTS.length] : null,
				hasRequest ? "session%08x".formatted(user * 31) : null, null, (user % 7 == 0) ? GEO : null);
		Entry.DataGroup data = new Entry.DataGroup(type + " no. " + number, null, null,
				failed ? "Not enough \"credit\"\n" : null, hasState ? state("NEW", number, cents) : null,
				hasState ? state("PAID", number, cents) : null,
				hasState ? CanonicalJson.parse("{\"status\":{\"from\":\"NEW\",\"to\":\"PAID\"}}") : null, null, null);
		return new Entry(id(), instant(), "shop", (user % 3 == 0) ? "north" : null, id(), action,
				action.substring(0, 3), failed ? Severity.WARNING : Severity.INFO,
				failed ? Outcome.FAILURE : Outcome.SUCCESS, ActorType.USER, type, String.valueOf(number), null,
				(long) this.random.nextInt(20_000), null, actor, data);
	}

	private static CanonicalJson state(String status, int number, int cents) {
		return CanonicalJson.parse(
				"{\"id\":%d,\"status\":\"%s\",\"total\":%d.%02d}".formatted(number, status, cents / 100, cents % 100));
	}

	private UUID id() {
		return new UUID(this.micros / 1_000 << 16 | 7L << 12 | this.random.nextInt(0x1000),
				1L << 63 | this.random.nextLong() >>> 2);
	}

	/** An entry of the ledger's own doing, with what it says. */
	StoredEntry control(String action, String metadata) {
		return next(new Entry(id(), instant(), "shop", null, id(), action, "audit", Severity.WARNING, Outcome.SUCCESS,
				ActorType.USER, null, null, null, null, null,
				new Entry.ActorGroup("clerk", null, null, null, null, null, null, null),
				new Entry.DataGroup(null, action, null, null, null, null, null, CanonicalJson.parse(metadata), null)));
	}

	/**
	 * Seals a range of entries with a checkpoint over all of them.
	 * @param all the chain's entries
	 * @param first the first one's place
	 * @param last the last one's place
	 * @param signer who signs
	 * @return the range
	 */
	static SealedRange seal(List<StoredEntry> all, int first, int last, CheckpointSigner signer) {
		String chain = all.get(0).core().chain();
		CompactRange before = new CompactRange();
		all.subList(0, first).forEach((entry) -> before.append(entry.hash(), (tile) -> {
		}));
		CompactRange whole = new CompactRange();
		all.forEach((entry) -> whole.append(entry.hash(), (tile) -> {
		}));
		Checkpoint checkpoint = Checkpoint.sign(Checkpoint.origin("example.com/audit", chain), all.size(),
				LeafHashes.root(whole), signer);
		List<byte[]> path = ConsistencyProof.ranges(last + 1, all.size())
			.stream()
			.map((range) -> root(all.subList((int) range.from(), (int) range.to())))
			.toList();
		return new SealedRange(LEDGER, new RangeName(chain, first, last), false, 0, all.get(first).prevHash(), before,
				new Manifest.Proof(checkpoint.note(), path));
	}

	/**
	 * Seals it with the same checkpoint, to which others added their lines.
	 * @param sealed the range
	 * @param checkpoint the checkpoint
	 * @return the range
	 */
	static SealedRange with(SealedRange sealed, Checkpoint checkpoint) {
		return new SealedRange(sealed.ledger(), sealed.name(), sealed.received(), sealed.begins(), sealed.prevHash(),
				sealed.before(), new Manifest.Proof(checkpoint.note(), sealed.proof().consistency()));
	}

	private static byte[] root(List<StoredEntry> entries) {
		MerkleTree tree = new MerkleTree();
		entries.forEach((entry) -> tree.append(entry.hash()));
		return tree.root();
	}

	/**
	 * Erases the actor group of some entries.
	 * @param entries entries
	 * @param places which
	 * @return all of them
	 */
	static List<StoredEntry> eraseActors(List<StoredEntry> entries, Long... places) {
		Set<Long> erased = new HashSet<>(Arrays.asList(places));
		return entries.stream()
			.map((entry) -> erased.contains(entry.place().seq()) ? eraseActor(entry) : entry)
			.toList();
	}

	private static StoredEntry eraseActor(StoredEntry entry) {
		byte[] salt = entry.salt().clone();
		Arrays.fill(salt, 0, EntryHash.SALT_LENGTH / 2, (byte) 0);
		return new StoredEntry(entry.place(), entry.core(), entry.version(), salt,
				new ActorObject(null, null, null, null, null, null, null, null), entry.digestOfActor(), entry.data(),
				entry.dataDigest());
	}

}
