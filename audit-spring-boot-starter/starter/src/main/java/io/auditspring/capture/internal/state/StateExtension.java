package io.auditspring.capture.internal.state;

import java.util.TreeSet;

import io.auditspring.AuditedEntity;
import io.auditspring.capture.internal.mapping.ChangesetRevisions;
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
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.service.spi.EventListenerRegistry;
import org.hibernate.event.spi.EventType;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/**
 * Reports the state before and after of entities, taken from what Hibernate holds when it
 * tells that they changed: it costs no statement and no flush.
 */
final class StateExtension implements SessionFactoryExtension {

	private static final Logger logger = LoggerFactory.getLogger(StateExtension.class);

	/** Comes with Hibernate 7.4; an older one cannot be asked who uses it. */
	private static final boolean OTHER_AUDITING = ClassUtils.isPresent("org.hibernate.annotations.Audited",
			SessionFactory.class.getClassLoader());

	/** The contributor of what the application has mapped itself. */
	private static final String APPLICATION = "orm";

	private static final int MAX_NAMES = 20;

	private final ChangeSink sink;

	private final Masking masking;

	private final EntityIdentifiers identifiers;

	private final EntitiesProperties properties;

	private final @Nullable EnversIntegration envers;

	StateExtension(ChangeSink sink, Masking masking, EntityIdentifiers identifiers, EntitiesProperties properties,
			@Nullable EnversIntegration envers) {
		this.sink = sink;
		this.masking = masking;
		this.identifiers = identifiers;
		this.properties = properties;
		this.envers = envers;
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
			}

		});
	}

	private void complete(SessionFactoryImplementor unit, Metadata metadata) {
		ConvertedMembers.find(unit, this.masking);
		Exclusions exclusions = new Exclusions(this.properties.ignoredEntities(),
				(persister) -> isGenerated(persister, metadata));
		StateSource audited = (this.envers != null) ? this.envers.source(unit, metadata, exclusions) : null;
		CapturedEntities captured = captured(unit);
		StateSource source = source(captured, unit, exclusions, audited);
		if (this.envers != null && source == audited) {
			this.envers.warn(unit, source);
		}
		listen(unit, source, exclusions, StoredForms.of(unit, metadata));
		tell(captured, unit, source);
		if (captured == CapturedEntities.ENVERS && OTHER_AUDITING) {
			warnOfOtherAuditing(unit, source);
		}
	}

	// Envers adds entities for its tables.
	private static boolean isGenerated(EntityPersister persister, Metadata metadata) {
		PersistentClass mapping = metadata.getEntityBinding(persister.getEntityName());
		return mapping != null && !APPLICATION.equals(mapping.getRootClass().getContributor());
	}

	private CapturedEntities captured(SessionFactoryImplementor unit) {
		if (this.properties.entities() != null) {
			return this.properties.entities();
		}
		return (this.envers != null && this.envers.isOn(unit)) ? CapturedEntities.ENVERS : CapturedEntities.ALL;
	}

	private StateSource source(CapturedEntities captured, SessionFactoryImplementor unit, Exclusions exclusions,
			@Nullable StateSource audited) {
		Revisions changesets = OTHER_AUDITING ? new ChangesetRevisions() : Revisions.NONE;
		Revisions revisions = (audited != null) ? audited : changesets;
		return switch (captured) {
			case ENVERS ->
				(audited != null) ? audited : new MappingSource(unit, exclusions, (persister) -> false, Revisions.NONE);
			case ALL -> new MappingSource(unit, exclusions, (persister) -> true, revisions);
			case ANNOTATED -> new MappingSource(unit, exclusions, (persister) -> isAnnotated(persister.getMappedClass())
					|| changesets.include(persister) || (audited != null && audited.covers(persister.getEntityName())),
					revisions);
		};
	}

	private static boolean isAnnotated(Class<?> entity) {
		return AnnotatedElementUtils.hasAnnotation(entity, AuditedEntity.class);
	}

	private void listen(SessionFactoryImplementor unit, StateSource source, Exclusions exclusions, StoredForms forms) {
		EntityShapes shapes = new EntityShapes(source, exclusions, unit, forms, this.masking);
		EntityTypes types = this.identifiers.types();
		types.add(unit, (persister) -> source.covers(persister.getEntityName()));
		MappedValues values = this.identifiers.values();
		values.add(unit, forms);
		ChangeReporter reporter = new ChangeReporter(this.sink, values, source, types, shapes);
		EntityListener entities = new EntityListener(reporter, source, shapes, new EntityStates(values));
		CollectionListener collections = new CollectionListener(reporter, source, shapes, values, entities);
		EventListenerRegistry registry = unit.getEventListenerRegistry();
		registry.appendListeners(EventType.POST_INSERT, entities);
		registry.appendListeners(EventType.POST_UPDATE, entities);
		registry.appendListeners(EventType.POST_DELETE, entities);
		registry.appendListeners(EventType.PRE_COLLECTION_UPDATE, collections);
		registry.appendListeners(EventType.PRE_COLLECTION_REMOVE, collections);
		registry.appendListeners(EventType.POST_COLLECTION_RECREATE, collections);
	}

	private static void tell(CapturedEntities captured, SessionFactoryImplementor unit, StateSource source) {
		TreeSet<String> missed = new TreeSet<>();
		int[] covered = new int[1];
		unit.getMappingMetamodel().forEachEntityDescriptor((persister) -> {
			if (source.covers(persister.getEntityName())) {
				covered[0]++;
			}
			else if (source.misses(persister)) {
				missed.add(persister.getImportedName());
			}
		});
		int all = covered[0] + missed.size();
		if (all > 0) {
			String names = missed.stream().limit(MAX_NAMES).toList()
					+ ((missed.size() > MAX_NAMES) ? " and %d more".formatted(missed.size() - MAX_NAMES) : "");
			logger.info("The audit trail shows the state before and after of {} of {} entities{}{}", covered[0], all,
					switch (captured) {
						case ENVERS -> ", as Envers audits them";
						case ALL -> "";
						case ANNOTATED -> ", as they are annotated";
					}, missed.isEmpty() ? "" : ", not of " + names + " (audit.capture.entities)");
		}
	}

	// Its name is that of Envers' annotation: whoever imports the wrong one would wait
	// for states in vain.
	private static void warnOfOtherAuditing(SessionFactoryImplementor unit, StateSource source) {
		Revisions changesets = new ChangesetRevisions();
		TreeSet<String> names = new TreeSet<>();
		unit.getMappingMetamodel().forEachEntityDescriptor((persister) -> {
			if (changesets.include(persister) && source.misses(persister)) {
				names.add(persister.getEntityName());
			}
		});
		if (!names.isEmpty()) {
			logger.warn("No state is captured of {}: they use org.hibernate.annotations.Audited, "
					+ "not org.hibernate.envers.Audited; audit.capture.entities=annotated takes both", names);
		}
	}

}
