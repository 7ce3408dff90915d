package io.auditspring.ledger.checkpoint;

import java.util.Base64;
import java.util.HexFormat;

import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.internal.merkle.Sha256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class CheckpointTests {

	private static final byte[] ROOT = Sha256.hash(Sha256.utf8("root"));

	private final CheckpointSigner signer = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());

	private final TrustedKeys keys = TrustedKeys.of(VerifierKey.of(this.signer));

	private final Checkpoint checkpoint = Checkpoint.sign("example.com/audit/main", 42, ROOT, this.signer);

	@Test
	void isASignedNoteOfOriginSizeAndRoot() {
		assertThat(this.checkpoint.note()).matches("""
				example.com/audit/main
				42
				[A-Za-z0-9+/]{43}=

				\u2014 example.com/audit [A-Za-z0-9+/]{91}=
				""");
		assertThat(this.checkpoint.note()).contains("\n" + Base64.getEncoder().encodeToString(ROOT) + "\n");
		Checkpoint opened = Checkpoint.open(this.checkpoint.note(), this.keys);
		assertThat(opened).isEqualTo(this.checkpoint);
		assertThat(opened.size()).isEqualTo(42);
		assertThat(opened.root()).isEqualTo(ROOT);
		assertThat(opened.origin()).isEqualTo("example.com/audit/main");
	}

	/**
	 * The example of golang.org/x/mod/sumdb/note, made by that library.
	 */
	@Test
	void opensNotesOfOthers() {
		VerifierKey key = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
		assertThat(key.toString()).isEqualTo("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
		SignedNote note = SignedNote
			.parse("""
					If you think cryptography is the answer to your problem,
					then you don't know what your problem is.

					\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
					""");
		note.verify(TrustedKeys.of(key));
		assertThatExceptionOfType(InvalidCheckpointException.class).isThrownBy(
				() -> new SignedNote(note.text().replace("you", "they"), note.signatures()).verify(TrustedKeys.of(key)))
			.withMessageContaining("The signature of 'PeterNeumann+c74f20a3' is wrong");
	}

	@Test
	void aChangedTextIsRefused() {
		for (String forged : new String[] { this.checkpoint.note().replace("\n42\n", "\n41\n"),
				this.checkpoint.note().replace("main", "side"),
				this.checkpoint.note()
					.replace(Base64.getEncoder().encodeToString(ROOT),
							Base64.getEncoder().encodeToString(Sha256.hash())) }) {
			assertThatExceptionOfType(InvalidCheckpointException.class)
				.isThrownBy(() -> Checkpoint.open(forged, this.keys))
				.withMessageContaining("signature of 'example.com/audit+")
				.withMessageContaining("is wrong");
		}
	}

	@Test
	void unknownAndRetiredKeysAreRefused() {
		CheckpointSigner stranger = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());
		String note = Checkpoint.sign("example.com/audit/main", 42, ROOT, stranger).note();
		assertThatExceptionOfType(InvalidCheckpointException.class).isThrownBy(() -> Checkpoint.open(note, this.keys))
			.withMessageContaining("Only unknown or retired keys signed it: [example.com/audit+");
	}

	@Test
	void afterARotationBothKeysCount() {
		CheckpointSigner next = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());
		TrustedKeys both = TrustedKeys.of(VerifierKey.of(next), VerifierKey.of(this.signer));
		Checkpoint newer = Checkpoint.sign("example.com/audit/main", 43, ROOT, next);
		assertThat(Checkpoint.open(newer.note(), both).size()).isEqualTo(43);
		assertThat(Checkpoint.open(this.checkpoint.note(), both).size()).isEqualTo(42);
	}

	@Test
	void signaturesOfUnknownKeysDoNotHurtBesideAKnownOne() {
		CheckpointSigner witness = Ed25519Signer.ofPem("witness", Ed25519Signer.newPem());
		String cosigned = this.checkpoint.note() + Checkpoint.sign("example.com/audit/main", 42, ROOT, witness)
			.note()
			.lines()
			.skip(4)
			.findFirst()
			.orElseThrow() + "\n";
		assertThat(Checkpoint.open(cosigned, this.keys).saysTheSameAs(this.checkpoint)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "no signature\n", "a\n1\nAAAA\n\n", "a\n1\nAAAA\n\nx", "a\n1\nAAAA\n\n- a AAAA\n",
			"a\n1\nAAAA\n\n\u2014 a AAAAAAAAAA\n\n", "a\n1\nAAAA\n\n\u2014 a !!!!\n", "a\n1\nAAAA\n\n\u2014 a AAAA\n",
			"a\n1\nAAAA\r\n\n\u2014 a AAAAAAAAAA==\n", "a\n01\nAAAA\n\n\u2014 a AAAAAAAAAA==\n",
			"a\n-1\nAAAA\n\n\u2014 a AAAAAAAAAA==\n", "a\n1\nAAAA\n\n\u2014 a AAAAAAAAAA==\n",
			"a\n9999999999999999999\nAAAA\n\n\u2014 a AAAAAAAAAA==\n" })
	void malformedNotesAreRefused(String note) {
		assertThatExceptionOfType(InvalidCheckpointException.class).isThrownBy(() -> Checkpoint.parse(note));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "two words", "a+b", "a\nb", "a\tb", "a\u00a0b", "a\u2028b", "a\u0000b" })
	void namesThatANoteCannotHoldAreRefused(String name) {
		assertThatIllegalArgumentException().isThrownBy(() -> Checkpoint.origin("example.com/audit", name))
			.withMessageContaining("neither white space nor plus signs");
		assertThatIllegalArgumentException().isThrownBy(() -> Checkpoint.origin(name, "main"));
		assertThatIllegalArgumentException().isThrownBy(() -> new VerifierKey(name, this.signer.publicKey()));
	}

	@Test
	void otherNamesAreFine() {
		assertThat(Checkpoint.origin("example.com/audit", "k\u00e6de/1")).isEqualTo("example.com/audit/k\u00e6de/1");
	}

	@Test
	void aSignerThatGivesAWrongSignatureIsCaught() {
		CheckpointSigner broken = new CheckpointSigner() {

			@Override
			public String name() {
				return "broken";
			}

			@Override
			public byte[] publicKey() {
				return CheckpointTests.this.signer.publicKey();
			}

			@Override
			public byte[] sign(byte[] message) {
				return new byte[64];
			}

		};
		assertThatIllegalStateException().isThrownBy(() -> Checkpoint.sign("a/b", 1, ROOT, broken))
			.withMessageContaining("'broken+");
	}

	/** RFC 8032, section 7.1, test 1, as PKCS#8. */
	@Test
	void thePublicKeyIsDerivedFromThePrivateOne() {
		byte[] pkcs8 = HexFormat.of()
			.parseHex("302e020100300506032b657004220420"
					+ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
		String pem = "-----BEGIN PRIVATE KEY-----\n" + Base64.getEncoder().encodeToString(pkcs8)
				+ "\n-----END PRIVATE KEY-----\n";
		CheckpointSigner rfc8032 = Ed25519Signer.ofPem("test", pem);
		assertThat(HexFormat.of().formatHex(rfc8032.publicKey()))
			.isEqualTo("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
		assertThat(HexFormat.of().formatHex(rfc8032.sign(new byte[0])))
			.isEqualTo("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
					+ "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "secret", "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----",
			"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----" })
	void otherKeysAreRefusedWithoutRepeatingThem(String pem) {
		assertThatIllegalArgumentException().isThrownBy(() -> Ed25519Signer.ofPem("test", pem))
			.withMessageMatching("it is not (a single unencrypted private key|an Ed25519 key).*")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("secret", "c2VjcmV0"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "name", "name+00000000", "name+00000000+AAAA", "name+00000000+!",
			"PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
			"PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW" })
	void malformedVerifierKeysAreRefused(String key) {
		assertThatIllegalArgumentException().isThrownBy(() -> VerifierKey.parse(key));
	}

}
