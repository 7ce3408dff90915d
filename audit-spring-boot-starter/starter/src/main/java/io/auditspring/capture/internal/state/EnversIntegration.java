/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import io.auditspring.capture.internal.mapping.Exclusions;
import io.auditspring.capture.internal.mapping.StateSource;
import org.hibernate.boot.Metadata;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.jspecify.annotations.Nullable;

/**
 * Envers, where the application has it.
 */
interface EnversIntegration {

	/**
	 * Whether Envers is switched on.
	 * @param unit the persistence unit
	 * @return whether it is
	 */
	boolean isOn(SessionFactoryImplementor unit);

	/**
	 * What Envers audits.
	 * @param unit the persistence unit
	 * @param metadata its mapping
	 * @param exclusions what is left out, though Envers audits it
	 * @return it, or {@code null} where that is nothing
	 */
	@Nullable StateSource source(SessionFactoryImplementor unit, Metadata metadata, Exclusions exclusions);

	/**
	 * Tells of what is missing in the states that Envers' rules decide on.
	 * @param unit the persistence unit
	 * @param source what Envers audits
	 */
	void warn(SessionFactoryImplementor unit, StateSource source);

}
