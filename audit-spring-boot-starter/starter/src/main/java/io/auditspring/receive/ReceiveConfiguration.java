/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import javax.sql.DataSource;

import io.auditspring.CheckpointSigner;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.entry.LedgerDoings;
import io.auditspring.capture.internal.entry.Sentences;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.capture.internal.value.Sole;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.ledger.Schema;
import io.auditspring.receive.internal.BundleReceiver;
import io.auditspring.receive.internal.JdbcSource;
import io.auditspring.receive.internal.Receipts;
import io.auditspring.receive.internal.ReceivingStatistics;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Wires what receives chains of other ledgers.
 *
 * @since 0.1.0
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ReceiveProperties.class)
public class ReceiveConfiguration {

	@Bean
	ReceivingStatistics auditReceivingStatistics() {
		return new ReceivingStatistics();
	}

	@Bean
	SourceConnections auditSourceConnections(ConfigurableListableBeanFactory beanFactory) {
		return new SourceConnections(beanFactory);
	}

	@Bean
	BundleReceiver auditBundleReceiver(AuditDatabase auditDatabase, SourceConnections auditSourceConnections,
			ReceiveProperties properties, Origins auditOrigins, EntryFactory auditEntryFactory,
			Sentences auditSentences, ReceivingStatistics auditReceivingStatistics) {
		DataSource ledger = ledger(auditDatabase, auditSourceConnections, properties);
		new ReceivingCheck(ledger, auditDatabase.schema()).run(properties.sources());
		return new BundleReceiver(ledger, auditDatabase.schema(),
				LedgerDoings.ofAll(auditOrigins, auditEntryFactory, auditSentences), auditReceivingStatistics);
	}

	private static DataSource ledger(AuditDatabase database, SourceConnections connections,
			ReceiveProperties properties) {
		String own = properties.dataSource();
		return (own != null) ? connections.bean("audit.receive.data-source", own) : database.workDataSource();
	}

	@Bean
	@ConditionalOnBean(CheckpointSigner.class)
	Receipts auditCentreReceipts(AuditDatabase auditDatabase, SourceConnections auditSourceConnections,
			ReceiveProperties properties, ObjectProvider<CheckpointSigner> signers) {
		DataSource ledger = ledger(auditDatabase, auditSourceConnections, properties);
		if (properties.synchronousStandby()) {
			new ReceivingCheck(ledger, auditDatabase.schema()).requireStatistics();
		}
		return new Receipts(ledger, auditDatabase.schema(), Objects.requireNonNull(Sole.signer(signers)),
				properties.backupInterval(), properties.synchronousStandby());
	}

	@Bean
	SourceWorkers auditSourceWorkers(BundleReceiver auditBundleReceiver, SourceConnections auditSourceConnections,
			ReceiveProperties properties, ReceivingStatistics auditReceivingStatistics,
			ObjectProvider<Receipts> auditCentreReceipts) {
		Map<String, JdbcSource> sources = new LinkedHashMap<>();
		properties.sources()
			.forEach((name, source) -> sources.put(name,
					new JdbcSource(name, auditSourceConnections.of(name, source), new Schema(source.schema()),
							source.chains(), auditBundleReceiver, auditReceivingStatistics,
							auditCentreReceipts.getIfAvailable())));
		return new SourceWorkers(sources.values(), properties.interval());
	}

	/**
	 * Tells the health of what is received.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
	@ConditionalOnEnabledHealthIndicator("audit-receive")
	static class Health {

		@Bean
		@ConditionalOnMissingBean(name = "auditReceiveHealthIndicator")
		ReceivingHealthIndicator auditReceiveHealthIndicator(ReceivingStatistics auditReceivingStatistics,
				SourceWorkers auditSourceWorkers, ReceiveProperties properties) {
			return new ReceivingHealthIndicator(auditReceivingStatistics, auditSourceWorkers, properties.maxSilence(),
					properties.maxLag());
		}

	}

	/**
	 * Meters of what is received.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterBinder.class)
	static class Meters {

		@Bean
		ReceivingMeters auditReceivingMeters(ReceivingStatistics auditReceivingStatistics) {
			return new ReceivingMeters(auditReceivingStatistics);
		}

	}

}
