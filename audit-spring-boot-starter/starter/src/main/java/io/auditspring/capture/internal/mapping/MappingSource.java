/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import org.hibernate.bytecode.enhance.spi.LazyPropertyInitializer;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.AttributeMapping;
import org.hibernate.metamodel.mapping.EntityValuedModelPart;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.property.access.internal.PropertyAccessStrategyBackRefImpl;
import org.hibernate.property.access.internal.PropertyAccessStrategyIndexBackRefImpl;
import org.hibernate.property.access.spi.PropertyAccessStrategy;
import org.hibernate.type.CollectionType;
import org.hibernate.type.ComponentType;
import org.hibernate.type.EntityType;
import org.hibernate.type.OneToOneType;
import org.hibernate.type.Type;
import org.jspecify.annotations.Nullable;

/**
 * What Hibernate maps: entities, whoever else keeps a history of them, all their
 * properties but the version, and the collections that are the other side of a relation.
 */
public final class MappingSource implements StateSource {

	/** What Hibernate makes of several attributes with {@code @Id}. */
	private static final String IDENTIFIER = "_identifierMapper";

	private final SessionFactoryImplementor unit;

	private final Exclusions exclusions;

	private final Set<String> covered;

	private final Revisions revisions;

	/** The collections of each entity, by the property that holds them. */
	private final Map<String, Map<String, Relation>> collections = new ConcurrentHashMap<>();

	/** The references of each entity that have another side, by their places. */
	private final Map<String, List<Integer>> references = new ConcurrentHashMap<>();

	/**
	 * Creates it.
	 * @param unit the persistence unit
	 * @param exclusions what is left out
	 * @param wanted which of the other entities are captured
	 * @param revisions the history that somebody else keeps
	 */
	public MappingSource(SessionFactoryImplementor unit, Exclusions exclusions, Predicate<EntityPersister> wanted,
			Revisions revisions) {
		this.unit = unit;
		this.exclusions = exclusions;
		this.covered = StateSource.entities(unit,
				(persister) -> wanted.test(persister) && !exclusions.exclude(persister));
		this.revisions = revisions;
	}

	@Override
	public boolean covers(@Nullable String entityName) {
		return entityName != null && this.covered.contains(entityName);
	}

	@Override
	public boolean misses(EntityPersister persister) {
		return !covers(persister.getEntityName()) && !this.exclusions.exclude(persister);
	}

	@Override
	public Members members(EntityPersister persister) {
		Set<String> own = new HashSet<>(Set.of(IDENTIFIER));
		String[] names = persister.getPropertyNames();
		for (int i = 0; i < names.length; i++) {
			AttributeMapping attribute = persister.findAttributeMapping(names[i]);
			if (i == persister.getVersionPropertyIndex() || (attribute != null && isBackReference(attribute))) {
				own.add(names[i]);
			}
		}
		return new Mapped(own);
	}

	// To the owner of a collection that its elements do not know.
	private static boolean isBackReference(AttributeMapping attribute) {
		PropertyAccessStrategy access = attribute.getPropertyAccess().getPropertyAccessStrategy();
		return access instanceof PropertyAccessStrategyBackRefImpl
				|| access instanceof PropertyAccessStrategyIndexBackRefImpl;
	}

	@Override
	public Set<String> leftOut(EntityPersister persister) {
		return Set.of();
	}

	// What looks the same when it is read again is no change.
	@Override
	public boolean isUpdate(EntityPersister persister, @Nullable Object[] from, @Nullable Object[] to,
			SharedSessionContractImplementor session) {
		return false;
	}

	@Override
	public List<OtherSide> otherSides(EntityPersister persister, @Nullable Object @Nullable [] from,
			@Nullable Object @Nullable [] to, SharedSessionContractImplementor session) {
		List<OtherSide> others = new ArrayList<>(0);
		for (int i : this.references.computeIfAbsent(persister.getEntityName(), (name) -> references(persister))) {
			Object old = (from != null) ? from[i] : null;
			Object now = (to != null) ? to[i] : null;
			boolean known = old != LazyPropertyInitializer.UNFETCHED_PROPERTY
					&& now != LazyPropertyInitializer.UNFETCHED_PROPERTY;
			if (known && !persister.getPropertyTypes()[i].isEqual(old, now, this.unit)) {
				OtherSide.add(others, persister.getPropertyNames()[i], old, now);
			}
		}
		return others;
	}

	private List<Integer> references(EntityPersister persister) {
		List<Integer> references = new ArrayList<>();
		for (int i = 0; i < persister.getPropertyTypes().length; i++) {
			if (persister.getPropertyTypes()[i] instanceof EntityType type && !type.isAnyType()
					&& persister.getPropertyInsertability()[i] && isMapped(type.getAssociatedEntityPersister(this.unit),
							persister, persister.getPropertyNames()[i])) {
				references.add(i);
			}
		}
		return List.copyOf(references);
	}

	private boolean isMapped(EntityPersister target, EntityPersister owner, String reference) {
		for (Type type : target.getPropertyTypes()) {
			if (type instanceof OneToOneType other && reference.equals(other.getRHSUniqueKeyPropertyName())
					&& isA(owner, other.getAssociatedEntityPersister(this.unit))) {
				return true;
			}
		}
		return !inverse(target, owner, reference).isEmpty();
	}

	private static boolean isA(EntityPersister entity, @Nullable EntityPersister other) {
		return other != null && other.getMappedClass().isAssignableFrom(entity.getMappedClass());
	}

	@Override
	public Set<String> inverse(EntityPersister persister, EntityPersister owner, String relation) {
		Set<String> inverse = new TreeSet<>();
		collections(persister).forEach((property, collection) -> {
			if (relation.equals(collection.mappedBy()) && isA(owner, collection.element())) {
				inverse.add(property);
			}
		});
		return inverse;
	}

	@Override
	public @Nullable String mappedBy(EntityPersister owner, String relation) {
		Relation collection = collections(owner).get(relation);
		return (collection != null) ? collection.mappedBy() : null;
	}

	// That of an inverse one is told by its elements, unless it holds what they do not:
	// their order or their keys.
	@Override
	public boolean follows(CollectionPersister persister, EntityPersister owner) {
		return covers(owner.getEntityName())
				&& (!persister.isInverse() || (persister.hasIndex() && isInElements(persister, owner)));
	}

	@Override
	public boolean isInElements(CollectionPersister persister, EntityPersister owner) {
		return mappedBy(owner, CollectionTypes.property(persister)) != null;
	}

	@Override
	public boolean isBidirectional(CollectionPersister persister, EntityPersister owner) {
		EntityPersister element = Relation.of(persister).element();
		return element != null && !inverse(element, owner, CollectionTypes.property(persister)).isEmpty();
	}

	@Override
	public boolean include(EntityPersister persister) {
		return this.revisions.include(persister);
	}

	@Override
	public @Nullable Long revision(SharedSessionContractImplementor session) {
		return this.revisions.revision(session);
	}

	private Map<String, Relation> collections(EntityPersister persister) {
		return this.collections.computeIfAbsent(persister.getEntityName(), (name) -> {
			Map<String, Relation> collections = new LinkedHashMap<>();
			collect(persister.getPropertyNames(), persister.getPropertyTypes(), "", collections);
			return collections;
		});
	}

	private void collect(String[] names, Type[] types, String path, Map<String, Relation> collections) {
		for (int i = 0; i < names.length; i++) {
			if (types[i] instanceof CollectionType collection) {
				collections.put(path + names[i],
						Relation.of(this.unit.getMappingMetamodel().getCollectionDescriptor(collection.getRole())));
			}
			else if (types[i] instanceof ComponentType component) {
				collect(component.getPropertyNames(), component.getSubtypes(), path + names[i] + '.', collections);
			}
		}
	}

	/**
	 * A collection.
	 *
	 * @param mappedBy the property of its elements that refers to their owner, or
	 * {@code null} if there is none
	 * @param element what its elements are, or {@code null} if they are no entities
	 */
	private record Relation(@Nullable String mappedBy, @Nullable EntityPersister element) {

		static Relation of(CollectionPersister collection) {
			EntityPersister element = (collection.getAttributeMapping()
				.getElementDescriptor() instanceof EntityValuedModelPart part)
						? part.getEntityMappingType().getEntityPersister() : null;
			String mappedBy = collection.getMappedByProperty();
			return new Relation((mappedBy == null && element != null && collection.isOneToMany())
					? byColumn(element, collection) : mappedBy, element);
		}

		// Its elements may map the column that tells their owner, too.
		private static @Nullable String byColumn(EntityPersister element, CollectionPersister collection) {
			List<String> key = columns(collection.getAttributeMapping().getKeyDescriptor().getKeyPart());
			for (String name : element.getPropertyNames()) {
				AttributeMapping attribute = element.findAttributeMapping(name);
				if (attribute instanceof EntityValuedModelPart && columns(attribute).equals(key)) {
					return name;
				}
			}
			return null;
		}

		private static List<String> columns(ModelPart part) {
			List<String> columns = new ArrayList<>();
			part.forEachSelectable((index, column) -> columns
				.add(column.getContainingTableExpression() + '.' + column.getSelectionExpression()));
			return columns;
		}

	}

	/**
	 * What an application has mapped.
	 *
	 * @param own the properties that Hibernate has for itself
	 */
	private record Mapped(Set<String> own) implements Members {

		@Override
		public boolean include(Class<?> owner, String name) {
			return !this.own.contains(name);
		}

		@Override
		public Members of(String name) {
			return Members.ALL;
		}

	}

}
