/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import io.auditspring.AuditSetupException;
import io.auditspring.CheckpointSigner;
import io.auditspring.archive.internal.parquet.TemporaryDirectory;
import io.auditspring.archive.internal.read.ArchiveReader;
import io.auditspring.autoconfigure.AuditCheckpointAutoConfiguration;
import io.auditspring.autoconfigure.AuditUpkeepAutoConfiguration;
import io.auditspring.capture.internal.value.Sole;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.database.internal.TableUpkeep;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.signing.Checkpoints;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Archives the months of a ledger that are due where {@code audit.retention.action} is
 * {@code archive}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = AuditCheckpointAutoConfiguration.class, before = AuditUpkeepAutoConfiguration.class)
@ConditionalOnBean(name = "auditDatabase")
@EnableConfigurationProperties(ArchiveProperties.class)
@Import({ S3ArchiveConfiguration.WithSdk.class, S3ArchiveConfiguration.WithoutSdk.class })
public final class ArchiveAutoConfiguration {

	private static final Logger logger = LoggerFactory.getLogger(ArchiveAutoConfiguration.class);

	@Bean
	@ConditionalOnMissingBean(ArchiveStore.class)
	@ConditionalOnProperty("audit.archive.directory")
	DirectoryArchiveStore auditArchiveStore(ArchiveProperties properties) {
		return new DirectoryArchiveStore(Objects.requireNonNull(properties.directory()));
	}

	/** What a killed process left holds entries, which must not wait for the next use. */
	@Bean
	@ConditionalOnBean(ArchiveStore.class)
	ApplicationRunner auditArchiveTidying(ArchiveProperties properties) {
		return (arguments) -> {
			try {
				TemporaryDirectory.create(properties.options()).close();
			}
			catch (IOException ex) {
				logger.debug("There is no room for temporary files of the archive yet", ex);
			}
		};
	}

	@Bean
	@ConditionalOnBean(ArchiveStore.class)
	LedgerArchive auditLedgerArchive(AuditDatabase auditDatabase, ArchiveStore archiveStore,
			ArchiveProperties properties, ObjectProvider<CheckpointSigner> signer,
			ObjectProvider<TrustPolicy> auditTrustPolicy) {
		CheckpointSigner key = Sole.signer(signer);
		return new LedgerArchive(auditDatabase.dataSource(), auditDatabase.schema(), archiveStore, properties.options(),
				key, auditTrustPolicy.getIfAvailable(() -> evidence(key)));
	}

	@Bean
	@ConditionalOnProperty("audit.archive.after")
	ArchiveSchedule auditArchiveSchedule(AuditDatabase auditDatabase, ObjectProvider<LedgerArchive> archive,
			ArchiveProperties properties, ObjectProvider<Checkpoints> auditCheckpoints,
			ObjectProvider<CheckpointSigner> signer) {
		LedgerArchive ledgerArchive = archive.getIfAvailable();
		if (ledgerArchive == null) {
			throw new AuditSetupException("audit.archive.after is set, but there is no archive",
					"Say where it is by audit.archive.directory, audit.archive.s3.bucket, or a bean of the type ArchiveStore");
		}
		return new ArchiveSchedule(auditDatabase.dataSource(), auditDatabase.schema(), ledgerArchive,
				Objects.requireNonNull(properties.after()), Clock.systemUTC(),
				signing(auditCheckpoints.getIfAvailable(), Sole.signer(signer)));
	}

	private static Consumer<String> signing(@Nullable Checkpoints checkpoints, @Nullable CheckpointSigner signer) {
		return (chain) -> {
			// One that goes on under another name is signed no more.
			if (checkpoints != null && signer != null && checkpoints.current(chain).equals(chain)) {
				checkpoints.create(chain);
			}
		};
	}

	@Bean
	@ConditionalOnProperty("audit.archive.read")
	ArchiveReader auditEntryArchive(AuditDatabase auditDatabase, ObjectProvider<ArchiveStore> archiveStore,
			ArchiveProperties properties) {
		ArchiveStore store = archiveStore.getIfAvailable();
		if (store == null) {
			throw new AuditSetupException("audit.archive.read is true, but there is no archive to read",
					"Say where it is by audit.archive.directory, audit.archive.s3.bucket, or a bean of the type ArchiveStore");
		}
		return new ArchiveReader(auditDatabase.schema(), store, properties.options());
	}

	/** What others erased must not live on here until somebody reads again. */
	@Bean
	@ConditionalOnProperty("audit.archive.read")
	TableUpkeep auditEntryArchiveUpkeep(AuditDatabase auditDatabase, ArchiveReader auditEntryArchive) {
		return () -> {
			try {
				OwnTransaction.look(auditDatabase.workDataSource(), auditEntryArchive::past);
			}
			catch (SQLException ex) {
				throw new DataAccessResourceFailureException("What is archived cannot be looked up", ex);
			}
		};
	}

	private static TrustPolicy evidence(@Nullable CheckpointSigner key) {
		return (key != null) ? new TrustPolicy(TrustedKeys.of(VerifierKey.of(key)), List.of(), null) : TrustPolicy.NONE;
	}

}
