package io.auditspring.autoconfigure;

import java.time.Duration;
import java.util.Objects;

import io.auditspring.CheckpointAnchor;
import io.auditspring.CheckpointSigner;
import io.auditspring.actuate.LedgerHealthIndicator;
import io.auditspring.actuate.VerificationMeters;
import io.auditspring.database.OncePerDatabase;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.signing.LedgerVerifier;
import io.auditspring.signing.VerificationWorker;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Lets verification compare the ledger with its checkpoints, and verifies it in the
 * background where that is wanted.
 */
@AutoConfiguration(after = AuditCheckpointAutoConfiguration.class,
		beforeName = "org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration")
@ConditionalOnBean(name = "auditDatabase")
@OncePerDatabase
public final class AuditVerificationAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	TrustPolicy auditTrustPolicy(AuditProperties properties, CheckpointOrigin auditCheckpointOrigin,
			ObjectProvider<CheckpointSigner> signers, ObjectProvider<CheckpointAnchor> anchors) {
		CheckpointSigner signer = Sole.signer(signers);
		TrustedKeys trusted = properties.checkpoint().trusting((signer != null) ? VerifierKey.of(signer) : null);
		boolean none = trusted.keys().isEmpty();
		return new TrustPolicy(none ? null : trusted, anchors.orderedStream().toList(),
				none ? null : auditCheckpointOrigin.name());
	}

	@Bean
	@ConditionalOnProperty("audit.verification.interval")
	VerificationWorker auditVerificationWorker(LedgerVerifier auditLedgerVerifier, AuditProperties properties) {
		Duration interval = Objects.requireNonNull(properties.verification().interval());
		return new VerificationWorker(auditLedgerVerifier, interval);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ HealthIndicator.class, HealthContributorAutoConfiguration.class })
	@ConditionalOnProperty("audit.verification.interval")
	@ConditionalOnEnabledHealthIndicator("audit-ledger")
	static class HealthConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "auditLedgerHealthIndicator")
		LedgerHealthIndicator auditLedgerHealthIndicator(VerificationWorker auditVerificationWorker) {
			return new LedgerHealthIndicator(auditVerificationWorker);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterBinder.class)
	@ConditionalOnProperty("audit.verification.interval")
	static class MetersConfiguration {

		@Bean
		VerificationMeters auditVerificationMeters(VerificationWorker auditVerificationWorker) {
			return new VerificationMeters(auditVerificationWorker);
		}

	}

}
