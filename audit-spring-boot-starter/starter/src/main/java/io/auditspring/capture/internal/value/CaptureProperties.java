/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.unit.DataSize;

/**
 * What entries show of a call.
 *
 * @param arguments whether the metadata of entries shows the arguments of the call
 * @param result whether the metadata of entries shows the result of the call
 * @param maxSize the most that the state before, the state after, the changes and the
 * metadata of an entry take each, in characters of JSON; the largest parts of what is
 * larger are cut, with a mark that says so
 * @param maxEntities the most entities whose state a call shows of what it changes within
 * one transaction; further ones are counted
 */
@ConfigurationProperties("audit.capture")
public record CaptureProperties(@DefaultValue("false") boolean arguments, @DefaultValue("false") boolean result,
		@DefaultValue("256KB") DataSize maxSize, @DefaultValue("10000") int maxEntities) {

	/**
	 * Below, marks would not fit; above, neither PostgreSQL nor a reader is served.
	 */
	private static final DataSize MIN = DataSize.ofKilobytes(4);

	private static final DataSize MAX = DataSize.ofMegabytes(16);

	public CaptureProperties {
		Assert.isTrue(maxEntities > 0, () -> "audit.capture.max-entities takes 1 or more, not " + maxEntities);
		Assert.isTrue(maxSize.compareTo(MIN) >= 0 && maxSize.compareTo(MAX) <= 0,
				() -> "audit.capture.max-size takes a size of 4KB to 16MB, not " + maxSize);
	}

}
