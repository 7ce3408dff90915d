/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.auditspring.archive.internal.read.DuckDbCondition;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.internal.entry.CanonicalObject;
import io.auditspring.ledger.internal.entry.ControlActions;
import io.auditspring.query.internal.condition.Condition;
import io.auditspring.retention.internal.PersonTrace;

/**
 * What entries of the archive must be like to tell of a person, in the SQL of DuckDB.
 */
final class PersonCondition {

	/** As in the database. */
	private static final String NAMING = "(json_exists(metadata, '$.actorAttributes') or category = 'authentication'"
			+ " or actor_type = 'agent')";

	private static final String NO_CONTROL = "not (starts_with(action, '%s') and action not in %s)".formatted(
			ControlActions.PREFIX,
			ControlActions.OF_APPLICATIONS.stream()
				.map(DuckDbCondition::literal)
				.sorted()
				.collect(Collectors.joining(", ", "(", ")")));

	private PersonCondition() {
	}

	static Map<EntryGroup, List<String>> of(List<PersonTrace> traces) {
		Map<EntryGroup, List<String>> conditions = new EnumMap<>(EntryGroup.class);
		for (PersonTrace trace : traces) {
			add(conditions, EntryGroup.DATA, "not data_erased and " + of(trace)
					+ ((trace.data() == PersonTrace.Data.NAMING) ? " and " + NAMING : ""));
			if (trace.kind().isActor()) {
				add(conditions, EntryGroup.ACTOR, "not actor_erased and " + of(trace));
			}
		}
		return conditions;
	}

	private static void add(Map<EntryGroup, List<String>> conditions, EntryGroup group, String condition) {
		conditions.computeIfAbsent(group, (key) -> new ArrayList<>()).add(condition);
	}

	private static String of(PersonTrace trace) {
		String id = DuckDbCondition.literal(trace.parameters().get(0));
		return switch (trace.kind()) {
			case HOLD ->
				"action in ('audit.hold', 'audit.release') and json_extract_string(metadata, '$.actor') = " + id;
			case DELEGATE -> DuckDbCondition.of(Condition.all(Condition.contains("related", trace.parameters().get(0)),
					Condition.contains("metadata", trace.parameters().get(1))));
			case ACTOR -> "actor_id = " + id + " and " + NO_CONTROL;
			case IMPERSONATOR -> "impersonator_id = " + id + " and " + NO_CONTROL;
			case TARGET ->
				"target_type = " + id + " and target_id = " + DuckDbCondition.literal(trace.parameters().get(1));
			case RELATED -> DuckDbCondition
				.of(Condition.contains("related", "[" + new CanonicalObject().text("id", trace.parameters().get(1))
					.text("type", trace.parameters().get(0)) + "]"));
		};
	}

}
