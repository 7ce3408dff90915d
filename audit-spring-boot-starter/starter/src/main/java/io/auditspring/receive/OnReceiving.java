/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches where sources are named, unless it is switched off; and without any where it is
 * switched on, as bundles may come by other means.
 */
final class OnReceiving extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("audit.receive");
		Binder binder = Binder.get(context.getEnvironment());
		Boolean enabled = binder.bind("audit.receive.enabled", Boolean.class).orElse(null);
		if (enabled != null) {
			return new ConditionOutcome(enabled, message.because("audit.receive.enabled is " + enabled));
		}
		if (binder.bind("audit.kafka.receive.enabled", Boolean.class).orElse(false)) {
			return ConditionOutcome.match(message.because("audit.kafka.receive.enabled is true"));
		}
		boolean sources = binder.bind("audit.receive.sources", Bindable.mapOf(String.class, String.class)).isBound();
		return new ConditionOutcome(sources,
				message.because(sources ? "there are audit.receive.sources" : "there are no audit.receive.sources"));
	}

}
