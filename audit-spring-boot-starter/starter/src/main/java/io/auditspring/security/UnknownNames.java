/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

/**
 * What a failed login shows of a name that is no user's, as far as anybody can tell.
 */
enum UnknownNames {

	/**
	 * A digest with a secret key: the same name has the same, so that repeated attempts
	 * can be counted and followed; nobody can tell which name it is.
	 */
	DIGEST,

	/** The name as it was typed, which may be a password. */
	PLAIN

}
