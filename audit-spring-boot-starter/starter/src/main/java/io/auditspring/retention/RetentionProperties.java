/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.time.Period;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * How long entries are kept.
 *
 * @param period how long entries are kept at least, such as P7Y; months of which all
 * entries are older are retired. Of applications that share a schema the longest period
 * counts. By default all entries are kept
 * @param action what becomes of a retired month
 * @param centreKeys the keys of the ledger that receives the chains of this one, each
 * written name+id+key: with the action received only receipts that one of them signed
 * count
 */
@ConfigurationProperties("audit.retention")
record RetentionProperties(@Nullable Period period, @DefaultValue("drop") RetentionAction action,
		@DefaultValue List<String> centreKeys) {

	/** The database knows no time long before Christ; by default all is kept. */
	private static final int MOST_MONTHS = 12_000;

	RetentionProperties {
		Assert.isTrue(period == null
				|| (!period.isNegative() && period.toTotalMonths() >= 1 && period.toTotalMonths() <= MOST_MONTHS),
				() -> "audit.retention.period takes a period of at least one month and at most a thousand years, such "
						+ "as P7Y, not " + period);
	}

}
