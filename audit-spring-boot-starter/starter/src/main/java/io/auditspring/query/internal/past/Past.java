/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.past;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import io.auditspring.Outcome;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.query.internal.condition.Condition;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;

/**
 * Entries that are in the archive only. Every method reads what it needs, and fails with
 * a {@link DataAccessException} where a file is missing or not what it was.
 */
public interface Past {

	/**
	 * When the first of them was recorded.
	 * @return the time
	 */
	Instant from();

	/**
	 * When the last of them was recorded. Others that are in the database may be older:
	 * an old month is in the database again where entries of it were received late.
	 * @return the time
	 */
	Instant to();

	/**
	 * Reads a page.
	 * @param wanted what the entries must be like
	 * @param reading where to begin and how far to go
	 * @return the entries
	 */
	Found find(Condition wanted, Reading reading);

	long count(Condition wanted);

	List<Sum> sums(Condition wanted, Duration interval);

	/**
	 * Counts how often an attribute has each value.
	 * @param wanted what the entries must be like
	 * @param attribute a text
	 * @return the values and how often each is there
	 */
	Map<String, Long> frequencies(Condition wanted, String attribute);

	/**
	 * Reads an attribute of the newest entries.
	 * @param wanted what the entries must be like
	 * @param attribute a text
	 * @param most of how many entries
	 * @return the values, newest first
	 */
	List<Value> newest(Condition wanted, String attribute, int most);

	/**
	 * How to read.
	 *
	 * @param after behind which entry to begin, or {@code null} for the first
	 * @param towardsOlder whether the next entry is an older one
	 * @param most how many entries at most
	 * @param characters how many characters of texts are enough: it ends with the entry
	 * with which there are so many
	 * @param ofEachOperation whether only the newest entry of each operation is wanted
	 * @param unread the attributes that are left out
	 */
	record Reading(@Nullable Position after, boolean towardsOlder, int most, long characters, boolean ofEachOperation,
			Set<String> unread) {

		public static Reading newest(int most) {
			return newest(most, Long.MAX_VALUE);
		}

		public static Reading newest(int most, long characters) {
			return new Reading(null, true, most, characters, false, Set.of());
		}

	}

	/**
	 * What was found.
	 *
	 * @param entries the entries in the order of reading
	 * @param more whether it ended early as their texts are long
	 */
	record Found(List<StoredEntry> entries, boolean more) {

	}

	/**
	 * Where an entry is in the order of reading.
	 *
	 * @param recordedAt when it was recorded
	 * @param seq its place in its chain
	 * @param id its id
	 */
	record Position(Instant recordedAt, long seq, UUID id) {

	}

	/**
	 * An attribute of an entry.
	 *
	 * @param recordedAt when the entry was recorded
	 * @param text the attribute's value, or {@code null} where it is missing
	 */
	record Value(Instant recordedAt, @Nullable String text) {

	}

	/**
	 * How many entries of an outcome were recorded in a span of time.
	 *
	 * @param start when it begins
	 * @param outcome the outcome
	 * @param entries how many
	 */
	record Sum(Instant start, Outcome outcome, long entries) {

	}

}
