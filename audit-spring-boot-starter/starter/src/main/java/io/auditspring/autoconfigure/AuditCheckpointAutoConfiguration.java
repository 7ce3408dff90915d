package io.auditspring.autoconfigure;

import java.nio.file.Path;
import java.util.Objects;

import io.auditspring.AuditSetupException;
import io.auditspring.CheckpointAnchor;
import io.auditspring.CheckpointSigner;
import io.auditspring.database.AuditDatabase;
import io.auditspring.database.OncePerDatabase;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.DirectoryAnchor;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.signing.CheckpointWorker;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LogAnchor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;

/**
 * Signs checkpoints of the ledger where there is a key, and reads them.
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnBean(name = "auditDatabase")
@OncePerDatabase
public final class AuditCheckpointAutoConfiguration {

	private static final Logger logger = LoggerFactory.getLogger(AuditCheckpointAutoConfiguration.class);

	@Bean
	CheckpointOrigin auditCheckpointOrigin(AuditProperties properties, Environment environment) {
		return CheckpointOrigin.of(properties, environment.getProperty("spring.application.name"));
	}

	@Bean
	@ConditionalOnMissingBean
	@Conditional(OnKey.class)
	CheckpointSigner auditCheckpointSigner(AuditProperties properties, CheckpointOrigin auditCheckpointOrigin) {
		String name = properties.checkpoint().keyName();
		return new CheckpointKey(properties.checkpoint())
			.signer((name != null) ? name : auditCheckpointOrigin.usable());
	}

	@Bean
	@ConditionalOnProperty("audit.checkpoint.anchor-directory")
	DirectoryAnchor auditDirectoryAnchor(AuditProperties properties, CheckpointOrigin auditCheckpointOrigin) {
		return new DirectoryAnchor(Objects.requireNonNull(properties.checkpoint().anchorDirectory()),
				auditCheckpointOrigin.usable());
	}

	@Bean
	@ConditionalOnBooleanProperty("audit.checkpoint.anchor-log")
	LogAnchor auditLogAnchor() {
		return new LogAnchor();
	}

	@Bean
	Checkpoints auditCheckpoints(AuditDatabase auditDatabase, AuditProperties properties,
			CheckpointOrigin auditCheckpointOrigin, ObjectProvider<CheckpointSigner> signers,
			ObjectProvider<CheckpointAnchor> anchors) {
		CheckpointSigner signer = Sole.signer(signers);
		TrustedKeys trusted = properties.checkpoint().trusting((signer != null) ? key(signer) : null);
		return new Checkpoints(auditDatabase.dataSource(), auditDatabase.schema(),
				trusted.keys().isEmpty() ? auditCheckpointOrigin.name() : auditCheckpointOrigin.usable(), trusted,
				signing(signer, properties, anchors));
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

	private static @Nullable CheckpointSigning signing(@Nullable CheckpointSigner signer, AuditProperties properties,
			ObjectProvider<CheckpointAnchor> anchors) {
		if (signer == null) {
			logger.info("No audit checkpoints are signed: there is neither audit.checkpoint.private-key-location nor a "
					+ "CheckpointSigner bean");
			return null;
		}
		Path memory = new CheckpointKey(properties.checkpoint()).memory();
		return new CheckpointSigning(signer, new SignerMemory(memory), anchors.orderedStream().toList(),
				properties.checkpoint().ignoreUnreadableAnchors());
	}

	@Bean
	@ConditionalOnBean(CheckpointSigner.class)
	CheckpointWorker auditCheckpointWorker(Checkpoints auditCheckpoints, AuditProperties properties,
			ObjectProvider<CheckpointAnchor> anchors) {
		return new CheckpointWorker(auditCheckpoints, properties.chain(), anchors.orderedStream().toList(),
				properties.checkpoint().interval());
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
