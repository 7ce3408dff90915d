package io.auditspring.capture;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.metamodel.RepresentationMode;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * The names of the application's entities. Entries show the short name of an entity;
 * where several have the same, as classes within different classes may, so much more of
 * it that they differ.
 */
final class EntityTypes {

	private final Map<SessionFactoryImplementor, Predicate<EntityPersister>> units = new LinkedHashMap<>();

	private volatile @Nullable Map<EntityPersister, EntityNames> names;

	/**
	 * Adds a persistence unit.
	 * @param unit the persistence unit
	 * @param isAudited which of its entities have entries
	 */
	synchronized void add(SessionFactoryImplementor unit, Predicate<EntityPersister> isAudited) {
		this.units.put(unit, isAudited);
		this.names = null;
	}

	synchronized void remove(SessionFactoryImplementor unit) {
		this.units.remove(unit);
		this.names = null;
	}

	EntityNames of(EntityPersister persister) {
		Map<EntityPersister, EntityNames> names = this.names;
		EntityNames known = ((names != null) ? names : read()).get(persister);
		if (known == null) {
			throw new IllegalArgumentException("Of another persistence unit: " + persister.getEntityName());
		}
		return known;
	}

	private synchronized Map<EntityPersister, EntityNames> read() {
		List<EntityPersister> all = new ArrayList<>();
		Map<String, Deque<String>> audited = new HashMap<>();
		this.units.forEach((unit, isAudited) -> unit.getMappingMetamodel().forEachEntityDescriptor((persister) -> {
			all.add(persister);
			if (isAudited.test(persister)) {
				audited.put(persister.getEntityName(), new ArrayDeque<>(candidates(persister)));
			}
		}));
		Map<EntityPersister, EntityNames> names = names(all, shown(audited));
		this.names = names;
		return names;
	}

	private static Map<EntityPersister, EntityNames> names(List<EntityPersister> all, Map<String, String> shown) {
		Map<String, Set<String>> meanings = new HashMap<>();
		Set<String> known = new HashSet<>();
		for (EntityPersister persister : all) {
			own(persister).forEach(
					(name) -> meanings.computeIfAbsent(name, (key) -> new HashSet<>()).add(persister.getEntityName()));
			known.addAll(supertypes(persister, all));
		}
		known.addAll(meanings.keySet());
		Map<EntityPersister, EntityNames> names = new HashMap<>();
		for (EntityPersister persister : all) {
			Set<String> own = own(persister);
			Set<String> shared = new HashSet<>(own);
			shared.removeIf((name) -> meanings.getOrDefault(name, Set.of()).size() == 1);
			names.put(persister,
					new EntityNames(shown.getOrDefault(persister.getEntityName(), candidates(persister).get(0)),
							persister.getMappedClass(), own, shared, supertypes(persister, all), known));
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

	/**
	 * The names that mean an entity.
	 * @param persister the entity's persister
	 * @return the names of the entity and of its class, short and long
	 */
	static Set<String> own(EntityPersister persister) {
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
		addSupertypes(mapped, names);
		for (EntityPersister other : all) {
			if (hasClass(other) && other.getMappedClass() != mapped
					&& other.getMappedClass().isAssignableFrom(mapped)) {
				names.addAll(own(other));
			}
		}
		return names;
	}

	private static void addSupertypes(Class<?> type, Set<String> names) {
		Class<?> superclass = type.getSuperclass();
		if (superclass != null && superclass != Object.class) {
			add(superclass, names);
		}
		for (Class<?> contract : type.getInterfaces()) {
			add(contract, names);
		}
	}

	private static void add(Class<?> supertype, Set<String> names) {
		names.add(supertype.getName());
		suffixes(nested(supertype)).forEach(names::add);
		addSupertypes(supertype, names);
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

}
