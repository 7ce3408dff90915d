/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

/**
 * What happens at the start when tables are missing that Envers writes to, so that every
 * change of an audited entity would fail.
 */
enum MissingTables {

	/** The application does not start, and says what creates them. */
	REFUSE,

	/** It starts with a warning that says what creates them. */
	WARN,

	/** Nobody looks. */
	IGNORE

}
