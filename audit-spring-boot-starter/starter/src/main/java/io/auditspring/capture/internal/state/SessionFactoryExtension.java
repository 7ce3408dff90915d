/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import org.hibernate.boot.Metadata;
import org.hibernate.engine.spi.SessionFactoryImplementor;

/**
 * Something that wants to take part in a Hibernate session factory. Handed over in its
 * settings under {@link #SETTING}.
 */
public interface SessionFactoryExtension {

	/** The setting that holds the extension. */
	String SETTING = "io.auditspring.session-factory-extension";

	/**
	 * Called while the session factory is being built.
	 * @param sessionFactory the session factory, not yet complete
	 * @param metadata the mapping that it is made of
	 */
	void extend(SessionFactoryImplementor sessionFactory, Metadata metadata);

	/**
	 * The one for a session factory that does not work on the audited data source.
	 * @return it
	 */
	SessionFactoryExtension elsewhere();

}
