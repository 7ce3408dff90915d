/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.util.Objects;

import io.auditspring.ledger.Schema;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * Where the ledger is.
 *
 * @param schema the database schema that holds the ledger: a lower-case identifier
 * @param chain the chain that entries are appended to; services that name the same one
 * share it
 * @param flyway the migrations of the audit schema
 * @param datasource connections to the audit database
 * @param masking what is never stored
 */
@ConfigurationProperties("audit")
record DatabaseProperties(@DefaultValue("audit") String schema, @DefaultValue("main") String chain,
		@DefaultValue Flyway flyway, @DefaultValue Datasource datasource, @DefaultValue Masking masking) {

	DatabaseProperties {
		schema = new Schema(schema).name();
		Assert.isTrue(
				!chain.isBlank() && chain.length() <= 200 && chain.equals(chain.strip())
						&& chain.chars().noneMatch(Character::isISOControl),
				"audit.chain takes a name of 1 to 200 characters on one line, without spaces around it");
		Assert.isTrue(!chain.equals("root"),
				"audit.chain takes another name than root: that chain is the ledger's own, and says where the others end");
	}

	// Spring asks every bean for it at the start, and Java would first make one for each
	// of the records in here.
	@Override
	public int hashCode() {
		return Objects.hash(this.schema, this.chain);
	}

	/**
	 * The migrations of the audit schema.
	 *
	 * @param enabled whether the application creates and migrates the schema when it
	 * starts
	 */
	record Flyway(@DefaultValue("true") boolean enabled) {

	}

	/**
	 * Connections to the audit database.
	 *
	 * @param reserve how many connections the trail opens at most beside the
	 * application's pool, and only while all of that is in use; 0 for none
	 */
	record Datasource(@DefaultValue("4") int reserve) {

		Datasource {
			Assert.isTrue(reserve >= 0, () -> "audit.datasource.reserve takes a number of 0 or more, not " + reserve);
		}

	}

	/**
	 * What is never stored.
	 *
	 * @param key the secret key of the digests that stand for secret identifiers, of 32
	 * characters or more; by default a random one that the database keeps
	 */
	record Masking(@Nullable String key) {

		private static final int MIN_KEY = 32;

		Masking {
			Assert.isTrue(key == null || key.length() >= MIN_KEY,
					() -> "audit.masking.key takes a secret of %s characters or more".formatted(MIN_KEY));
		}

	}

}
