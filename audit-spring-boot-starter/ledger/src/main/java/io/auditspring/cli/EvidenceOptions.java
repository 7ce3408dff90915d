package io.auditspring.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.auditspring.CheckpointAnchor;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
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

	TrustPolicy evidence() throws IOException {
		TrustedKeys keys = this.publicKeys.isEmpty() ? null : keys();
		List<CheckpointAnchor> archives = this.anchors.isEmpty() ? List.of()
				: List.of(NoteArchive.read(this.anchors, this.origin, keys));
		return new TrustPolicy(keys, archives, this.origin);
	}

	private TrustedKeys keys() throws IOException {
		return new TrustedKeys(keys("--public-key", this.publicKeys), keys("--retired-key", this.retiredKeys));
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
