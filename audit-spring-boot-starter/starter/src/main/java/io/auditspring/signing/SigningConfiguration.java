/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

import io.auditspring.AuditSetupException;
import io.auditspring.CheckpointAnchor;
import io.auditspring.CheckpointSigner;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.entry.LedgerDoings;
import io.auditspring.capture.internal.entry.Sentences;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.capture.internal.value.EntryProperties;
import io.auditspring.capture.internal.value.Sole;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.DirectoryAnchor;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TimeStampAuthority;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.checkpoint.WitnessPolicy;
import io.auditspring.ledger.internal.table.LedgerWriter;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.VerificationProgress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Wires checkpoints and verification.
 *
 * @since 0.1.0
 */
public final class SigningConfiguration {

	private static final Logger logger = LoggerFactory.getLogger(SigningConfiguration.class);

	private SigningConfiguration() {
	}

	/**
	 * Verifies wherever there is a ledger.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(name = "auditDatabase")
	public static class Verifier {

		@Bean
		LedgerVerifier auditLedgerVerifier(AuditDatabase auditDatabase, ObjectProvider<TrustPolicy> auditTrustPolicy) {
			return new LedgerVerifier(auditDatabase.dataSource(), auditDatabase.schema(),
					auditTrustPolicy.getIfAvailable(() -> TrustPolicy.NONE), VerificationProgress.NONE);
		}

	}

	/**
	 * Signs where there is a key, and reads what was signed.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties({ EntryProperties.class, CheckpointProperties.class })
	public static class Signing {

		@Bean
		CheckpointOrigin auditCheckpointOrigin(CheckpointProperties properties, EntryProperties entries,
				AuditDatabase auditDatabase, Environment environment) {
			return CheckpointOrigin.of(properties.origin(), entries.service(environment), auditDatabase.chain());
		}

		@Bean
		@ConditionalOnMissingBean
		@Conditional(OnKey.class)
		CheckpointSigner auditCheckpointSigner(CheckpointProperties properties,
				CheckpointOrigin auditCheckpointOrigin) {
			String name = properties.keyName();
			return new CheckpointKey(properties).signer((name != null) ? name : auditCheckpointOrigin.usable());
		}

		@Bean
		@ConditionalOnMissingBean
		@ConditionalOnProperty("audit.checkpoint.policy")
		WitnessPolicy auditWitnessPolicy(CheckpointProperties properties) {
			return WitnessPolicyFile.read(Objects.requireNonNull(properties.policy()));
		}

		@Bean
		@ConditionalOnMissingBean
		@ConditionalOnProperty("audit.checkpoint.time-stamp-certificates")
		TimeStampAuthority auditTimeStampAuthority(CheckpointProperties properties) {
			return TimeStampCertificates.read(Objects.requireNonNull(properties.timeStampCertificates()));
		}

		@Bean
		@ConditionalOnProperty("audit.checkpoint.anchor-directory")
		DirectoryAnchor auditDirectoryAnchor(CheckpointProperties properties, CheckpointOrigin auditCheckpointOrigin) {
			return new DirectoryAnchor(Objects.requireNonNull(properties.anchorDirectory()),
					auditCheckpointOrigin.usable());
		}

		@Bean
		@ConditionalOnBooleanProperty("audit.checkpoint.anchor-log")
		LogAnchor auditLogAnchor() {
			return new LogAnchor();
		}

		@Bean
		Checkpoints auditCheckpoints(AuditDatabase auditDatabase, CheckpointProperties properties,
				CheckpointOrigin auditCheckpointOrigin, ObjectProvider<CheckpointSigning> auditCheckpointSigning,
				ObjectProvider<WitnessPolicy> auditWitnessPolicy) {
			CheckpointSigning signing = auditCheckpointSigning.getIfAvailable();
			if (signing == null) {
				logger.info(
						"No audit checkpoints are signed: there is neither audit.checkpoint.private-key-location nor a "
								+ "CheckpointSigner bean");
			}
			TrustedKeys trusted = properties.trusting((signing != null) ? key(signing.signer()) : null,
					auditWitnessPolicy.getIfAvailable());
			return new Checkpoints(auditDatabase.dataSource(), auditDatabase.schema(),
					trusted.keys().isEmpty() ? auditCheckpointOrigin.name() : auditCheckpointOrigin.usable(), trusted,
					signing);
		}

		@Bean
		@ConditionalOnBean(CheckpointSigner.class)
		CheckpointSigning auditCheckpointSigning(ObjectProvider<CheckpointSigner> signers,
				CheckpointProperties properties, ObjectProvider<CheckpointAnchor> anchors) {
			return new CheckpointSigning(Objects.requireNonNull(Sole.signer(signers)),
					new SignerMemory(new CheckpointKey(properties).memory()), anchors.orderedStream().toList(),
					properties.ignoreUnreadableAnchors());
		}

		private static VerifierKey key(CheckpointSigner signer) {
			try {
				VerifierKey key = VerifierKey.of(signer);
				logger.info("Audit checkpoints are signed; the key to verify them with is {}", key);
				return key;
			}
			catch (IllegalArgumentException ex) {
				throw new AuditSetupException("The key that signs checkpoints cannot be used: " + ex.getMessage(),
						"Set 'audit.checkpoint.key-name', or correct the CheckpointSigner bean.", ex);
			}
		}

		@Bean
		@ConditionalOnBean(CheckpointSigner.class)
		@ConditionalOnBooleanProperty(name = "audit.checkpoint.root-log", matchIfMissing = true)
		RootLog auditRootLog(AuditDatabase auditDatabase, Origins auditOrigins, EntryFactory auditEntryFactory,
				Sentences auditSentences) {
			return new RootLog(auditDatabase.dataSource(), auditDatabase.schema(),
					LedgerDoings.ofAll(auditOrigins, auditEntryFactory, auditSentences));
		}

		@Bean
		@ConditionalOnBean(CheckpointSigner.class)
		CheckpointWorker auditCheckpointWorker(Checkpoints auditCheckpoints, AuditDatabase auditDatabase,
				ObjectProvider<RootLog> auditRootLog, CheckpointProperties properties,
				ObjectProvider<CheckpointAnchor> anchors, ObjectProvider<WitnessPolicy> auditWitnessPolicy,
				ObjectProvider<TimeStampAuthority> auditTimeStampAuthority,
				ObjectProvider<LedgerWriter> auditLedgerWriter) {
			LedgerWriter writer = auditLedgerWriter.getIfAvailable();
			URI stamps = properties.timeStampUrl();
			TimeStampAuthority authority = auditTimeStampAuthority.getIfAvailable();
			WitnessPolicy policy = auditWitnessPolicy.getIfAvailable();
			return new CheckpointWorker(auditCheckpoints, auditDatabase.chain(), auditRootLog.getIfAvailable(),
					anchors.orderedStream().toList(), properties.interval(),
					(policy != null) ? new Witnesses(auditCheckpoints, policy) : null,
					(stamps != null && authority != null) ? new TimeStamping(auditCheckpoints, authority, stamps)
							: null,
					(writer != null) ? writer::appended : () -> 0);
		}

		private static final class OnKey extends AnyNestedCondition {

			OnKey() {
				super(ConfigurationPhase.REGISTER_BEAN);
			}

			@ConditionalOnProperty("audit.checkpoint.private-key")
			static class Text {

			}

			@ConditionalOnProperty("audit.checkpoint.private-key-location")
			static class Location {

			}

		}

	}

	/**
	 * Lets verification know whose signatures count, and verifies in the background.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties({ CheckpointProperties.class, VerificationProperties.class })
	public static class Verification {

		@Bean
		@ConditionalOnMissingBean
		TrustPolicy auditTrustPolicy(CheckpointProperties properties, CheckpointOrigin auditCheckpointOrigin,
				ObjectProvider<CheckpointSigner> signers, ObjectProvider<CheckpointAnchor> anchors,
				ObjectProvider<WitnessPolicy> auditWitnessPolicy,
				ObjectProvider<TimeStampAuthority> auditTimeStampAuthority) {
			CheckpointSigner signer = Sole.signer(signers);
			WitnessPolicy witnesses = auditWitnessPolicy.getIfAvailable();
			TrustedKeys trusted = properties.trusting((signer != null) ? VerifierKey.of(signer) : null, witnesses);
			boolean none = trusted.keys().isEmpty();
			return new TrustPolicy(none ? null : trusted, anchors.orderedStream().toList(),
					none ? null : auditCheckpointOrigin.name(), witnesses, auditTimeStampAuthority.getIfAvailable());
		}

		@Bean
		@ConditionalOnProperty("audit.verification.interval")
		VerificationWorker auditVerificationWorker(LedgerVerifier auditLedgerVerifier,
				VerificationProperties properties) {
			Duration interval = Objects.requireNonNull(properties.interval());
			return new VerificationWorker(auditLedgerVerifier, interval);
		}

	}

}
