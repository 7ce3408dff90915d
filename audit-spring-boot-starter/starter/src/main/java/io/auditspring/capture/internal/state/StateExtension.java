/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.auditspring.capture.internal.mapping.Exclusions;
import io.auditspring.capture.internal.mapping.MappingSource;
import io.auditspring.capture.internal.mapping.Revisions;
import io.auditspring.capture.internal.mapping.StateSource;
import io.auditspring.capture.internal.mapping.StoredForms;
import io.auditspring.capture.internal.value.ConvertedMembers;
import io.auditspring.capture.internal.value.MappedValues;
import io.auditspring.capture.internal.value.Masking;
import org.hibernate.SessionFactory;
import org.hibernate.SessionFactoryObserver;
import org.hibernate.boot.Metadata;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
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
		extend(sessionFactory, (unit) -> complete(unit, metadata));
	}

	@Override
	public SessionFactoryExtension elsewhere() {
		return new Elsewhere(this);
	}

	private void extend(SessionFactoryImplementor sessionFactory, Consumer<SessionFactoryImplementor> completion) {
		sessionFactory.addObserver(new SessionFactoryObserver() {

			@Override
			public void sessionFactoryCreated(SessionFactory factory) {
				completion.accept(factory.unwrap(SessionFactoryImplementor.class));
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
		Exclusions exclusions = exclusions(metadata);
		SourceChoice.Choice choice = this.choice.of(unit, metadata, exclusions);
		StoredForms forms = StoredForms.of(unit, metadata);
		this.identifiers.values().add(unit, forms);
		listen(unit, choice.source(), exclusions, forms, this.sink);
		tell(choice, unit);
	}

	private void completeElsewhere(SessionFactoryImplementor unit, Metadata metadata) {
		Exclusions exclusions = exclusions(metadata);
		StateSource nothing = new MappingSource(unit, exclusions, (persister) -> false, Revisions.NONE);
		listen(unit, nothing, exclusions, StoredForms.of(unit, metadata), new SinkElsewhere(this.sink));
		TreeSet<String> missed = new TreeSet<>();
		unit.getMappingMetamodel().forEachEntityDescriptor((persister) -> {
			if (nothing.misses(persister)) {
				missed.add(persister.getImportedName());
			}
		});
		if (!missed.isEmpty()) {
			logger.info(
					"The audit trail shows no state of {}: their persistence unit does not work on the audited "
							+ "data source; entries count what a call changes of them (withoutState)",
					shortened(missed));
		}
	}

	private Exclusions exclusions(Metadata metadata) {
		return new Exclusions(this.properties.ignoredEntities(), (persister) -> isGenerated(persister, metadata));
	}

	// Envers adds entities for its tables.
	private static boolean isGenerated(EntityPersister persister, Metadata metadata) {
		PersistentClass mapping = metadata.getEntityBinding(persister.getEntityName());
		return mapping != null && !APPLICATION.equals(mapping.getRootClass().getContributor());
	}

	private void listen(SessionFactoryImplementor unit, StateSource source, Exclusions exclusions, StoredForms forms,
			ChangeSink sink) {
		EntityShapes shapes = new EntityShapes(source, exclusions, unit, forms, this.masking);
		EntityTypes types = this.identifiers.types();
		types.add(unit, (persister) -> source.covers(persister.getEntityName()));
		MappedValues values = this.identifiers.values();
		ChangeReporter reporter = new ChangeReporter(sink, values, source, types, shapes);
		EntityStates states = new EntityStates(values);
		EntityListener entities = new EntityListener(reporter, source, shapes, states);
		this.present.add(unit, (persister) -> source.covers(persister.getEntityName()) ? types.of(persister) : null,
				new PresentState(reporter, shapes, states));
		// Whoever has no reason to listen lets Hibernate delete without loading.
		if (StateSource
			.entities(unit, (persister) -> source.covers(persister.getEntityName()) || source.misses(persister))
			.isEmpty()) {
			return;
		}
		CollectionListener collections = new CollectionListener(reporter, source, shapes, values, entities);
		EventListenerRegistry registry = unit.getEventListenerRegistry();
		// Behind Hibernate's own listeners, which flush.
		registry.appendListeners(EventType.FLUSH, entities);
		registry.appendListeners(EventType.AUTO_FLUSH, entities);
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
			logger.info("The audit trail shows the state before and after of {} of {} entities{}{}", covered[0], all,
					switch (choice.captured()) {
						case ENVERS -> ", as Envers audits them";
						case ALL -> "";
						case ANNOTATED -> ", as they are annotated";
					}, missed.isEmpty() ? "" : ", not of " + shortened(missed) + " (audit.capture.entities)");
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

	private static String shortened(Set<String> names) {
		return names.stream().limit(MAX_NAMES).toList()
				+ ((names.size() > MAX_NAMES) ? " and %s more".formatted(names.size() - MAX_NAMES) : "");
	}

	/**
	 * Counts what changes in a persistence unit of which no state is captured.
	 *
	 * @param own the extension of the others
	 */
	private record Elsewhere(StateExtension own) implements SessionFactoryExtension {

		@Override
		public void extend(SessionFactoryImplementor sessionFactory, Metadata metadata) {
			this.own.extend(sessionFactory, (unit) -> this.own.completeElsewhere(unit, metadata));
		}

		@Override
		public SessionFactoryExtension elsewhere() {
			return this;
		}

	}

	/**
	 * Takes what changed in such a persistence unit.
	 *
	 * @param sink the one of the others
	 */
	private record SinkElsewhere(ChangeSink sink) implements ChangeSink {

		@Override
		public boolean isOpen() {
			return this.sink.isOpen();
		}

		@Override
		public void changed(EntityChange change, SharedSessionContractImplementor session,
				@Nullable Supplier<@Nullable Long> revision) {
			changedElsewhere(change.key(), change.type(), session);
		}

		@Override
		public boolean changedAgain(EntityKey key, String type, UnreadChange change,
				SharedSessionContractImplementor session) {
			changedElsewhere(key, type, session);
			return true;
		}

		@Override
		public void flushed(SharedSessionContractImplementor session) {
		}

		@Override
		public void changedWithoutState(EntityKey key, String type, SharedSessionContractImplementor session) {
			changedElsewhere(key, type, session);
		}

		@Override
		public void changedElsewhere(EntityKey key, String type, SharedSessionContractImplementor session) {
			this.sink.changedElsewhere(key, type, session);
		}

	}

}
