/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.approval;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How calls wait for approval.
 *
 * @param waitFor how long a call waits for a decision before it is refused
 * @param validFor how long after its request an approval may be decided and used
 */
@ConfigurationProperties("audit.approval")
public record ApprovalProperties(@DefaultValue("0s") Duration waitFor, @DefaultValue("1h") Duration validFor) {

	public ApprovalProperties {
		if (waitFor.isNegative() || validFor.isNegative() || validFor.isZero()) {
			throw new IllegalArgumentException(
					"audit.approval.wait-for takes a time of 0s or more, audit.approval.valid-for more than that");
		}
	}

}
