package io.auditspring.capture.internal.mapping;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.envers.boot.internal.EnversService;
import org.hibernate.envers.internal.entities.EntitiesConfigurations;
import org.hibernate.envers.internal.entities.RelationDescription;
import org.hibernate.envers.internal.entities.RelationType;
import org.hibernate.envers.internal.tools.EntityTools;
import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.persister.collection.OneToManyPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Knows for which entities Envers writes a row when something changes. Its own listeners
 * decide that among themselves, in {@code BaseEnversEventListener} and
 * {@code BaseEnversCollectionEventListener}; these are the same rules.
 */
public final class EnversRows {

	private final EnversService envers;

	private final EntitiesConfigurations entities;

	public EnversRows(EnversService envers) {
		this.envers = envers;
		this.entities = envers.getEntitiesConfigurations();
	}

	public boolean covers(@Nullable String entityName) {
		return entityName != null && this.entities.isVersioned(entityName);
	}

	/**
	 * Whether an update of an entity's columns is worth a row.
	 * @param persister the entity's persister
	 * @param from the property values before
	 * @param to the property values after
	 * @param session the session that wrote them
	 * @return {@code false} if nothing changed that is audited
	 */
	public boolean isUpdate(EntityPersister persister, @Nullable Object[] from, @Nullable Object[] to,
			SharedSessionContractImplementor session) {
		return this.entities.get(persister.getEntityName())
			.getPropertyMapper()
			.map(session, new HashMap<>(), persister.getPropertyNames(), to, from);
	}

	/**
	 * The entities on the other side of to-one references that changed: the collection
	 * that they own changed with it.
	 * @param persister the persister of the entity that refers to them
	 * @param from its property values before, or {@code null}
	 * @param to its property values after, or {@code null}
	 * @param session the session that wrote them
	 * @return the entities, some of them perhaps twice: what is equal to the application
	 * need not be the same
	 */
	public List<OtherSide> otherSides(EntityPersister persister, @Nullable Object @Nullable [] from,
			@Nullable Object @Nullable [] to, SharedSessionContractImplementor session) {
		List<OtherSide> others = new ArrayList<>(0);
		if (!this.envers.getConfig().isGenerateRevisionsForCollections()) {
			return others;
		}
		String[] names = persister.getPropertyNames();
		for (int i = 0; i < names.length; i++) {
			RelationDescription relation = this.entities.getRelationDescription(persister.getEntityName(), names[i]);
			Object old = (from != null) ? from[i] : null;
			Object now = (to != null) ? to[i] : null;
			if (relation != null && isToOneOfMany(relation)
					&& !EntityTools.entitiesEqual(session, relation.getToEntityName(), old, now)) {
				add(others, old, names[i], false);
				add(others, now, names[i], true);
			}
		}
		return others;
	}

	private static boolean isToOneOfMany(RelationDescription relation) {
		return relation.isBidirectional() && relation.getRelationType() == RelationType.TO_ONE
				&& relation.isInsertable();
	}

	private static void add(List<OtherSide> others, @Nullable Object entity, String reference, boolean gains) {
		if (entity != null) {
			others.add(new OtherSide(entity, reference, gains));
		}
	}

	/**
	 * The collections that are the other side of a relation.
	 * @param persister the persister of the entity that has them
	 * @param owner the persister of the entity that holds the relation
	 * @param relation by which property it does
	 * @return the properties that hold the collections
	 */
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

	/**
	 * The property of the elements that refers to the owner of their collection.
	 * @param owner the persister of the owner
	 * @param relation the property that holds the collection
	 * @return the property, or {@code null} if there is none
	 */
	public @Nullable String mappedBy(EntityPersister owner, String relation) {
		RelationDescription description = this.entities.getRelationDescription(owner.getEntityName(),
				relation.replace('.', '_'));
		return (description != null) ? description.getMappedByPropertyName() : null;
	}

	/**
	 * Whether changes of a collection are worth a row of its owner.
	 * @param persister the collection's persister
	 * @param owner the owner's entity name
	 * @return whether they are
	 */
	public boolean follows(CollectionPersister persister, String owner) {
		if (!covers(owner)) {
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

	/**
	 * Whether the rows of the elements, not those of a join table, say who owns them.
	 * @param persister the collection's persister
	 * @param owner the owner's entity name
	 * @return whether every change of the collection is a change of its elements
	 */
	public boolean isInElements(CollectionPersister persister, String owner) {
		RelationDescription relation = relation(persister, owner);
		return relation != null && relation.getMappedByPropertyName() != null;
	}

	public boolean isBidirectional(CollectionPersister persister, String owner) {
		RelationDescription relation = relation(persister, owner);
		return relation != null && relation.isBidirectional()
				&& this.envers.getConfig().isGenerateRevisionsForCollections();
	}

	private @Nullable RelationDescription relation(CollectionPersister persister, String owner) {
		String property = property(persister).replace('.', '_');
		return this.entities.getRelationDescription(owner, property);
	}

	/**
	 * The property that holds a collection.
	 * @param persister the collection's persister
	 * @return the property's path in the owner
	 */
	public static String property(CollectionPersister persister) {
		return persister.getRole().substring(persister.getOwnerEntityPersister().getEntityName().length() + 1);
	}

	/**
	 * Envers' revision number of the running transaction. Only the revision's own
	 * accessor knows that of a custom revision entity.
	 * @param session the session
	 * @return the number, or {@code null} where Envers gave none
	 */
	public @Nullable Long revision(SharedSessionContractImplementor session) {
		Object revision = this.envers.getAuditProcessManager().get(session).getCurrentRevisionData(session, false);
		Number number = this.envers.getRevisionInfoNumberReader().getRevisionNumber(revision);
		return (number != null && number.longValue() > 0) ? number.longValue() : null;
	}

	/**
	 * What a to-one reference is about.
	 *
	 * @param entity the entity, perhaps a proxy
	 * @param reference the property that refers to it
	 * @param gains whether it is referred to now, rather than before
	 */
	public record OtherSide(Object entity, String reference, boolean gains) {

	}

}
