/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

/**
 * Categories of what is told of signing in and of being refused.
 */
final class Categories {

	static final String AUTHENTICATION = "authentication";

	static final String AUTHORIZATION = "authorization";

	private Categories() {
	}

}
