/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.catalogue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.auditspring.AuditSetupException;
import io.auditspring.intercept.internal.call.AuditedMethods;
import io.auditspring.intercept.internal.call.DeclaredAction;
import org.jspecify.annotations.Nullable;

/**
 * What an application can leave in the trail, as far as its annotations and vocabularies
 * tell.
 */
public final class ActionCatalogue {

	private static final int MOST_PROBLEMS = 20;

	private final AuditedMethods methods;

	private final Supplier<Vocabularies> vocabularies;

	private final @Nullable String defaultCategory;

	/**
	 * Creates it.
	 * @param methods the audited methods
	 * @param vocabularies the application's words; asked for when they are needed
	 * @param defaultCategory the category of entries that name none, or {@code null}
	 */
	ActionCatalogue(AuditedMethods methods, Supplier<Vocabularies> vocabularies, @Nullable String defaultCategory) {
		this.methods = methods;
		this.vocabularies = vocabularies;
		this.defaultCategory = defaultCategory;
	}

	/**
	 * The audited methods that are known by now, by their actions. Those of the
	 * vocabulary that no method names have none: what is recorded otherwise may.
	 * @return the actions in the order of their letters
	 */
	public SortedMap<String, List<DeclaredAction>> actions() {
		SortedMap<String, List<DeclaredAction>> actions = new TreeMap<>();
		this.vocabularies.get().actions().all().forEach((action) -> actions.put(action, List.of()));
		for (DeclaredAction declared : this.methods.declared()) {
			List<DeclaredAction> same = new ArrayList<>(actions.getOrDefault(declared.action(), List.of()));
			same.add(declared);
			actions.put(declared.action(), same);
		}
		return actions;
	}

	/**
	 * All categories that are known.
	 * @return them in the order of their letters
	 */
	public SortedSet<String> categories() {
		return joined(this.vocabularies.get().categories(),
				Stream
					.concat(Stream.ofNullable(this.defaultCategory),
							this.methods.declared().stream().map(DeclaredAction::category).filter(Objects::nonNull))
					.toList());
	}

	/**
	 * All types of targets, and of further things, that are known.
	 * @return them in the order of their letters
	 */
	public SortedSet<String> targetTypes() {
		return joined(this.vocabularies.get().targetTypes(),
				this.methods.declared().stream().flatMap((declared) -> declared.targetTypes().stream()).toList());
	}

	private static SortedSet<String> joined(Words words, Collection<String> declared) {
		SortedSet<String> joined = new TreeSet<>(words.all());
		joined.addAll(declared);
		return joined;
	}

	/**
	 * Makes sure that annotations use no words but those that the application knows.
	 * @throws AuditSetupException naming all that do
	 */
	public void check() {
		Vocabularies known = this.vocabularies.get();
		if (known.areOpen()) {
			return;
		}
		List<String> problems = new ArrayList<>();
		if (this.defaultCategory != null) {
			add(problems, known.categories().problem(this.defaultCategory, "The property audit.default-category"));
		}
		for (DeclaredAction declared : this.methods.declared()) {
			String place = "@Audited method " + declared.place();
			add(problems, known.actions().problem(declared.action(), place));
			if (declared.category() != null) {
				add(problems, known.categories().problem(declared.category(), place));
			}
			declared.targetTypes().forEach((type) -> add(problems, known.targetTypes().problem(type, place)));
		}
		if (!problems.isEmpty()) {
			List<String> told = problems.stream().distinct().limit(MOST_PROBLEMS).toList();
			throw new AuditSetupException(String.join(System.lineSeparator(), told),
					"Correct the annotation, or add the word to the vocabulary.");
		}
	}

	private static void add(List<String> problems, @Nullable String problem) {
		if (problem != null) {
			problems.add(problem);
		}
	}

}
