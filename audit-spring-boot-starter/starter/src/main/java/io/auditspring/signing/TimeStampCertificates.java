/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.io.IOException;

import io.auditspring.AuditSetupException;
import io.auditspring.ledger.checkpoint.TimeStampAuthority;

import org.springframework.core.io.Resource;
import org.springframework.util.ClassUtils;

/**
 * The certificates of time stamp authorities, from where the properties say.
 */
final class TimeStampCertificates {

	private static final String PROPERTY = "audit.checkpoint.time-stamp-certificates";

	private static final String LIBRARY = "org.bouncycastle.tsp.TimeStampToken";

	private TimeStampCertificates() {
	}

	static TimeStampAuthority read(Resource location) {
		if (!ClassUtils.isPresent(LIBRARY, null)) {
			throw new AuditSetupException("'%s' is set, but nothing here can read time stamps".formatted(PROPERTY),
					"Add org.bouncycastle:bcpkix-jdk18on, or do not set '%s'.".formatted(PROPERTY));
		}
		try {
			return TimeStampAuthority.trusting(location.getContentAsByteArray());
		}
		catch (IOException | IllegalArgumentException ex) {
			throw new AuditSetupException(
					"The certificates that '%s' names cannot be used: %s".formatted(PROPERTY, ex.getMessage()),
					"Put the certificates of the time stamp authority, or of who issued them, there in PEM.", ex);
		}
	}

}
