/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.time.Clock;
import java.time.Period;
import java.util.List;

import io.auditspring.AuditSetupException;
import io.auditspring.CheckpointSigner;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.entry.LedgerDoings;
import io.auditspring.capture.internal.entry.Sentences;
import io.auditspring.capture.internal.entry.TargetNames;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.capture.internal.value.Sole;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.database.internal.TableUpkeep;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.signing.Checkpoints;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/**
 * Wires what erases, and what keeps the ledger in shape.
 *
 * @since 0.1.0
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(RetentionProperties.class)
public class RetentionConfiguration {

	/** Nothing is asked for where no key is known whose requests count. */
	@Bean
	CentralRequests auditCentralRequests(AuditDatabase auditDatabase, RetentionProperties properties,
			ObjectProvider<Checkpoints> auditCheckpoints, Origins auditOrigins, EntryFactory auditEntryFactory,
			Sentences auditSentences, ObjectProvider<RedactableArchive> archive, TargetNames auditTargetNames) {
		Checkpoints checkpoints = auditCheckpoints.getIfAvailable();
		TrustedKeys keys = (checkpoints != null) ? centreKeys(properties) : TrustedKeys.of();
		return new CentralRequests(auditDatabase.workDataSource(), auditDatabase.schema(), checkpoints,
				auditLedgerRedaction(auditDatabase, auditOrigins, auditEntryFactory, auditSentences, archive,
						auditTargetNames),
				keys);
	}

	/** So that no chain goes on where another ledger knows other entries of it. */
	@Bean
	ChainContinuation auditChainContinuation(AuditDatabase auditDatabase, RetentionProperties properties,
			ObjectProvider<Checkpoints> auditCheckpoints, Origins auditOrigins, EntryFactory auditEntryFactory,
			Sentences auditSentences) {
		Checkpoints checkpoints = auditCheckpoints.getIfAvailable();
		ChainContinuation continuation = new ChainContinuation(auditDatabase.workDataSource(), auditDatabase.schema(),
				auditDatabase.chain(), checkpoints, (checkpoints != null) ? centreKeys(properties) : TrustedKeys.of(),
				LedgerDoings.ofAll(auditOrigins, auditEntryFactory, auditSentences));
		continuation.lookBeforeTheStart();
		return continuation;
	}

	/** There are none but at a ledger that receives chains of others. */
	@Bean
	TableUpkeep auditAbandonedRequests(AuditDatabase auditDatabase,
			@Qualifier("auditLedgerRedaction") ObjectProvider<Redaction> auditLedgerRedaction) {
		return new AbandonedRequests(auditDatabase.workDataSource(), auditDatabase.schema(),
				auditLedgerRedaction::getObject);
	}

	/** What the database records by itself. */
	@Bean
	LedgerUpkeep auditLedgerUpkeep(AuditDatabase auditDatabase, Origins auditOrigins, EntryFactory auditEntryFactory,
			Sentences auditSentences, ObjectProvider<Retention> auditRetention,
			ObjectProvider<EarlyArchive> earlyArchive, ObjectProvider<RedactableArchive> archive,
			ObjectProvider<TableUpkeep> others) {
		return new LedgerUpkeep(auditDatabase.workDataSource(), auditDatabase.schema(), auditRetention.getIfAvailable(),
				earlyArchive.getIfAvailable(), archive.getIfAvailable(),
				LedgerDoings.ofAll(auditOrigins, auditEntryFactory, auditSentences), others.stream().toList());
	}

	@Bean
	@ConditionalOnProperty("audit.retention.period")
	Retention auditRetention(AuditDatabase auditDatabase, RetentionProperties properties, Origins auditOrigins,
			EntryFactory auditEntryFactory, Sentences auditSentences, ObjectProvider<Checkpoints> auditCheckpoints,
			ObjectProvider<CheckpointSigner> signer, ObjectProvider<MonthArchive> archive) {
		if (properties.action() == RetentionAction.ARCHIVE && archive.getIfAvailable() == null) {
			throw new AuditSetupException("audit.retention.action=archive is set, but there is no archive",
					"Add the dependency io.auditspring:audit-archive and set audit.archive.directory, "
							+ "or define a bean of the type ArchiveStore.");
		}
		if (!auditDatabase.mayExecute("audit_retire(date, boolean, jsonb, jsonb)")) {
			throw new AuditSetupException(
					"audit.retention.period is set, but the database user may not retire months of the audit ledger",
					"Grant the role audit_retention of classpath:io/auditspring/db/roles.sql to it, or leave "
							+ "audit.retention.period to another application.");
		}
		Period period = properties.period();
		Period kept = (period != null) ? period : Period.ZERO;
		return new Retention(auditDatabase.dataSource(), auditDatabase.schema(), kept, properties.action(),
				LedgerDoings.ofAll(auditOrigins, auditEntryFactory, auditSentences), Clock.systemUTC(),
				seal(auditCheckpoints.getIfAvailable(), Sole.signer(signer)),
				(properties.action() == RetentionAction.RECEIVED) ? received(auditDatabase, properties,
						auditCheckpoints.getIfAvailable(), archive.getIfAvailable()) : archive.getIfAvailable());
	}

	private static MonthArchive received(AuditDatabase database, RetentionProperties properties,
			@Nullable Checkpoints checkpoints, @Nullable MonthArchive archive) {
		if (checkpoints == null || properties.centreKeys().isEmpty()) {
			throw new AuditSetupException(
					"audit.retention.action=received is set, but nothing says whose receipts count",
					"Set audit.retention.centre-keys to the key of the ledger that receives the chains of this one, as "
							+ "its log names it at its start.");
		}
		return new ReceivedMonths(database.dataSource(), database.schema(), checkpoints, centreKeys(properties),
				archive);
	}

	private static TrustedKeys centreKeys(RetentionProperties properties) {
		try {
			return new TrustedKeys(properties.centreKeys().stream().map(VerifierKey::parse).toList(), List.of());
		}
		catch (IllegalArgumentException ex) {
			throw new AuditSetupException("audit.retention.centre-keys cannot be used: " + ex.getMessage(),
					"Let each be written name+id+key, as the log of the receiving application names it.", ex);
		}
	}

	private static @Nullable RetirementSeal seal(@Nullable Checkpoints checkpoints, @Nullable CheckpointSigner signer) {
		return (checkpoints != null) ? new RetirementSeal(checkpoints, signer) : null;
	}

	@Bean
	@Lazy
	LegalHolds auditLegalHolds(AuditDatabase auditDatabase, Origins auditOrigins, EntryFactory auditEntryFactory,
			Sentences auditSentences, TargetNames auditTargetNames) {
		return new LegalHolds(auditDatabase.dataSource(), auditDatabase.schema(), auditDatabase.chain(),
				LedgerDoings.askedFor(auditOrigins, auditEntryFactory, auditSentences), auditTargetNames);
	}

	@Bean
	@Lazy
	Redaction auditLedgerRedaction(AuditDatabase auditDatabase, Origins auditOrigins, EntryFactory auditEntryFactory,
			Sentences auditSentences, ObjectProvider<RedactableArchive> archive, TargetNames auditTargetNames) {
		return new Redaction(auditDatabase.dataSource(), auditDatabase.schema(),
				LedgerDoings.askedFor(auditOrigins, auditEntryFactory, auditSentences), archive.getIfAvailable(),
				auditTargetNames);
	}

	/**
	 * Tells the health of receipts.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
	@ConditionalOnEnabledHealthIndicator("audit-receipts")
	@Conditional(OnCentreKeys.class)
	static class ReceiptsHealth {

		@Bean
		@ConditionalOnMissingBean(name = "auditReceiptsHealthIndicator")
		ReceiptsHealthIndicator auditReceiptsHealthIndicator(ChainContinuation auditChainContinuation) {
			return new ReceiptsHealthIndicator(auditChainContinuation, Clock.systemUTC());
		}

	}

}
