/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.auditspring.capture.internal.entry.TargetNames;
import io.auditspring.query.internal.condition.Condition;
import org.jspecify.annotations.Nullable;

/**
 * A thing that somebody looks for, by whatever name.
 *
 * @param type what its kind is called
 * @param id which one, or {@code null} for all of the kind
 */
record Wanted(String type, @Nullable Object id) {

	/**
	 * What is true of entries whose target it is. What was recorded under the name that
	 * is given is found in any case: it may be that of something else today.
	 */
	Condition isTarget(TargetNames names) {
		if (this.id == null) {
			return Condition.in("targetType", kind(names));
		}
		return Condition.all(Condition.in("targetType", names.kinds(this.type)),
				Condition.equal("targetId", names.id(this.type, this.id)));
	}

	Condition isRelated(TargetNames names) {
		String shown = (this.id != null) ? names.id(this.type, this.id) : "";
		return Condition.any(names.kinds(this.type).stream().map((kind) -> AuditFilters.related(kind, shown)).toList());
	}

	private Set<String> kind(TargetNames names) {
		return new TreeSet<>(List.of(this.type, names.kind(this.type)));
	}

}
