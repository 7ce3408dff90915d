package io.auditspring.capture.internal.state;

import java.util.TreeSet;
import java.util.function.Consumer;

import io.auditspring.capture.internal.mapping.EnversRows;
import io.auditspring.capture.internal.mapping.StoredForms;
import io.auditspring.capture.internal.value.ConvertedMembers;
import io.auditspring.capture.internal.value.MappedValues;
import io.auditspring.capture.internal.value.Masking;
import org.hibernate.SessionFactory;
import org.hibernate.SessionFactoryObserver;
import org.hibernate.boot.Metadata;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.envers.boot.internal.EnversService;
import org.hibernate.event.service.spi.EventListenerRegistry;
import org.hibernate.event.spi.EventType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.util.ClassUtils;

/**
 * Reports the state before and after of what Envers audits, taken from what Hibernate
 * holds when Envers' own listeners fire: it costs no statement and no flush.
 */
final class EnversStateListener implements SessionFactoryExtension {

	private static final Logger logger = LoggerFactory.getLogger(EnversStateListener.class);

	/** Comes with Hibernate 7.4; an older one cannot be asked who uses it. */
	private static final boolean OTHER_AUDITING = ClassUtils.isPresent("org.hibernate.annotations.Audited",
			SessionFactory.class.getClassLoader());

	private final ChangeSink sink;

	private final Masking masking;

	private final EntityIdentifiers identifiers;

	private final Consumer<HistoryTables> tables;

	EnversStateListener(ChangeSink sink, Masking masking, EntityIdentifiers identifiers,
			Consumer<HistoryTables> tables) {
		this.sink = sink;
		this.masking = masking;
		this.identifiers = identifiers;
		this.tables = tables;
	}

	// When every integrator, and so Envers, has registered its own listeners: Envers
	// loads what it needs itself, and integrators come in the order of the class path.
	@Override
	public void extend(SessionFactoryImplementor sessionFactory, Metadata metadata) {
		sessionFactory.addObserver(new SessionFactoryObserver() {

			@Override
			public void sessionFactoryCreated(SessionFactory factory) {
				complete(factory.unwrap(SessionFactoryImplementor.class), metadata);
			}

			@Override
			public void sessionFactoryClosed(SessionFactory factory) {
				EnversStateListener.this.identifiers.types().remove(factory.unwrap(SessionFactoryImplementor.class));
			}

		});
	}

	private void complete(SessionFactoryImplementor sessionFactory, Metadata metadata) {
		ConvertedMembers.find(sessionFactory, this.masking);
		EnversService envers = sessionFactory.getServiceRegistry().getService(EnversService.class);
		if (envers != null && envers.isEnabled() && envers.getEntitiesConfigurations().hasAuditedEntities()) {
			listen(sessionFactory, envers, StoredForms.of(sessionFactory, metadata));
			this.tables.accept(HistoryTables.of(metadata, sessionFactory, envers));
		}
		if (OTHER_AUDITING) {
			warnOfOtherAuditing(sessionFactory, envers);
		}
	}

	private void listen(SessionFactoryImplementor sessionFactory, EnversService envers, StoredForms forms) {
		EnversRows rows = new EnversRows(envers);
		EnversShapes shapes = new EnversShapes(envers.getEntitiesConfigurations(), sessionFactory, forms, this.masking);
		shapes.warnOfInherited();
		EntityTypes types = this.identifiers.types();
		types.add(sessionFactory, (persister) -> rows.covers(persister.getEntityName()));
		MappedValues values = this.identifiers.values();
		values.add(sessionFactory, forms);
		ChangeReporter reporter = new ChangeReporter(this.sink, values, rows, types, shapes);
		EntityListener entities = new EntityListener(reporter, rows, shapes, new EntityStates(values));
		CollectionListener collections = new CollectionListener(reporter, rows, shapes, values, entities);
		EventListenerRegistry registry = sessionFactory.getEventListenerRegistry();
		registry.appendListeners(EventType.POST_INSERT, entities);
		registry.appendListeners(EventType.POST_UPDATE, entities);
		registry.appendListeners(EventType.POST_DELETE, entities);
		registry.appendListeners(EventType.PRE_COLLECTION_UPDATE, collections);
		registry.appendListeners(EventType.PRE_COLLECTION_REMOVE, collections);
		registry.appendListeners(EventType.POST_COLLECTION_RECREATE, collections);
	}

	// Its name is that of Envers' annotation: whoever imports the wrong one would wait
	// for states in vain.
	private static void warnOfOtherAuditing(SessionFactoryImplementor sessionFactory, @Nullable EnversService envers) {
		TreeSet<String> names = new TreeSet<>();
		sessionFactory.getMappingMetamodel().forEachEntityDescriptor((persister) -> {
			if (persister.getAuditMapping() != null && (envers == null || !envers.isEnabled()
					|| !envers.getEntitiesConfigurations().isVersioned(persister.getEntityName()))) {
				names.add(persister.getEntityName());
			}
		});
		if (!names.isEmpty()) {
			logger.warn("No state is captured of {}: they use org.hibernate.annotations.Audited, "
					+ "not org.hibernate.envers.Audited", names);
		}
	}

}
