/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.function.Consumer;

import io.auditspring.capture.internal.mapping.EnversSource;
import io.auditspring.capture.internal.mapping.Exclusions;
import io.auditspring.capture.internal.mapping.StateSource;
import org.hibernate.boot.Metadata;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.envers.boot.internal.EnversService;
import org.jspecify.annotations.Nullable;

/**
 * Asks Envers what it audits in each persistence unit.
 */
final class EnversUnits implements EnversIntegration {

	private final Consumer<HistoryTables> tables;

	/**
	 * Creates it.
	 * @param tables told what Envers writes to
	 */
	EnversUnits(Consumer<HistoryTables> tables) {
		this.tables = tables;
	}

	@Override
	public boolean isOn(SessionFactoryImplementor unit) {
		EnversService envers = unit.getServiceRegistry().getService(EnversService.class);
		return envers != null && envers.isEnabled();
	}

	@Override
	public @Nullable StateSource source(SessionFactoryImplementor unit, Metadata metadata, Exclusions exclusions) {
		if (!isOn(unit)) {
			return null;
		}
		EnversService envers = unit.getServiceRegistry().requireService(EnversService.class);
		if (!envers.getEntitiesConfigurations().hasAuditedEntities()) {
			return null;
		}
		this.tables.accept(HistoryTables.of(metadata, unit, envers));
		return new EnversSource(envers, unit, exclusions);
	}

	@Override
	public void warn(SessionFactoryImplementor unit, StateSource source) {
		if (source instanceof EnversSource audited) {
			audited.warnOfInherited(unit);
		}
	}

}
