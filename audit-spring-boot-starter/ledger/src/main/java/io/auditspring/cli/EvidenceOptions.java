/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.auditspring.CheckpointAnchor;
import io.auditspring.ledger.checkpoint.TimeStampAuthority;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.checkpoint.WitnessPolicy;
import io.auditspring.ledger.verify.TrustPolicy;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * What is known of the ledger from elsewhere than its database.
 */
final class EvidenceOptions {

	@Option(names = "--public-key", paramLabel = "<key|file>",
			description = "whose signatures count: name+id+key, or a file with one a line; may be repeated")
	List<String> publicKeys = new ArrayList<>();

	@Option(names = "--retired-key", paramLabel = "<key|file>",
			description = "keys that leaked: what they signed counts where a checkpoint of another key covers it; "
					+ "may be repeated")
	List<String> retiredKeys = new ArrayList<>();

	@Option(names = "--anchor", paramLabel = "<directory|file>",
			description = "checkpoints that were kept elsewhere; may be repeated")
	List<Path> anchors = new ArrayList<>();

	@Option(names = "--origin",
			description = "what checkpoints name before the chain: the audit.checkpoint.origin of this ledger")
	@Nullable String origin;

	@Option(names = "--policy", paramLabel = "<file>",
			description = "which witnesses must have cosigned (C2SP tlog-policy); its logs are keys whose signatures count, too")
	@Nullable Path policy;

	@Option(names = "--time-stamp-certificates", paramLabel = "<file>",
			description = "whose time stamps (RFC 3161) the newest checkpoint must have, as certificates in PEM; needs "
					+ "Bouncy Castle on the class path")
	@Nullable Path timeStampCertificates;

	TrustPolicy evidence() throws IOException {
		WitnessPolicy witnesses = (this.policy != null) ? policy(this.policy) : null;
		List<VerifierKey> logs = (witnesses != null) ? witnesses.logs() : List.of();
		if (witnesses != null && logs.isEmpty() && this.publicKeys.isEmpty()) {
			throw new IllegalArgumentException(
					"The policy '%s' names no log: whose signatures count must be said by ".formatted(this.policy)
							+ "--public-key");
		}
		TrustedKeys keys = (this.publicKeys.isEmpty() && logs.isEmpty()) ? null : keys(logs);
		List<CheckpointAnchor> archives = this.anchors.isEmpty() ? List.of()
				: List.of(NoteArchive.read(this.anchors, this.origin, keys));
		return new TrustPolicy(keys, archives, this.origin, witnesses, (this.timeStampCertificates != null)
				? TimeStampAuthority.trusting(Files.readAllBytes(this.timeStampCertificates)) : null);
	}

	private static WitnessPolicy policy(Path file) throws IOException {
		try {
			return WitnessPolicy.parse(Files.readString(file));
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("The policy '%s' cannot be used: %s".formatted(file, ex.getMessage()),
					ex);
		}
	}

	private TrustedKeys keys(List<VerifierKey> logs) throws IOException {
		List<VerifierKey> keys = new ArrayList<>(logs);
		keys.addAll(keys("--public-key", this.publicKeys));
		return new TrustedKeys(keys, keys("--retired-key", this.retiredKeys));
	}

	private static List<VerifierKey> keys(String option, List<String> keysOrFiles) throws IOException {
		List<VerifierKey> keys = new ArrayList<>();
		for (String keyOrFile : keysOrFiles) {
			Path file = Path.of(keyOrFile);
			List<String> lines = Files.isRegularFile(file) ? Files.readAllLines(file) : List.of(keyOrFile);
			lines.stream()
				.map(String::strip)
				.filter((line) -> !line.isEmpty())
				.map(VerifierKey::parse)
				.forEach(keys::add);
		}
		if (keys.isEmpty() && !keysOrFiles.isEmpty()) {
			throw new IllegalArgumentException(option + " names no key: is a variable unset, or a file empty?");
		}
		return keys;
	}

}
