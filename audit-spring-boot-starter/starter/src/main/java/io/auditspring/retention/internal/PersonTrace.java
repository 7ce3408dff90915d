/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.auditspring.Resource;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.Text;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Where entries may tell of a person. The database and the archive look for it in
 * languages of their own.
 *
 * @param kind what to look for
 * @param data of which entries that are found the data group is to be erased
 * @param parameters by what: the id of an actor, the type and the id of a target, or what
 * the related things and the metadata contain, as JSON
 */
public record PersonTrace(Kind kind, Data data, List<String> parameters) {

	/**
	 * What to look for. Actors are looked for in all but control entries, which keep who
	 * asked.
	 */
	public enum Kind {

		/** A hold on the actor. */
		HOLD,

		/**
		 * What was done with the rights of somebody for whom the actor acts, or has
		 * others act. Also where the actor group was erased, which may be another
		 * person's.
		 */
		DELEGATE,

		/** What the actor did. */
		ACTOR,

		/** What somebody did in the actor's name. */
		IMPERSONATOR,

		/** What was done to the target. */
		TARGET,

		/** What concerns the target without being done to it. */
		RELATED;

		/**
		 * Whether it is found by who did it, which is to be erased: what else is to be
		 * erased of such an entry is never found again.
		 * @return whether the actor group is to be erased
		 */
		public boolean isActor() {
			return this == ACTOR || this == IMPERSONATOR;
		}

	}

	/**
	 * Which entries tell of a person in their data group.
	 */
	public enum Data {

		/**
		 * Those that name somebody of the actor group, or have its attributes: without
		 * that group nobody would find them again, whichever of them is erased.
		 */
		NAMING,

		/** All. */
		ALL

	}

	/**
	 * The traces of a person.
	 * @param actor the id under which the person acted, or {@code null}
	 * @param target what stands for the person, or {@code null}
	 * @param everything whether to erase also what may name the person
	 * @return the traces
	 */
	public static List<PersonTrace> of(@Nullable String actor, @Nullable Resource target, boolean everything) {
		List<PersonTrace> traces = new ArrayList<>();
		if (actor != null) {
			List<String> id = List.of(Text.normalize(actor));
			traces.add(new PersonTrace(Kind.HOLD, Data.ALL, id));
			traces.add(new PersonTrace(Kind.DELEGATE, Data.ALL, delegate(id.get(0))));
			traces.add(new PersonTrace(Kind.ACTOR, everything ? Data.ALL : Data.NAMING, id));
			traces.add(new PersonTrace(Kind.IMPERSONATOR, everything ? Data.ALL : Data.NAMING, id));
		}
		if (target != null) {
			List<String> typeAndId = List.of(Text.normalize(target.type()), Text.normalize(target.id()));
			traces.add(new PersonTrace(Kind.TARGET, Data.ALL, typeAndId));
			if (everything) {
				traces.add(new PersonTrace(Kind.RELATED, Data.ALL, typeAndId));
			}
		}
		return traces;
	}

	/**
	 * What entries contain where somebody acts for the actor, or has others act. An index
	 * finds the first, which also may be a thing of the application's.
	 * @param id the id of who acts
	 * @return what the related things contain, and what the metadata contains, as JSON
	 */
	public static List<String> delegate(String id) {
		JsonNodeFactory json = JsonNodeFactory.instance;
		return Stream
			.of(json.arrayNode().add(json.objectNode().put("type", EntryFactory.AGENT).put("id", id)),
					json.objectNode().set(EntryFactory.DELEGATION, json.arrayNode().add(id)))
			.map((document) -> CanonicalJson.of(document).toString())
			.toList();
	}

}
