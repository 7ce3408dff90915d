/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.condition;

import java.util.Set;
import java.util.stream.Stream;

import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.ledger.Schema;
import jakarta.persistence.EntityManager;

/**
 * Which entries an index finds. Two indexes are there only where somebody made them: that
 * of words, and one of metadata.
 */
public final class Indexes {

	private static final Set<String> ATTRIBUTES = Set.of("id", "actorId", "action", "category", "outcome", "severity",
			"targetType", "targetId", "tenant", "service", "operationId", "traceId", "sessionId");

	/** What most entries are is in no index. */
	private static final Set<Object> USUAL = Set.of(Outcome.SUCCESS, Severity.INFO);

	private final EntityManager entityManager;

	private final Schema schema;

	/**
	 * Knows the indexes of a ledger.
	 * @param entityManager reads its database
	 * @param schema where it is
	 */
	public Indexes(EntityManager entityManager, Schema schema) {
		this.entityManager = entityManager;
		this.schema = schema;
	}

	/**
	 * Whether an index finds what is like this.
	 * @param wanted what is wanted of entries
	 * @return whether no others need be looked at
	 */
	public boolean find(Condition wanted) {
		return switch (wanted.operator()) {
			case EQUAL, IN, MISSING -> findValue(wanted);
			case ADDRESS, NETWORK -> true;
			case CONTAINS -> wanted.attribute().equals("related") || isMadeOfMetadata();
			case WORDS -> isMadeOfWords();
			case ALL -> wanted.conditions().stream().anyMatch(this::find);
			case ANY -> wanted.conditions().stream().allMatch(this::find);
			default -> false;
		};
	}

	private static boolean findValue(Condition wanted) {
		boolean missing = wanted.operator() == Condition.Operator.MISSING;
		return (missing ? wanted.attribute().equals("tenant") : ATTRIBUTES.contains(wanted.attribute()))
				&& wanted.values().stream().noneMatch(USUAL::contains);
	}

	/**
	 * Whether one range of an index is all that is like this, in the order of time.
	 * @param wanted what is wanted of entries, which an index finds
	 * @return whether it is
	 */
	public static boolean isRange(Condition wanted) {
		return Stream.of(Condition.Operator.EQUAL, Condition.Operator.MISSING, Condition.Operator.ADDRESS)
			.anyMatch(wanted.operator()::equals);
	}

	private boolean isMadeOfWords() {
		return is("select to_regclass(cast(:table as text)) is not null", "audit_log_words");
	}

	private boolean isMadeOfMetadata() {
		return is("""
				select exists (
					select from pg_index
						join pg_attribute on attrelid = indrelid and attnum = any (indkey)
					where indrelid = to_regclass(cast(:table as text)) and attname = 'metadata'
				)
				""", "audit_log");
	}

	private boolean is(String question, String table) {
		return Boolean.TRUE.equals(this.entityManager.createNativeQuery(question, Boolean.class)
			.setParameter("table", this.schema.table(table))
			.getSingleResult());
	}

}
