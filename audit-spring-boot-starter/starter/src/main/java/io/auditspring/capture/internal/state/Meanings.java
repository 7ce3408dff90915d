/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.hibernate.persister.entity.EntityPersister;

/**
 * Which entities an application means by which name: by one of their own a single entity,
 * by that of a supertype the one hierarchy of entities that has it. What several of them
 * are called means none.
 */
final class Meanings {

	private final Map<EntityPersister, EntityNames> names;

	private final Map<String, List<EntityPersister>> own = new HashMap<>();

	private final Map<String, Set<String>> alike = new HashMap<>();

	private Meanings(Map<EntityPersister, EntityNames> names) {
		this.names = names;
		names.forEach((persister, known) -> add(this.own, known.own(), persister));
		names.forEach((persister, known) -> this.alike
			.computeIfAbsent(persister.getRootEntityName(), (root) -> new TreeSet<>())
			.addAll(written(persister, known)));
	}

	/**
	 * What each name means.
	 * @param names the names of all entities
	 * @return the meanings, by name
	 */
	static Map<String, Meaning> of(Map<EntityPersister, EntityNames> names) {
		Meanings all = new Meanings(names);
		Map<String, List<EntityPersister>> general = new HashMap<>();
		names.forEach((persister, known) -> add(general, known.supertypes(), persister));
		Map<String, Meaning> meanings = new HashMap<>();
		general.forEach((name, persisters) -> meanings.put(name, all.general(name, persisters)));
		all.own.forEach((name, persisters) -> meanings.put(name, all.special(name, persisters)));
		return meanings;
	}

	private static void add(Map<String, List<EntityPersister>> named, Set<String> names, EntityPersister persister) {
		names.forEach((name) -> named.computeIfAbsent(name, (key) -> new ArrayList<>(1)).add(persister));
	}

	// What an application usually calls it: calls that were made before another entity
	// had the same name, or by an older version of this, kept that.
	private Set<String> written(EntityPersister persister, EntityNames known) {
		Set<String> written = new HashSet<>(Set.of(known.mapped().getSimpleName(), known.mapped().getName()));
		if (persister.getImportedName() != null) {
			written.add(persister.getImportedName());
		}
		written.retainAll(known.own());
		written.removeIf((name) -> count(this.own.get(name)) > 1);
		written.add(known.shown());
		return written;
	}

	private Meaning special(String name, List<EntityPersister> persisters) {
		return (count(persisters) == 1) ? meaning(persisters.get(0), persisters)
				: new Meaning(name, Set.of(), persisters);
	}

	private Meaning general(String name, List<EntityPersister> persisters) {
		Set<String> roots = new HashSet<>();
		persisters.forEach((persister) -> roots.add(persister.getRootEntityName()));
		boolean java = persisters.stream().allMatch((persister) -> isOfJava(persister.getMappedClass(), name));
		if (java || roots.size() > 1) {
			return new Meaning(name, Set.of(), java ? List.of() : persisters);
		}
		EntityPersister meant = (count(persisters) == 1) ? persisters.get(0) : root(persisters.get(0));
		return meaning(meant, persisters);
	}

	private static boolean isOfJava(Class<?> type, String name) {
		return EntityTypes.supertypes(type)
			.noneMatch((supertype) -> !supertype.getName().startsWith("java.")
					&& EntityTypes.names(supertype).contains(name));
	}

	private EntityPersister root(EntityPersister persister) {
		return persister.getFactory().getMappingMetamodel().getEntityDescriptor(persister.getRootEntityName());
	}

	private Meaning meaning(EntityPersister meant, List<EntityPersister> persisters) {
		return new Meaning(this.names.get(meant).shown(), this.alike.get(meant.getRootEntityName()), persisters);
	}

	// Several persistence units may have the same one.
	private static long count(List<EntityPersister> persisters) {
		return persisters.stream().map(EntityPersister::getEntityName).distinct().count();
	}

	/**
	 * What a name means.
	 *
	 * @param shown the name that entries show
	 * @param alike all names that entries may show of the same thing, whose identifier is
	 * one within its hierarchy; none where the name means nothing, or several things
	 * @param entities the entities that have the name
	 */
	record Meaning(String shown, Set<String> alike, List<EntityPersister> entities) {

	}

}
