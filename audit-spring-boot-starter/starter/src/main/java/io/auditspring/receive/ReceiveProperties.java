/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.auditspring.ledger.Schema;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * Chains of other ledgers that this one receives.
 *
 * @param enabled whether chains are received; by default where a source is named
 * @param interval how long to wait after all that is new of a source was received
 * @param dataSource the name of the DataSource bean whose user has the role
 * audit_receiver in the ledger here; by default the one of the ledger
 * @param maxSilence how long nothing may be heard of a chain until health says so
 * @param maxLag how long an entry may wait at its source until health says so; the source
 * signs its entries each audit.checkpoint.interval, and none is received before
 * @param backupInterval how long it takes at most until what is stored is in a backup:
 * after that it is safe, and its source may retire it. By default backups do not count
 * @param synchronousStandby whether what is stored is safe as soon as a standby that
 * commits wait for (synchronous_standby_names) has it on its disk; its user needs the
 * role pg_read_all_stats
 * @param sources the databases whose chains are received, each by a name of your choice
 */
@ConfigurationProperties("audit.receive")
record ReceiveProperties(@Nullable Boolean enabled, @DefaultValue("1s") Duration interval, @Nullable String dataSource,
		@DefaultValue("1m") Duration maxSilence, @DefaultValue("5m") Duration maxLag, @Nullable Duration backupInterval,
		@DefaultValue("false") boolean synchronousStandby, @DefaultValue Map<String, Source> sources) {

	/** Each ledger has these. */
	private static final Set<String> OWN = Set.of("main", "root", "local");

	ReceiveProperties {
		Assert.isTrue(interval.toMillis() > 0,
				() -> "audit.receive.interval takes a duration of at least 1ms, not " + interval);
		Assert.isTrue(maxSilence.toMillis() > 0,
				() -> "audit.receive.max-silence takes a duration of at least 1ms, not " + maxSilence);
		Assert.isTrue(maxLag.toMillis() > 0,
				() -> "audit.receive.max-lag takes a duration of at least 1ms, not " + maxLag);
		Assert.isTrue(backupInterval == null || !backupInterval.isNegative(),
				() -> "audit.receive.backup-interval takes a duration of 0 or more, not " + backupInterval);
		sources.forEach((name, source) -> source.check("audit.receive.sources." + name));
	}

	/**
	 * A database with a ledger of which chains are received.
	 *
	 * @param url the JDBC URL of the database
	 * @param username a user with the role audit_reader there
	 * @param password the user's password
	 * @param dataSource the name of a DataSource bean, instead of a URL
	 * @param schema the schema of the ledger there
	 * @param chains the chains to receive; by default all that are registered here and
	 * were begun there
	 */
	record Source(@Nullable String url, @Nullable String username, @Nullable String password,
			@Nullable String dataSource, @DefaultValue("audit") String schema, @DefaultValue List<String> chains) {

		Source {
			schema = new Schema(schema).name();
		}

		private void check(String key) {
			Assert.isTrue((this.url != null) != (this.dataSource != null),
					() -> "%s takes either a url or a data-source, the name of a DataSource bean".formatted(key));
			this.chains.forEach((chain) -> Assert.isTrue(!OWN.contains(chain),
					() -> ("%s.chains takes no chain '%s', as each ledger has one: set audit.chain of the application "
							+ "there to the name of the service")
						.formatted(key, chain)));
		}

		/** Without the password, wherever it is. */
		@Override
		public String toString() {
			return "Source[dataSource=%s, schema=%s, chains=%s]".formatted(this.dataSource, this.schema, this.chains);
		}

	}

}
