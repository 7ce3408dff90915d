/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.security.Principal;

import org.jspecify.annotations.Nullable;

/**
 * Says who may read the audit trail over the web. Define a bean to decide it yourself;
 * asked anew with each request, on its thread. One that throws grants nothing.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface AuditAccessPolicy {

	/**
	 * Decides what a reader sees.
	 * @param reader who asks, or {@code null} where nobody is signed in. With Spring
	 * Security this is the {@code Authentication}
	 * @return what the reader may see
	 */
	AuditAccess accessOf(@Nullable Principal reader);

}
