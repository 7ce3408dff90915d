package io.auditspring.capture;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

import io.auditspring.capture.EntityShape.Shape;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractCollectionEvent;
import org.hibernate.event.spi.PostCollectionRecreateEvent;
import org.hibernate.event.spi.PostCollectionRecreateEventListener;
import org.hibernate.event.spi.PreCollectionRemoveEvent;
import org.hibernate.event.spi.PreCollectionRemoveEventListener;
import org.hibernate.event.spi.PreCollectionUpdateEvent;
import org.hibernate.event.spi.PreCollectionUpdateEventListener;
import org.hibernate.persister.collection.CollectionPersister;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reports the owners of collections that changed. It listens where Envers does: before an
 * update or removal, while the collection still knows what is stored, and after a
 * collection was written for the first time.
 */
final class CollectionListener implements PreCollectionUpdateEventListener, PreCollectionRemoveEventListener,
		PostCollectionRecreateEventListener {

	private final ChangeReporter reporter;

	private final EnversRows rows;

	private final EnversShapes shapes;

	private final MappedValues values;

	private final EntityListener entities;

	CollectionListener(ChangeReporter reporter, EnversRows rows, EnversShapes shapes, MappedValues values,
			EntityListener entities) {
		this.reporter = reporter;
		this.rows = rows;
		this.shapes = shapes;
		this.values = values;
		this.entities = entities;
	}

	@Override
	public void onPreUpdateCollection(PreCollectionUpdateEvent event) {
		changed(event, event.getCollection().getStoredSnapshot(), event.getCollection());
	}

	@Override
	public void onPreRemoveCollection(PreCollectionRemoveEvent event) {
		if (!event.getCollectionPersister().isInverse()) {
			changed(event, event.getCollection().getStoredSnapshot(), null);
		}
	}

	@Override
	public void onPostRecreateCollection(PostCollectionRecreateEvent event) {
		changed(event, null, event.getCollection());
	}

	private void changed(AbstractCollectionEvent event, @Nullable Object from, @Nullable PersistentCollection<?> to) {
		SharedSessionContractImplementor session = event.getSession();
		Object owner = event.getAffectedOwnerOrNull();
		if (session == null || owner == null || !this.reporter.isOpen()) {
			return;
		}
		EntityEntry entry = session.getPersistenceContextInternal().getEntry(owner);
		CollectionPersister persister = event.getCollectionPersister();
		if (entry != null && this.rows.follows(persister, entry.getEntityName())) {
			this.reporter.attempt(entry.getPersister(),
					() -> changed(owner, entry, new Contents(persister, from, to), session));
		}
	}

	private void changed(Object owner, EntityEntry entry, Contents contents, SharedSessionContractImplementor session) {
		CollectionPersister persister = contents.persister();
		boolean inElements = this.rows.isInElements(persister, entry.getEntityName());
		boolean changed = isShown(entry, persister) && isChanged(contents, session);
		if (inElements || changed) {
			this.reporter.report(entry.getPersister(), entry.getId(), session,
					() -> this.entities.current(owner, entry, session));
		}
		if (inElements || (changed && this.rows.isBidirectional(persister, entry.getEntityName()))) {
			for (Object element : changedElements(contents, session)) {
				this.entities.touch(element, entry.getPersister(), EnversRows.property(persister), session);
			}
		}
	}

	private boolean isShown(EntityEntry owner, CollectionPersister persister) {
		String path = EnversRows.property(persister);
		String property = (path.indexOf('.') >= 0) ? path.substring(0, path.indexOf('.')) : path;
		return this.shapes.of(owner.getPersister())
			.properties()
			.stream()
			.anyMatch((shown) -> shown.name().equals(property));
	}

	private boolean isChanged(Contents contents, SharedSessionContractImplementor session) {
		View view = View.live(session, null);
		return !this.values.elements(contents.persister(), Shape.PLAIN, contents.before(), view)
			.equals(this.values.elements(contents.persister(), Shape.PLAIN, contents.after(), view));
	}

	private Collection<Object> changedElements(Contents contents, SharedSessionContractImplementor session) {
		Map<JsonNode, Object> before = elements(contents.persister(), contents.before(), session);
		Map<JsonNode, Object> after = elements(contents.persister(), contents.after(), session);
		Map<JsonNode, Object> changed = new LinkedHashMap<>(before);
		after.forEach((key, element) -> {
			if (changed.remove(key) == null) {
				changed.put(key, element);
			}
		});
		return changed.values();
	}

	private Map<JsonNode, Object> elements(CollectionPersister persister, Object elements,
			SharedSessionContractImplementor session) {
		Map<JsonNode, Object> byReference = new LinkedHashMap<>();
		for (Object element : StoredCollections.list(elements)) {
			JsonNode reference = (element != null) ? this.values.node(CollectionTypes.element(persister), Shape.PLAIN,
					element, View.live(session, null)) : null;
			if (reference != null) {
				byReference.put(reference, element);
			}
		}
		return byReference;
	}

	/**
	 * What a collection held and holds.
	 */
	private record Contents(CollectionPersister persister, @Nullable Object from,
			@Nullable PersistentCollection<?> to) {

		Object before() {
			return (this.from != null) ? this.from : nothing();
		}

		Object after() {
			return (this.to != null && this.to.wasInitialized()) ? this.to : nothing();
		}

		private Object nothing() {
			return CollectionTypes.nothing(this.persister);
		}

	}

}
