/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.auditspring.database.internal.Nowhere;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.ConsistencyReceipt;
import io.auditspring.ledger.checkpoint.InclusionReceipt;
import io.auditspring.ledger.checkpoint.RootReceipt;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stand-ins for what works on the ledger, for applications without one. They answer as if
 * it were empty. Whoever asks them to change something is told in the log that nothing
 * was done, and why.
 *
 * @since 0.1.0
 */
public final class NoLedger {

	private static final DataSource NOWHERE = new Nowhere();

	private static final Logger logger = LoggerFactory.getLogger(NoLedger.class);

	private static final Schema SCHEMA = new Schema("audit");

	private static final Supplier<Entry> NOBODY = () -> {
		throw new IllegalStateException("There is no ledger to record it in");
	};

	private final String reason;

	/**
	 * Creates the stand-ins.
	 * @param reason why there is no ledger, as the beginning of a sentence
	 */
	public NoLedger(String reason) {
		this.reason = reason;
	}

	private void undone(String what) {
		logger.warn("{}: {}", this.reason, what);
	}

	/**
	 * A verifier that finds no chains.
	 * @return the stand-in
	 */
	public LedgerVerifier verifier() {
		return new Verifier();
	}

	/**
	 * Holds of which none is ever placed.
	 * @return the stand-in
	 */
	public LegalHolds holds() {
		return new Holds();
	}

	/**
	 * A redaction that finds no entries.
	 * @return the stand-in
	 */
	public Redaction redaction() {
		return new Erasing();
	}

	/**
	 * Checkpoints of which there are none.
	 * @return the stand-in
	 */
	public Checkpoints checkpoints() {
		return new Signing();
	}

	private static final class Verifier extends LedgerVerifier {

		Verifier() {
			super(NOWHERE, SCHEMA);
		}

		@Override
		public Verification verify(VerificationProgress progress) {
			return Verification.of(List.of());
		}

		@Override
		public ChainVerification verify(String chain) {
			return ChainVerification.empty(chain);
		}

		@Override
		public Verification verifyNew() {
			return Verification.of(List.of());
		}

		@Override
		public ChainVerification verifySince(String chain, long size) {
			return verify(chain);
		}

	}

	private final class Holds extends LegalHolds {

		Holds() {
			super(NOWHERE, SCHEMA, "main", NOBODY);
		}

		@Override
		public long placeOnActor(String actorId, String reason) {
			undone("no legal hold was placed");
			return 0;
		}

		@Override
		public long placeOnTarget(String type, Object id, String reason) {
			undone("no legal hold was placed");
			return 0;
		}

		@Override
		public boolean lift(long id, String reason) {
			undone("no legal hold was lifted");
			return false;
		}

		@Override
		public List<LegalHold> current() {
			return List.of();
		}

	}

	private final class Erasing extends Redaction {

		Erasing() {
			super(NOWHERE, SCHEMA, NOBODY);
		}

		@Override
		public ErasureReport redact(Collection<UUID> ids, EntryGroup group, String reason) {
			undone("nothing was redacted");
			return report(ids.isEmpty() ? Map.of() : Map.of(ErasureReport.Cause.MISSING, List.copyOf(ids)));
		}

		@Override
		public ErasureReport redact(Map<String, ? extends Collection<UUID>> ids, EntryGroup group, String reason) {
			return redact(ids.values().stream().<UUID>flatMap(Collection::stream).toList(), group, reason);
		}

		@Override
		public ErasureReport erase(Subject subject, String reason) {
			undone("nobody was erased");
			return report(Map.of());
		}

		private static ErasureReport report(Map<ErasureReport.Cause, List<UUID>> left) {
			return new ErasureReport(Map.of(), new TreeMap<>(), 0, left, 0, List.of());
		}

	}

	private final class Signing extends Checkpoints {

		Signing() {
			super(NOWHERE, SCHEMA, "", TrustedKeys.of(), null);
		}

		@Override
		public Optional<Checkpoint> latest(String chain) {
			return Optional.empty();
		}

		@Override
		public Optional<Checkpoint> find(String chain, long size) {
			return Optional.empty();
		}

		@Override
		public Optional<Checkpoint> create(String chain) {
			undone("no checkpoint was signed");
			return Optional.empty();
		}

		@Override
		public Optional<InclusionReceipt> inclusion(UUID id) {
			return Optional.empty();
		}

		@Override
		public Optional<RootReceipt> inclusionInAll(UUID id) {
			return Optional.empty();
		}

		@Override
		public Optional<InclusionReceipt> inclusion(String chain, long seq, long treeSize) {
			return Optional.empty();
		}

		@Override
		public Optional<ConsistencyReceipt> consistency(String chain, long oldSize, long newSize) {
			return Optional.empty();
		}

	}

}
