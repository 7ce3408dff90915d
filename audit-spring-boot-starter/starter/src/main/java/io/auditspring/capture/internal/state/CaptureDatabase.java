/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import javax.sql.DataSource;

/**
 * What capture needs to know of the database of the trail, which is built upon it.
 */
public interface CaptureDatabase {

	/**
	 * The database of the application.
	 * @return the data source
	 */
	DataSource businessDataSource();

	/**
	 * Whether that is several behind a router.
	 * @return whether it is
	 */
	boolean isRouted();

	/**
	 * The secret key of the digests that stand for secret identifiers.
	 * @return the key
	 */
	byte[] maskingKey();

}
