/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.history;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What was changed at one time, by one person, as another library recorded it.
 *
 * @param position where it is in its history: the commit that is read next when reading
 * begins behind this position is the next one
 * @param author who did it, or {@code null} if nobody knows
 * @param time when it happened
 * @param changes what was changed
 * @since 0.1.0
 */
public record HistoricCommit(String position, @Nullable String author, Instant time, List<Change> changes) {

	public HistoricCommit {
		Objects.requireNonNull(position, "position");
		Objects.requireNonNull(time, "time");
		changes = List.copyOf(changes);
	}

	/**
	 * A change of one thing.
	 *
	 * @param type the kind of thing, as the trail calls it
	 * @param id which of them: its identifier, or text
	 * @param before what it was like, or {@code null} if it was not there or nobody knows
	 * @param after what it was like afterwards, or {@code null} if it was deleted
	 * @param owner the class whose marks ({@code @Sensitive}) count for its properties,
	 * or {@code null} if that is not known, or there is none any more: then names alone
	 * tell what to mask
	 */
	public record Change(String type, Object id, @Nullable Map<String, @Nullable Object> before,
			@Nullable Map<String, @Nullable Object> after, @Nullable Class<?> owner) {

		public Change {
			Objects.requireNonNull(type, "type");
			Objects.requireNonNull(id, "id");
		}

	}

}
