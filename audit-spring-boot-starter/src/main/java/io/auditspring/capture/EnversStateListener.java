package io.auditspring.capture;

import org.hibernate.SessionFactory;
import org.hibernate.SessionFactoryObserver;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.envers.boot.internal.EnversService;
import org.hibernate.event.service.spi.EventListenerRegistry;
import org.hibernate.event.spi.EventType;

/**
 * Reports the state before and after of what Envers audits, taken from what Hibernate
 * holds when Envers' own listeners fire: it costs no statement and no flush.
 */
public final class EnversStateListener implements SessionFactoryExtension {

	private final ChangeSink sink;

	private final Masking masking;

	private final MappedValues values;

	public EnversStateListener(ChangeSink sink, Masking masking, JsonValues values) {
		this.sink = sink;
		this.masking = masking;
		this.values = new MappedValues(masking, values);
	}

	@Override
	public void extend(SessionFactoryImplementor sessionFactory) {
		EnversService envers = sessionFactory.getServiceRegistry().getService(EnversService.class);
		if (envers == null || !envers.isEnabled() || !envers.getEntitiesConfigurations().hasAuditedEntities()) {
			return;
		}
		EnversRows rows = new EnversRows(envers);
		EnversShapes shapes = new EnversShapes(envers.getEntitiesConfigurations(), sessionFactory, this.masking);
		ChangeReporter reporter = new ChangeReporter(this.sink, this.values, rows);
		EntityListener entities = new EntityListener(reporter, rows, shapes, new EntityStates(this.values));
		CollectionListener collections = new CollectionListener(reporter, rows, shapes, this.values, entities);
		sessionFactory.addObserver(new RegisterLast(entities, collections));
	}

	/**
	 * Registers the listeners when every integrator, and so Envers, has registered its
	 * own: Envers loads what it needs itself, and the order of integrators is that of the
	 * class path.
	 */
	private record RegisterLast(EntityListener entities,
			CollectionListener collections) implements SessionFactoryObserver {

		@Override
		public void sessionFactoryCreated(SessionFactory factory) {
			EventListenerRegistry registry = factory.unwrap(SessionFactoryImplementor.class).getEventListenerRegistry();
			registry.appendListeners(EventType.POST_INSERT, this.entities);
			registry.appendListeners(EventType.POST_UPDATE, this.entities);
			registry.appendListeners(EventType.POST_DELETE, this.entities);
			registry.appendListeners(EventType.PRE_COLLECTION_UPDATE, this.collections);
			registry.appendListeners(EventType.PRE_COLLECTION_REMOVE, this.collections);
			registry.appendListeners(EventType.POST_COLLECTION_RECREATE, this.collections);
		}

	}

}
