/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

import org.hibernate.bytecode.enhance.spi.LazyPropertyInitializer;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.envers.boot.internal.EnversService;
import org.hibernate.envers.internal.entities.EntitiesConfigurations;
import org.hibernate.envers.internal.entities.PropertyData;
import org.hibernate.envers.internal.entities.RelationDescription;
import org.hibernate.envers.internal.entities.RelationType;
import org.hibernate.envers.internal.entities.mapper.CompositeMapperBuilder;
import org.hibernate.envers.internal.entities.mapper.PropertyMapper;
import org.hibernate.envers.internal.tools.EntityTools;
import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.persister.collection.OneToManyPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * What Envers audits: the entities, for which it writes a row when something changes, and
 * what the row holds. Its own listeners decide that among themselves, in
 * {@code BaseEnversEventListener} and {@code BaseEnversCollectionEventListener}; these
 * are the same rules.
 */
public final class EnversSource implements StateSource {

	private final EnversService envers;

	private final EntitiesConfigurations entities;

	private final Exclusions exclusions;

	private final Set<String> covered;

	/**
	 * Creates it.
	 * @param envers Envers' side of a persistence unit
	 * @param unit the persistence unit
	 * @param exclusions what is left out, though Envers audits it
	 */
	public EnversSource(EnversService envers, SessionFactoryImplementor unit, Exclusions exclusions) {
		this.envers = envers;
		this.entities = envers.getEntitiesConfigurations();
		this.exclusions = exclusions;
		this.covered = StateSource.entities(unit,
				(persister) -> this.entities.isVersioned(persister.getEntityName()) && !exclusions.exclude(persister));
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
		return new EnversMembers(mappers(persister));
	}

	@Override
	public Set<String> leftOut(EntityPersister persister) {
		return Set.copyOf(inherited(persister).keySet());
	}

	/**
	 * Tells of columns that are left out, though nobody said so.
	 * @param unit the persistence unit
	 */
	public void warnOfInherited(SessionFactoryImplementor unit) {
		InheritedColumns inherited = new InheritedColumns();
		unit.getMappingMetamodel().forEachEntityDescriptor((persister) -> {
			if (covers(persister.getEntityName())) {
				inherited.add(persister.getEntityName(), inherited(persister));
			}
		});
		inherited.warn();
	}

	private Map<String, Class<?>> inherited(EntityPersister persister) {
		return InheritedColumns.leftOut(persister, mappers(persister).keySet());
	}

	private Map<String, PropertyMapper> mappers(EntityPersister persister) {
		return mappers(this.entities.get(persister.getEntityName()).getPropertyMapper(), PropertyData::getName);
	}

	private static Map<String, PropertyMapper> mappers(CompositeMapperBuilder composite,
			Function<PropertyData, @Nullable String> name) {
		Map<String, PropertyMapper> mappers = new HashMap<>();
		composite.getProperties().forEach((data, mapper) -> {
			String property = name.apply(data);
			if (!data.isSynthetic() && property != null) {
				mappers.put(property, mapper);
			}
		});
		return mappers;
	}

	@Override
	public boolean isUpdate(EntityPersister persister, @Nullable Object[] from, @Nullable Object[] to,
			SharedSessionContractImplementor session) {
		return this.entities.get(persister.getEntityName())
			.getPropertyMapper()
			.map(session, new HashMap<>(), persister.getPropertyNames(), shown(persister, from, to), from);
	}

	// Envers knows nothing of what is left out of the trail only.
	private @Nullable Object[] shown(EntityPersister persister, @Nullable Object[] from, @Nullable Object[] to) {
		Set<String> excluded = this.exclusions.of(persister.getMappedClass());
		if (excluded.isEmpty()) {
			return to;
		}
		@Nullable Object[] shown = to.clone();
		for (int i = 0; i < shown.length; i++) {
			if (excluded.contains(persister.getPropertyNames()[i])) {
				shown[i] = from[i];
			}
		}
		return shown;
	}

	@Override
	public List<OtherSide> otherSides(EntityPersister persister, @Nullable Object @Nullable [] from,
			@Nullable Object @Nullable [] to, SharedSessionContractImplementor session) {
		List<OtherSide> others = new ArrayList<>(0);
		if (!this.envers.getConfig().isGenerateRevisionsForCollections()) {
			return others;
		}
		String[] names = persister.getPropertyNames();
		for (int i = 0; i < names.length; i++) {
			RelationDescription relation = this.entities.getRelationDescription(persister.getEntityName(), names[i]);
			Object old = (from != null && from[i] != LazyPropertyInitializer.UNFETCHED_PROPERTY) ? from[i] : null;
			Object now = (to != null) ? to[i] : null;
			if (relation != null && isToOneOfMany(relation)
					&& !EntityTools.entitiesEqual(session, relation.getToEntityName(), old, now)) {
				OtherSide.add(others, names[i], old, now);
			}
		}
		return others;
	}

	private static boolean isToOneOfMany(RelationDescription relation) {
		return relation.isBidirectional() && relation.getRelationType() == RelationType.TO_ONE
				&& relation.isInsertable();
	}

	@Override
	public Set<String> inverse(EntityPersister persister, EntityPersister owner, String relation) {
		Set<String> inverse = new TreeSet<>();
		for (String name : persister.getPropertyNames()) {
			RelationDescription description = this.entities.getRelationDescription(persister.getEntityName(), name);
			if (description != null && description.getRelationType() == RelationType.TO_MANY_NOT_OWNING
					&& relation.equals(description.getMappedByPropertyName())
					&& owner.getFactory()
						.getMappingMetamodel()
						.getEntityDescriptor(description.getToEntityName())
						.getMappedClass()
						.isAssignableFrom(owner.getMappedClass())) {
				inverse.add(name);
			}
		}
		return inverse;
	}

	@Override
	public @Nullable String mappedBy(EntityPersister owner, String relation) {
		RelationDescription description = this.entities.getRelationDescription(owner.getEntityName(),
				relation.replace('.', '_'));
		return (description != null) ? description.getMappedByPropertyName() : null;
	}

	@Override
	public boolean follows(CollectionPersister persister, EntityPersister owner) {
		if (!covers(owner.getEntityName())) {
			return false;
		}
		if ((persister.isInverse() || persister instanceof OneToManyPersister)
				&& !this.envers.getConfig().isGenerateRevisionsForCollections()) {
			return false;
		}
		RelationDescription relation = relation(persister, owner);
		return !persister.isInverse() || (relation != null
				&& relation.getRelationType() == RelationType.TO_MANY_NOT_OWNING && relation.isIndexed());
	}

	@Override
	public boolean isInElements(CollectionPersister persister, EntityPersister owner) {
		RelationDescription relation = relation(persister, owner);
		return relation != null && relation.getMappedByPropertyName() != null;
	}

	@Override
	public boolean isBidirectional(CollectionPersister persister, EntityPersister owner) {
		RelationDescription relation = relation(persister, owner);
		return relation != null && relation.isBidirectional()
				&& this.envers.getConfig().isGenerateRevisionsForCollections();
	}

	private @Nullable RelationDescription relation(CollectionPersister persister, EntityPersister owner) {
		String property = CollectionTypes.property(persister).replace('.', '_');
		return this.entities.getRelationDescription(owner.getEntityName(), property);
	}

	@Override
	public boolean include(EntityPersister persister) {
		return this.entities.isVersioned(persister.getEntityName());
	}

	@Override
	public @Nullable Long revision(SharedSessionContractImplementor session) {
		Object revision = this.envers.getAuditProcessManager().get(session).getCurrentRevisionData(session, false);
		Number number = this.envers.getRevisionInfoNumberReader().getRevisionNumber(revision);
		return (number != null && number.longValue() > 0) ? number.longValue() : null;
	}

	private record EnversMembers(Map<String, PropertyMapper> properties) implements Members {

		@Override
		public boolean include(Class<?> owner, String name) {
			return this.properties.containsKey(name);
		}

		// Of the elements of a collection Envers keeps no mapper that can be asked.
		@Override
		public Members of(String name) {
			return (this.properties.get(name) instanceof CompositeMapperBuilder composite)
					? new EnversMembers(mappers(composite, PropertyData::getBeanName)) : Members.ALL;
		}

	}

}
