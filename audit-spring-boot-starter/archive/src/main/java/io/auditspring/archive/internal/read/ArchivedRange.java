/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.read;

import java.time.Instant;

import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.query.internal.condition.Condition;
import io.auditspring.query.internal.past.Past;

/**
 * A range of which the ledger says that it is archived.
 *
 * @param name the range
 * @param generation how often it was written
 * @param manifest the digest of its manifest
 * @param from when its first entry was recorded
 * @param to when its last entry was recorded
 */
record ArchivedRange(RangeName name, int generation, String manifest, Instant from, Instant to) {

	/** Whether it may have entries that are wanted. */
	boolean mayHave(Condition wanted) {
		Object value = wanted.values().isEmpty() ? "" : wanted.value();
		return switch (wanted.operator()) {
			case ALL -> wanted.conditions().stream().allMatch(this::mayHave);
			case EQUAL -> !wanted.attribute().equals("chain") || value.equals(this.name.chain());
			case UNEQUAL -> !wanted.attribute().equals("chain") || !value.equals(this.name.chain());
			case AT_LEAST -> !wanted.attribute().equals("recordedAt") || !this.to.isBefore((Instant) value);
			case BELOW -> !wanted.attribute().equals("recordedAt") || this.from.isBefore((Instant) value);
			default -> true;
		};
	}

	/** Whether it may have entries behind a position. */
	boolean mayHave(Past.Reading reading) {
		Past.Position after = reading.after();
		return after == null || (reading.towardsOlder() ? !this.from.isAfter(after.recordedAt())
				: !this.to.isBefore(after.recordedAt()));
	}

}
