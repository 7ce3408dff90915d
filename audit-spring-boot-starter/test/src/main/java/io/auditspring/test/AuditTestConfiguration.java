/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.test;

import java.util.Set;
import java.util.function.Function;

import javax.sql.DataSource;

import io.auditspring.AuditDataSource;
import io.auditspring.capture.internal.entry.Texts;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.delivery.internal.outbox.Relay;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * What tests inject.
 */
@Configuration(proxyBeanMethods = false)
class AuditTestConfiguration {

	@Bean
	RecordedEntries recordedEntries(ObjectProvider<AsyncBuffer> buffer, ObjectProvider<Relay> relay,
			ObjectProvider<DataSource> dataSource, @AuditDataSource ObjectProvider<DataSource> ledger,
			ObjectProvider<MemoryLedger> memory, ObjectProvider<Texts> auditTexts, Environment environment) {
		return new RecordedEntries(buffer::getIfAvailable, relay::getIfAvailable, memory.getIfAvailable(),
				() -> ledger.getIfAvailable(dataSource::getObject), environment.getProperty("audit.schema", "audit"),
				environment.getProperty("audit.chain", "main"), kinds(auditTexts));
	}

	/** An entity has several names, of which entries show one. */
	private static Function<String, Set<String>> kinds(ObjectProvider<Texts> auditTexts) {
		return (type) -> {
			Texts texts = auditTexts.getIfAvailable();
			return (texts != null) ? texts.kinds(type) : Set.of(type);
		};
	}

}
