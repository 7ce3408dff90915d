/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import org.jspecify.annotations.Nullable;

/**
 * Says on whose behalf the application works, where it serves several tenants. Define a
 * bean; several are asked in their order. Called on the thread of the audited call,
 * before it runs. One that throws leaves the answer to the next and never breaks the
 * call.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TenantResolver {

	/**
	 * Finds the current tenant.
	 * @return the tenant's id, or {@code null} where there is none
	 */
	@Nullable String resolveTenant();

}
