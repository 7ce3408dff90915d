/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.auditspring.capture.internal.state.Meanings.Meaning;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.metamodel.RepresentationMode;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * The names of the application's entities. Entries show the short name of an entity;
 * where several have the same, as classes within different classes may, so much more of
 * it that they differ. Whoever names an entity by another name of it means that one.
 */
final class EntityTypes {

	private final Map<SessionFactoryImplementor, Predicate<EntityPersister>> units = new LinkedHashMap<>();

	private volatile @Nullable Known known;

	/**
	 * Adds a persistence unit.
	 * @param unit the persistence unit
	 * @param isAudited which of its entities have entries
	 */
	synchronized void add(SessionFactoryImplementor unit, Predicate<EntityPersister> isAudited) {
		this.units.put(unit, isAudited);
		this.known = null;
	}

	/**
	 * Adds a persistence unit, unless it is known.
	 * @param unit the persistence unit
	 */
	synchronized void add(SessionFactoryImplementor unit) {
		if (!this.units.containsKey(unit)) {
			add(unit, (persister) -> false);
		}
	}

	synchronized void remove(SessionFactoryImplementor unit) {
		this.units.remove(unit);
		this.known = null;
	}

	EntityNames of(EntityPersister persister) {
		EntityNames names = known().names().get(persister);
		return (names != null) ? names : alone(persister);
	}

	// While the application ends its unit may be closed during a flush.
	private static EntityNames alone(EntityPersister persister) {
		Map<String, String> shown = Map.of(persister.getEntityName(), candidates(persister).get(0));
		return Objects.requireNonNull(names(List.of(persister), shown).get(persister));
	}

	/**
	 * The entities that something may be which an application gives a name.
	 * @param name the name
	 * @return what it means
	 */
	Meaning called(String name) {
		Meaning meaning = known().meanings().get(name);
		return (meaning != null) ? meaning : new Meaning(name, Set.of(), List.of());
	}

	private Known known() {
		Known known = this.known;
		return (known != null) ? known : read();
	}

	private synchronized Known read() {
		List<EntityPersister> all = new ArrayList<>();
		Map<String, Deque<String>> audited = new HashMap<>();
		Map<String, Deque<String>> others = new HashMap<>();
		this.units.forEach((unit, isAudited) -> unit.getMappingMetamodel().forEachEntityDescriptor((persister) -> {
			all.add(persister);
			(isAudited.test(persister) ? audited : others).put(persister.getEntityName(),
					new ArrayDeque<>(candidates(persister)));
		}));
		others.keySet().removeAll(audited.keySet());
		Set<String> taken = new HashSet<>();
		audited.values().forEach(taken::addAll);
		Map<String, String> shown = shown(audited);
		// What has entries of its own keeps its names, whatever else there is.
		others.values().forEach((names) -> {
			while (names.size() > 1 && taken.contains(names.getFirst())) {
				names.removeFirst();
			}
		});
		shown.putAll(shown(others));
		Map<EntityPersister, EntityNames> names = names(all, shown);
		Known known = new Known(names, Meanings.of(names));
		this.known = known;
		return known;
	}

	private static Map<EntityPersister, EntityNames> names(List<EntityPersister> all, Map<String, String> shown) {
		Set<String> known = new HashSet<>();
		for (EntityPersister persister : all) {
			known.addAll(own(persister));
			known.addAll(supertypes(persister, all));
		}
		Map<String, Set<String>> words = new HashMap<>();
		for (EntityPersister persister : all) {
			if (hasClass(persister)) {
				words.computeIfAbsent(persister.getRootEntityName(), (root) -> new HashSet<>())
					.addAll(EntityNames.words(persister.getMappedClass(), shown.get(persister.getEntityName())));
			}
		}
		Map<EntityPersister, EntityNames> names = new HashMap<>();
		for (EntityPersister persister : all) {
			names.put(persister, new EntityNames(shown.get(persister.getEntityName()), persister.getMappedClass(),
					own(persister), supertypes(persister, all), known, persister.getRootEntityName(), words));
		}
		return names;
	}

	// Each entity's first candidate, and of those that have the same the next, until all
	// differ: the last candidate of each does.
	private static Map<String, String> shown(Map<String, Deque<String>> candidates) {
		List<Deque<String>> alike;
		do {
			Map<String, List<Deque<String>>> byName = new HashMap<>();
			for (Deque<String> names : candidates.values()) {
				byName.computeIfAbsent(names.getFirst(), (name) -> new ArrayList<>()).add(names);
			}
			alike = byName.values()
				.stream()
				.filter((group) -> group.size() > 1)
				.flatMap(List::stream)
				.filter((names) -> names.size() > 1)
				.toList();
			alike.forEach(Deque::removeFirst);
		}
		while (!alike.isEmpty());
		Map<String, String> shown = new HashMap<>();
		candidates.forEach((entity, names) -> shown.put(entity, names.getFirst()));
		return shown;
	}

	/**
	 * The names that an entity may be shown by, the shortest first, the last one unique.
	 */
	private static List<String> candidates(EntityPersister persister) {
		Set<String> candidates = new LinkedHashSet<>();
		String imported = persister.getImportedName();
		suffixes((imported != null) ? imported : persister.getEntityName()).forEach(candidates::add);
		if (hasClass(persister)) {
			suffixes(nested(persister.getMappedClass())).forEach(candidates::add);
			candidates.add(persister.getMappedClass().getName().replace('$', '.'));
		}
		List<String> all = new ArrayList<>(candidates);
		all.add(persister.getEntityName());
		return all;
	}

	private static Set<String> own(EntityPersister persister) {
		Set<String> own = new HashSet<>(candidates(persister));
		if (hasClass(persister)) {
			own.add(persister.getMappedClass().getName());
		}
		return own;
	}

	// Those that Envers maps for itself are maps.
	private static boolean hasClass(EntityPersister persister) {
		return persister.getRepresentationStrategy().getMode() == RepresentationMode.POJO;
	}

	private static Set<String> supertypes(EntityPersister persister, List<EntityPersister> all) {
		Class<?> mapped = persister.getMappedClass();
		Set<String> names = new HashSet<>();
		if (!hasClass(persister)) {
			return names;
		}
		supertypes(mapped).forEach((supertype) -> names.addAll(names(supertype)));
		for (EntityPersister other : all) {
			if (hasClass(other) && other.getMappedClass() != mapped
					&& other.getMappedClass().isAssignableFrom(mapped)) {
				names.addAll(own(other));
			}
		}
		return names;
	}

	/**
	 * The classes that a class extends, and the interfaces that it implements.
	 * @param type the class
	 * @return them all, without {@code Object}
	 */
	static Stream<Class<?>> supertypes(Class<?> type) {
		Stream<Class<?>> direct = Stream.concat(Stream.ofNullable(type.getSuperclass()),
				Stream.of(type.getInterfaces()));
		return direct.filter((supertype) -> supertype != Object.class)
			.flatMap((supertype) -> Stream.concat(Stream.of(supertype), supertypes(supertype)));
	}

	/**
	 * The names of a class, short and long.
	 * @param type the class
	 * @return its names
	 */
	static Set<String> names(Class<?> type) {
		Set<String> names = new HashSet<>(Set.of(type.getName()));
		suffixes(nested(type)).forEach(names::add);
		return names;
	}

	// The class's name within its package, with the classes around it.
	private static String nested(Class<?> type) {
		String name = type.getName();
		return name.substring(name.lastIndexOf('.') + 1);
	}

	private static Stream<String> suffixes(String name) {
		String[] words = name.split("[.$]");
		return Stream.iterate(words.length - 1, (from) -> from >= 0, (from) -> from - 1)
			.map((from) -> String.join(".", List.of(words).subList(from, words.length)));
	}

	private record Known(Map<EntityPersister, EntityNames> names, Map<String, Meaning> meanings) {

	}

}
