/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

/**
 * Of which entities the state is captured.
 */
enum CapturedEntities {

	/** Those that Envers audits. */
	ENVERS,

	/** All. */
	ALL,

	/** Those that are annotated, by us, by Envers or by Hibernate's own auditing. */
	ANNOTATED

}
