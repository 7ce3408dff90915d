/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention.internal;

import java.util.ArrayList;
import java.util.List;

import io.auditspring.Resource;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.internal.entry.Text;
import org.jspecify.annotations.Nullable;

/**
 * Where entries may tell of a person. The database and the archive look for it in
 * languages of their own.
 *
 * @param kind what to look for
 * @param parameters by what: the id of an actor, or the type and the id of a target
 */
public record PersonTrace(Kind kind, List<String> parameters) {

	/**
	 * What to look for, and what to erase there. All but the first and that of the target
	 * leave out control entries, which keep who asked.
	 */
	public enum Kind {

		/** A hold on the actor. */
		HOLD(EntryGroup.DATA),

		/** What the actor did. */
		DONE(EntryGroup.DATA),

		/** What somebody did in the actor's name. */
		DONE_FOR(EntryGroup.DATA),

		/** What the actor did and that names it, or has its attributes. */
		NAMING(EntryGroup.DATA),

		/** That it was the actor. */
		ACTOR(EntryGroup.ACTOR),

		/** That it was somebody in the actor's name. */
		IMPERSONATOR(EntryGroup.ACTOR),

		/** What was done to the target. */
		TARGET(EntryGroup.DATA),

		/** What concerns the target without being done to it. */
		RELATED(EntryGroup.DATA);

		private final EntryGroup group;

		Kind(EntryGroup group) {
			this.group = group;
		}

		public EntryGroup group() {
			return this.group;
		}

	}

	/**
	 * The traces of a person, in the order in which they are to be erased: what is found
	 * by who did it comes before who did it.
	 * @param actor the id under which the person acted, or {@code null}
	 * @param target what stands for the person, or {@code null}
	 * @param everything whether to erase also what may name the person
	 * @return the traces
	 */
	public static List<PersonTrace> of(@Nullable String actor, @Nullable Resource target, boolean everything) {
		List<PersonTrace> traces = new ArrayList<>();
		if (actor != null) {
			List<String> id = List.of(Text.normalize(actor));
			traces.add(new PersonTrace(Kind.HOLD, id));
			if (everything) {
				traces.add(new PersonTrace(Kind.DONE, id));
				traces.add(new PersonTrace(Kind.DONE_FOR, id));
			}
			else {
				traces.add(new PersonTrace(Kind.NAMING, id));
			}
			traces.add(new PersonTrace(Kind.ACTOR, id));
			traces.add(new PersonTrace(Kind.IMPERSONATOR, id));
		}
		if (target != null) {
			List<String> typeAndId = List.of(Text.normalize(target.type()), Text.normalize(target.id()));
			traces.add(new PersonTrace(Kind.TARGET, typeAndId));
			if (everything) {
				traces.add(new PersonTrace(Kind.RELATED, typeAndId));
			}
		}
		return traces;
	}

}
