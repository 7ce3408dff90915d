/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Receipts are expected where it is known whose count.
 */
final class OnCentreKeys extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		boolean known = Binder.get(context.getEnvironment())
			.bind("audit.retention.centre-keys", Bindable.listOf(String.class))
			.map((keys) -> !keys.isEmpty())
			.orElse(false);
		return new ConditionOutcome(known, ConditionMessage.forCondition("audit.retention.centre-keys")
			.because(known ? "there are some" : "there are none"));
	}

}
