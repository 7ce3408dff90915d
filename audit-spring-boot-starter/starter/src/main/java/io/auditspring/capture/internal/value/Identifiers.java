/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.util.HexFormat;

import io.auditspring.ledger.internal.merkle.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is indexed short: an index takes no value of more than about 2,700 bytes
 * (PostgreSQL manual, section 65.1.4), and a stranger may sign in with a name of any
 * length. What is cut stays distinct by its digest.
 */
public final class Identifiers {

	private static final int MAX_LENGTH = 300;

	private static final int KEPT_LENGTH = 200;

	private Identifiers() {
	}

	public static String limit(String identifier) {
		if (identifier.length() <= MAX_LENGTH) {
			return identifier;
		}
		return identifier.substring(0, KEPT_LENGTH) + "…sha256:"
				+ HexFormat.of().formatHex(Sha256.hash(Sha256.utf8(identifier)));
	}

	public static @Nullable String limitNullable(@Nullable String identifier) {
		return (identifier != null) ? limit(identifier) : null;
	}

}
