/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import io.auditspring.AuditSetupException;
import io.auditspring.ledger.checkpoint.WitnessPolicy;

import org.springframework.core.io.Resource;

/**
 * The policy on witnesses, from where the properties say.
 */
final class WitnessPolicyFile {

	private static final String PROPERTY = "audit.checkpoint.policy";

	private WitnessPolicyFile() {
	}

	static WitnessPolicy read(Resource location) {
		try {
			return WitnessPolicy.parse(location.getContentAsString(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new AuditSetupException(
					"The policy that '%s' names cannot be read: %s".formatted(PROPERTY, ex.getMessage()),
					"Put a file there that says which witnesses must cosign (https://c2sp.org/tlog-policy).", ex);
		}
		catch (IllegalArgumentException ex) {
			throw new AuditSetupException("The policy in %s cannot be used: %s".formatted(location, ex.getMessage()),
					"Correct it: '%s' takes a policy as https://c2sp.org/tlog-policy describes it.".formatted(PROPERTY),
					ex);
		}
	}

}
