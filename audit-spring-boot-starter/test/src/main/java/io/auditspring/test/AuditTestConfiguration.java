/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.test;

import java.util.List;
import java.util.Set;
import java.util.function.Function;

import io.auditspring.capture.internal.entry.Texts;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.delivery.internal.outbox.Relay;
import io.auditspring.delivery.internal.outbox.Relays;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What tests inject.
 */
@Configuration(proxyBeanMethods = false)
class AuditTestConfiguration {

	@Bean
	RecordedEntries recordedEntries(ObjectProvider<AuditDatabase> database, ObjectProvider<AsyncBuffer> buffer,
			ObjectProvider<Relays> relays, ObjectProvider<Relay> relay, ObjectProvider<MemoryLedger> memory,
			ObjectProvider<Texts> auditTexts) {
		return new RecordedEntries(database::getIfAvailable,
				List.of(buffer::getObject, relays::getObject, relay::getObject), memory.getIfAvailable(),
				kinds(auditTexts));
	}

	/** An entity has several names, of which entries show one. */
	private static Function<String, Set<String>> kinds(ObjectProvider<Texts> auditTexts) {
		return (type) -> {
			Texts texts = auditTexts.getIfAvailable();
			return (texts != null) ? texts.kinds(type) : Set.of(type);
		};
	}

}
