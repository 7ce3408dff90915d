/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.AuditSetupException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Shows what is wrong with the setup, and what to do, when the application fails to
 * start.
 */
final class AuditSetupFailureAnalyzer extends AbstractFailureAnalyzer<AuditSetupException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, AuditSetupException cause) {
		return new FailureAnalysis(cause.getMessage(), cause.getRemedy(), cause);
	}

}
