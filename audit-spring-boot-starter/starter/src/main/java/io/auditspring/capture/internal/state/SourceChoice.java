/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import io.auditspring.AuditedEntity;
import io.auditspring.capture.internal.mapping.ChangesetRevisions;
import io.auditspring.capture.internal.mapping.Exclusions;
import io.auditspring.capture.internal.mapping.MappingSource;
import io.auditspring.capture.internal.mapping.Revisions;
import io.auditspring.capture.internal.mapping.StateSource;
import org.hibernate.SessionFactory;
import org.hibernate.boot.Metadata;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/**
 * Chooses of which entities the state is captured: what the application says, else what
 * Envers audits where it is on, else all.
 */
final class SourceChoice {

	/** Comes with Hibernate 7.4; an older one cannot be asked who uses it. */
	private static final boolean OTHER_AUDITING = ClassUtils.isPresent("org.hibernate.annotations.Audited",
			SessionFactory.class.getClassLoader());

	private final EntitiesProperties properties;

	private final @Nullable EnversIntegration envers;

	SourceChoice(EntitiesProperties properties, @Nullable EnversIntegration envers) {
		this.properties = properties;
		this.envers = envers;
	}

	/**
	 * Chooses for a persistence unit.
	 * @param unit the persistence unit
	 * @param metadata what it is made from
	 * @param exclusions what is left out in any case
	 * @return what is captured
	 */
	Choice of(SessionFactoryImplementor unit, Metadata metadata, Exclusions exclusions) {
		StateSource audited = (this.envers != null) ? this.envers.source(unit, metadata, exclusions) : null;
		CapturedEntities captured = captured(unit);
		Revisions changesets = OTHER_AUDITING ? new ChangesetRevisions() : Revisions.NONE;
		StateSource source = source(captured, unit, exclusions, audited, changesets);
		if (this.envers != null && source == audited) {
			this.envers.warn(unit, source);
		}
		return new Choice(captured, source, changesets);
	}

	private CapturedEntities captured(SessionFactoryImplementor unit) {
		if (this.properties.entities() != null) {
			return this.properties.entities();
		}
		return (this.envers != null && this.envers.isOn(unit)) ? CapturedEntities.ENVERS : CapturedEntities.ALL;
	}

	private static StateSource source(CapturedEntities captured, SessionFactoryImplementor unit, Exclusions exclusions,
			@Nullable StateSource audited, Revisions changesets) {
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

	/**
	 * What is captured.
	 *
	 * @param captured which entities, in a word
	 * @param source which entities, and what of them
	 * @param changesets the history that Hibernate keeps itself
	 */
	record Choice(CapturedEntities captured, StateSource source, Revisions changesets) {

	}

}
