/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.auditspring.ledger.checkpoint.KeyName;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.checkpoint.WitnessPolicy;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.io.Resource;
import org.springframework.util.Assert;

/**
 * Signed checkpoints of the ledger.
 *
 * @param interval how often to sign the newest entries
 * @param origin names the ledger in checkpoints, together with the chain; the same for
 * all applications that share a chain; by default the service name
 * @param keyName the name of the key in signatures; by default the origin
 * @param privateKey the Ed25519 key that signs, in PEM (PKCS#8)
 * @param privateKeyLocation where the key that signs is, such as file:/etc/audit/key.pem
 * @param generateKey whether the key is created at its location if it is not there, for
 * development only
 * @param trustedKeys further keys whose signatures count, such as those that were
 * replaced, each written name+id+key; the one that signs needs not be listed
 * @param retiredKeys keys that leaked, each written name+id+key: what they signed is no
 * problem where a checkpoint of a trusted key covers it, and counts for nothing else
 * @param memory a directory outside of the database where the signer remembers what it
 * signed last; by default next to the key
 * @param anchorDirectory a directory that keeps each checkpoint, out of reach of those
 * who can change the database
 * @param anchorLog whether each checkpoint is written to the log
 * @param policy where the policy is that says which witnesses must cosign (C2SP
 * tlog-policy), such as file:/etc/audit/witnesses; those with a URL are asked
 * @param timeStampUrl where each checkpoint is time-stamped (RFC 3161 over HTTP)
 * @param timeStampCertificates where the certificates are, in PEM, to which those of time
 * stamps must lead, such as file:/etc/audit/tsa.pem
 * @param ignoreUnreadableAnchors whether to go on signing while an anchor, or something
 * in one, cannot be read: it may be what would show that the ledger went back
 * @param rootLog whether to record where all chains of the ledger end, and sign that; not
 * where another application, with another origin, does it
 */
@ConfigurationProperties("audit.checkpoint")
record CheckpointProperties(@DefaultValue("1m") Duration interval, @Nullable String origin, @Nullable String keyName,
		@Nullable String privateKey, @Nullable Resource privateKeyLocation, @DefaultValue("false") boolean generateKey,
		@DefaultValue List<String> trustedKeys, @DefaultValue List<String> retiredKeys, @Nullable Path memory,
		@Nullable Path anchorDirectory, @DefaultValue("false") boolean anchorLog, @Nullable Resource policy,
		@Nullable URI timeStampUrl, @Nullable Resource timeStampCertificates,
		@DefaultValue("false") boolean ignoreUnreadableAnchors, @DefaultValue("true") boolean rootLog) {

	CheckpointProperties {
		Assert.isTrue(interval.toMillis() > 0,
				() -> "audit.checkpoint.interval takes a duration of at least 1ms, not " + interval);
		Assert.isTrue(privateKey == null || privateKeyLocation == null,
				"audit.checkpoint.private-key and audit.checkpoint.private-key-location exclude each other");
		Assert.isTrue(!generateKey || privateKeyLocation != null,
				"audit.checkpoint.generate-key needs audit.checkpoint.private-key-location, where the key goes");
		Assert.isTrue(keyName == null || KeyName.isValid(keyName),
				() -> "audit.checkpoint.key-name takes a name without white space and plus signs, not '%s'"
					.formatted(keyName));
		Assert.isTrue(timeStampUrl == null || timeStampCertificates != null,
				"audit.checkpoint.time-stamp-url needs audit.checkpoint.time-stamp-certificates, which says whose count");
		Assert.isTrue(timeStampUrl == null || timeStampUrl.getHost() != null,
				() -> "audit.checkpoint.time-stamp-url takes a URL such as https://tsa.example.com/, not "
						+ timeStampUrl);
		trustedKeys.forEach((key) -> check("trusted-keys", key));
		retiredKeys.forEach((key) -> check("retired-keys", key));
	}

	/**
	 * Whose signatures count.
	 * @param own the key that signs here, or {@code null} if there is none
	 * @param witnesses the policy, which may name logs, or {@code null}
	 * @return it and those that were configured
	 */
	TrustedKeys trusting(@Nullable VerifierKey own, @Nullable WitnessPolicy witnesses) {
		List<VerifierKey> keys = new ArrayList<>();
		if (own != null) {
			keys.add(own);
		}
		this.trustedKeys.stream().map(VerifierKey::parse).forEach(keys::add);
		if (witnesses != null) {
			witnesses.logs().stream().filter((log) -> !keys.contains(log)).forEach(keys::add);
		}
		return new TrustedKeys(keys, this.retiredKeys.stream().map(VerifierKey::parse).toList());
	}

	private static void check(String property, String key) {
		try {
			VerifierKey.parse(key);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(
					"audit.checkpoint.%s takes Ed25519 keys written name+id+key, not '%s': %s".formatted(property, key,
							ex.getMessage()),
					ex);
		}
	}

	/**
	 * Says nothing of the key.
	 */
	@Override
	public String toString() {
		return "CheckpointProperties[interval=%s, origin=%s]".formatted(this.interval, this.origin);
	}

}
