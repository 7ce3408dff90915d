package io.auditspring.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

import io.auditspring.ledger.merkle.MerkleTree;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Checks one chain, entry by entry, in memory that does not grow with it. One change is
 * one problem: each entry is compared with what is stored of the one before, so that
 * those after a changed one are not blamed for it.
 */
final class ChainCheck {

	private static final int MAX_PROBLEMS = 100;

	private final String chain;

	private final List<Problem> problems = new ArrayList<>();

	private final MerkleTree tree = new MerkleTree();

	/** The hash that the next entry's {@code prev_hash} must have, unless unknown. */
	private byte @Nullable [] previousHash;

	private @Nullable Instant previousRecordedAt;

	private long nextSeq;

	/**
	 * Begins at the start of a chain.
	 * @param chain the chain's name
	 * @param genesis what the first entry follows, or {@code null} if that is unknown
	 */
	ChainCheck(String chain, byte @Nullable [] genesis) {
		this.chain = chain;
		this.previousHash = genesis;
	}

	/**
	 * Checks the next entry.
	 * @param row the row
	 */
	void accept(ResultSet row) {
		try {
			accept(StoredEntry.read(row));
		}
		catch (SQLException | JacksonException | IllegalArgumentException ex) {
			this.tree.append(new byte[0]);
			this.previousHash = null;
			add(this.nextSeq++, null, "an entry cannot be read: " + ex.getMessage());
		}
	}

	private void accept(StoredEntry entry) {
		checkPosition(entry);
		checkTime(entry);
		checkContent(entry);
		this.tree.append(entry.hash());
		this.previousHash = entry.hash();
	}

	private void checkPosition(StoredEntry entry) {
		Long seq = entry.core().seq();
		if (seq == null) {
			add(entry, "seq is missing");
		}
		else if (seq < this.nextSeq) {
			add(entry, "there is more than one entry " + seq);
		}
		else if (seq > this.nextSeq) {
			addMissing(seq);
			this.nextSeq = seq + 1;
		}
		else {
			checkLink(entry);
			this.nextSeq++;
		}
	}

	private void checkLink(StoredEntry entry) {
		if (this.previousHash != null && !Arrays.equals(this.previousHash, entry.prevHash())) {
			add(entry, (this.nextSeq == 0) ? "prev_hash is not the hash that the chain begins with"
					: "prev_hash does not match the hash of entry " + (this.nextSeq - 1));
		}
	}

	private void checkTime(StoredEntry entry) {
		Instant recordedAt = entry.recordedAt();
		if (recordedAt == null) {
			add(entry, "recorded_at is missing");
			return;
		}
		if (this.previousRecordedAt != null && recordedAt.isBefore(this.previousRecordedAt)) {
			add(entry, "recorded_at is before that of the entry before it");
		}
		this.previousRecordedAt = recordedAt;
	}

	private void checkContent(StoredEntry entry) {
		if (entry.version() != EntryHash.VERSION) {
			add(entry, "hash_version %d is unknown".formatted(entry.version()));
			return;
		}
		if (entry.salt().length != EntryHash.SALT_LENGTH) {
			add(entry, "salt has %d bytes instead of %d".formatted(entry.salt().length, EntryHash.SALT_LENGTH));
			return;
		}
		if (entry.actorDigest() != null) {
			add(entry, "the actor group is redacted without a redaction entry");
		}
		if (entry.dataDigest() != null) {
			add(entry, "the data group is redacted without a redaction entry");
		}
		if (!Arrays.equals(entry.computeHash(), entry.hash())) {
			add(entry, "hash differs from the one computed from the columns");
		}
	}

	/**
	 * Compares the end that was found with the head and gives the result.
	 * @param head the chain's head, or {@code null} if there is none
	 * @return the result
	 */
	ChainVerification finish(@Nullable StoredHead head) {
		if (head == null) {
			if (this.tree.size() > 0) {
				add(null, null, "the chain has entries but no row in audit_chain");
			}
		}
		else if (head.size() > this.nextSeq) {
			addMissing(head.size());
		}
		else if (head.size() < this.nextSeq) {
			add(head.size(), null,
					"audit_chain says that the chain ends before entry %d, but it goes on".formatted(head.size()));
		}
		else if (this.previousHash != null && !Arrays.equals(head.hash(), this.previousHash)) {
			add(null, null, "the head in audit_chain is not the hash of the last entry");
		}
		return new ChainVerification(this.chain, this.tree.size(), HexFormat.of().formatHex(this.tree.root()),
				this.problems);
	}

	private void addMissing(long end) {
		long last = end - 1;
		add(this.nextSeq, null, (this.nextSeq == last) ? "entry %d is missing".formatted(last)
				: "entries %d to %d are missing".formatted(this.nextSeq, last));
	}

	private void add(StoredEntry entry, String what) {
		String id = entry.core().id();
		add(entry.core().seq(), (id != null) ? UUID.fromString(id) : null, what);
	}

	private void add(@Nullable Long seq, @Nullable UUID id, String what) {
		if (this.problems.size() < MAX_PROBLEMS) {
			this.problems.add(new Problem(seq, id, what));
		}
		else if (this.problems.size() == MAX_PROBLEMS) {
			this.problems.add(new Problem(seq, id, "there are further problems from here on"));
		}
	}

}
