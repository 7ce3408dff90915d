/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.TreeSet;

import io.auditspring.capture.internal.mapping.Exclusions;
import io.auditspring.capture.internal.mapping.StateSource;
import io.auditspring.capture.internal.mapping.StoredForms;
import io.auditspring.capture.internal.value.ConvertedMembers;
import io.auditspring.capture.internal.value.MappedValues;
import io.auditspring.capture.internal.value.Masking;
import org.hibernate.SessionFactory;
import org.hibernate.SessionFactoryObserver;
import org.hibernate.boot.Metadata;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.service.spi.EventListenerRegistry;
import org.hibernate.event.spi.EventType;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports the state before and after of entities, taken from what Hibernate holds when it
 * tells that they changed: it costs no statement and no flush.
 */
final class StateExtension implements SessionFactoryExtension {

	private static final Logger logger = LoggerFactory.getLogger(StateExtension.class);

	/** The contributor of what the application has mapped itself. */
	private static final String APPLICATION = "orm";

	private static final int MAX_NAMES = 20;

	private final ChangeSink sink;

	private final Masking masking;

	private final EntityIdentifiers identifiers;

	private final EntitiesProperties properties;

	private final SourceChoice choice;

	private final PresentStates present;

	StateExtension(ChangeSink sink, Masking masking, EntityIdentifiers identifiers, EntitiesProperties properties,
			@Nullable EnversIntegration envers, PresentStates present) {
		this.present = present;
		this.sink = sink;
		this.masking = masking;
		this.identifiers = identifiers;
		this.properties = properties;
		this.choice = new SourceChoice(properties, envers);
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
				StateExtension.this.identifiers.types().remove(factory.unwrap(SessionFactoryImplementor.class));
				StateExtension.this.present.remove(factory.unwrap(SessionFactoryImplementor.class));
			}

		});
	}

	private void complete(SessionFactoryImplementor unit, Metadata metadata) {
		ConvertedMembers.find(unit, this.masking);
		Exclusions exclusions = new Exclusions(this.properties.ignoredEntities(),
				(persister) -> isGenerated(persister, metadata));
		SourceChoice.Choice choice = this.choice.of(unit, metadata, exclusions);
		listen(unit, choice.source(), exclusions, StoredForms.of(unit, metadata));
		tell(choice, unit);
	}

	// Envers adds entities for its tables.
	private static boolean isGenerated(EntityPersister persister, Metadata metadata) {
		PersistentClass mapping = metadata.getEntityBinding(persister.getEntityName());
		return mapping != null && !APPLICATION.equals(mapping.getRootClass().getContributor());
	}

	private void listen(SessionFactoryImplementor unit, StateSource source, Exclusions exclusions, StoredForms forms) {
		EntityShapes shapes = new EntityShapes(source, exclusions, unit, forms, this.masking);
		EntityTypes types = this.identifiers.types();
		types.add(unit, (persister) -> source.covers(persister.getEntityName()));
		MappedValues values = this.identifiers.values();
		values.add(unit, forms);
		ChangeReporter reporter = new ChangeReporter(this.sink, values, source, types, shapes);
		EntityStates states = new EntityStates(values);
		EntityListener entities = new EntityListener(reporter, source, shapes, states);
		this.present.add(unit, (persister) -> source.covers(persister.getEntityName()) ? types.of(persister) : null,
				new PresentState(reporter, shapes, states));
		CollectionListener collections = new CollectionListener(reporter, source, shapes, values, entities);
		EventListenerRegistry registry = unit.getEventListenerRegistry();
		registry.appendListeners(EventType.POST_INSERT, entities);
		registry.appendListeners(EventType.POST_UPDATE, entities);
		registry.appendListeners(EventType.POST_DELETE, entities);
		registry.appendListeners(EventType.PRE_COLLECTION_UPDATE, collections);
		registry.appendListeners(EventType.PRE_COLLECTION_REMOVE, collections);
		registry.appendListeners(EventType.POST_COLLECTION_RECREATE, collections);
	}

	private static void tell(SourceChoice.Choice choice, SessionFactoryImplementor unit) {
		StateSource source = choice.source();
		TreeSet<String> missed = new TreeSet<>();
		TreeSet<String> elsewhere = new TreeSet<>();
		int[] covered = new int[1];
		unit.getMappingMetamodel().forEachEntityDescriptor((persister) -> {
			if (source.covers(persister.getEntityName())) {
				covered[0]++;
			}
			else if (source.misses(persister)) {
				missed.add(persister.getImportedName());
				if (choice.changesets().include(persister)) {
					elsewhere.add(persister.getEntityName());
				}
			}
		});
		int all = covered[0] + missed.size();
		if (all > 0) {
			String names = missed.stream().limit(MAX_NAMES).toList()
					+ ((missed.size() > MAX_NAMES) ? " and %d more".formatted(missed.size() - MAX_NAMES) : "");
			logger.info("The audit trail shows the state before and after of {} of {} entities{}{}", covered[0], all,
					switch (choice.captured()) {
						case ENVERS -> ", as Envers audits them";
						case ALL -> "";
						case ANNOTATED -> ", as they are annotated";
					}, missed.isEmpty() ? "" : ", not of " + names + " (audit.capture.entities)");
		}
		// Its name is that of Envers' annotation: whoever imports the wrong one would
		// wait for states in vain.
		if (choice.captured() == CapturedEntities.ENVERS && !elsewhere.isEmpty()) {
			logger.warn(
					"No state is captured of {}: they use org.hibernate.annotations.Audited, "
							+ "not org.hibernate.envers.Audited; audit.capture.entities=annotated takes both",
					elsewhere);
		}
	}

}
