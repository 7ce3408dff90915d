package io.auditspring.ledger.checkpoint;

import java.util.Random;

import io.auditspring.CheckpointSigner;
import io.auditspring.Mutations;
import io.auditspring.ledger.internal.merkle.Sha256;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever is done to notes, keys and policies, they are refused in the way that their
 * parsers say, or still say what they said.
 */
class NotePropertyTests {

	private static final CheckpointSigner SIGNER = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());

	private static final VerifierKey KEY = VerifierKey.of(SIGNER);

	private static final Checkpoint CHECKPOINT = Checkpoint.sign("example.com/audit/main", 42,
			Sha256.hash(Sha256.utf8("root")), SIGNER);

	@Property(tries = 20_000)
	void aNoteThatOpensSaysWhatWasSigned(@ForAll long seed) {
		String note = Mutations.mutate(CHECKPOINT.note(), new Random(seed));
		try {
			Checkpoint opened = Checkpoint.open(note, TrustedKeys.of(KEY));
			assertThat(opened.origin()).isEqualTo(CHECKPOINT.origin());
			assertThat(opened.size()).isEqualTo(CHECKPOINT.size());
			assertThat(opened.root()).isEqualTo(CHECKPOINT.root());
		}
		catch (InvalidCheckpointException ex) {
			assertThat(ex.getMessage()).isNotBlank();
		}
	}

	@Property(tries = 20_000)
	void aKeyThatIsReadIsTheKey(@ForAll long seed) {
		String text = Mutations.mutate(KEY.toString(), new Random(seed));
		try {
			assertThat(VerifierKey.parse(text)).isEqualTo(KEY);
		}
		catch (IllegalArgumentException ex) {
			assertThat(ex.getMessage()).isNotBlank();
		}
	}

	@Property(tries = 20_000)
	void aPolicyIsReadOrRefusedByItsLine(@ForAll long seed) {
		String text = Mutations.mutate("""
				# those we trust
				log %s https://log.example.com
				witness one %s https://one.example.com
				group all any one
				quorum all
				""".formatted(KEY, "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
				new Random(seed));
		try {
			WitnessPolicy.parse(text);
		}
		catch (IllegalArgumentException ex) {
			assertThat(ex.getMessage()).matches("(?s)(line \\d+: |there is no line 'quorum').*");
		}
	}

}
