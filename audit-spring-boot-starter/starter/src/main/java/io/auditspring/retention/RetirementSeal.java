/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.time.YearMonth;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;

import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.SplitViewException;
import io.auditspring.ledger.internal.merkle.Sha256;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.signing.Checkpoints;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What signatures say of a month that is retired: a checkpoint covers its entries before,
 * of their chain or of the root log, what is recorded of them is signed, and a checkpoint
 * covers that afterwards.
 *
 * @since 0.1.0
 */
public final class RetirementSeal {

	private static final Logger logger = LoggerFactory.getLogger(RetirementSeal.class);

	private final Checkpoints checkpoints;

	private final @Nullable CheckpointSigner signer;

	/**
	 * Creates the seal.
	 * @param checkpoints the ledger's checkpoints
	 * @param signer the key they are signed with, or {@code null} if another application
	 * has it
	 */
	public RetirementSeal(Checkpoints checkpoints, @Nullable CheckpointSigner signer) {
		this.checkpoints = checkpoints;
		this.signer = signer;
	}

	/**
	 * Makes sure that a signed checkpoint covers the entries, and says what is recorded.
	 * @param retirement the entries
	 * @param month their month
	 * @param action what becomes of it
	 * @return the metadata of the retirement entry
	 * @throws MonthCheck.UnverifiedException if they are not what was signed
	 */
	String metadata(MonthCheck.Retirement retirement, YearMonth month, RetentionAction action) {
		try {
			if (!isSigned(retirement)) {
				return retirement.metadata(month, action, null, null);
			}
			CheckpointSigner key = this.signer;
			if (key == null) {
				throw new MonthCheck.UnverifiedException(MonthCheck.NO_KEY.formatted(retirement.chain()));
			}
			String root = HexFormat.of().formatHex(this.checkpoints.root(retirement.chain(), retirement.lastSeq() + 1));
			String metadata = retirement.metadata(month, action, root, null);
			return retirement.metadata(month, action, root,
					Base64.getEncoder().encodeToString(key.sign(Sha256.utf8(metadata))));
		}
		catch (CheckpointRefusedException | InvalidCheckpointException ex) {
			throw new MonthCheck.UnverifiedException(String.valueOf(ex.getMessage()));
		}
	}

	/**
	 * Whether they are signed, or nothing is of their chain. All of it is looked at and
	 * signed first. Of a chain that was restored nobody signs more: what was covered
	 * before needs no new checkpoint, and for what came since then the root log vouches.
	 */
	private boolean isSigned(MonthCheck.Retirement retirement) {
		String chain = retirement.chain();
		Checkpoint checkpoint = this.checkpoints.latest(chain).orElse(null);
		boolean covered = checkpoint != null && checkpoint.size() > retirement.lastSeq();
		// One that goes on under another name is signed to its end, and no more.
		if (this.signer != null && (!covered || this.checkpoints.current(chain).equals(chain))) {
			try {
				checkpoint = this.checkpoints.create(chain).orElse(null);
			}
			catch (SplitViewException ex) {
				if (!covered) {
					if (this.checkpoints.isInRootLog(chain, retirement.lastSeq(), retirement.last().hash())) {
						return true;
					}
					throw ex;
				}
			}
		}
		if (checkpoint != null) {
			requireProven(retirement, checkpoint);
		}
		return checkpoint != null;
	}

	private void requireProven(MonthCheck.Retirement retirement, Checkpoint checkpoint) {
		StoredEntry.Place last = retirement.last();
		retirement.require(checkpoint.size() > retirement.lastSeq(), last, "is not covered by a signed checkpoint yet");
		boolean signed = this.checkpoints.inclusion(retirement.chain(), retirement.lastSeq(), checkpoint.size())
			.filter((proof) -> Arrays.equals(proof.hash(), last.hash()))
			.isPresent();
		retirement.require(signed, last, "is not the one that was signed");
	}

	/**
	 * Signs that the month was retired.
	 * @param chains the chains that had entries in it
	 */
	void cover(Collection<String> chains) {
		if (this.signer == null) {
			return;
		}
		for (String chain : chains) {
			try {
				this.checkpoints.create(this.checkpoints.current(chain));
			}
			catch (SplitViewException ex) {
				logger.warn(
						"What was retired of chain '{}' is signed by itself only, as nobody signs that chain any more: {}",
						chain, ex.getMessage());
			}
			catch (RuntimeException ex) {
				// It is retired already; the next checkpoint covers it.
				logger.error("There is no checkpoint yet that covers what was retired of chain '{}'", chain, ex);
			}
		}
	}

}
