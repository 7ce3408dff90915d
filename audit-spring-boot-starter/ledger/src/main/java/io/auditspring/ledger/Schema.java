/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger;

import java.util.regex.Pattern;

/**
 * The database schema that holds the ledger.
 *
 * @param name a lower-case PostgreSQL identifier
 * @since 0.1.0
 */
public record Schema(String name) {

	private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

	public Schema {
		if (!NAME.matcher(name).matches()) {
			throw new IllegalArgumentException(
					"audit.schema takes a lower-case letter or underscore followed by up to 62 lower-case letters, "
							+ "digits or underscores, not '%s'".formatted(name));
		}
	}

	/**
	 * Qualifies the name of a table or function of the ledger.
	 * @param table the plain name, such as {@code audit_log}
	 * @return the name as SQL takes it; quoted, as the schema may be called like a key
	 * word
	 */
	public String table(String table) {
		return '"' + this.name + "\"." + table;
	}

}
