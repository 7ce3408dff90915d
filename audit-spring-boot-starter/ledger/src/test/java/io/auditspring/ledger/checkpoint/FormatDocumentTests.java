package io.auditspring.ledger.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.internal.merkle.MerkleTree;
import io.auditspring.ledger.internal.merkle.Sha256;
import io.auditspring.ledger.internal.tree.RootMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The examples of the document that describes the format are those of the code.
 */
class FormatDocumentTests {

	private static final HexFormat HEX = HexFormat.of();

	/** What stands before the 32 bytes of an Ed25519 key in PKCS#8. */
	private static final String PKCS8 = "302e020100300506032b657004220420";

	private final String document = read(Path.of("../docs/LEDGER-FORMAT.md"));

	private final byte[] root = rootOfTheVectors();

	@Test
	void theSignedCheckpoint() {
		String note = found("the note is:\n\n```\n(.*?)```\n");
		CheckpointSigner signer = Ed25519Signer.ofPem("example.com/audit", """
				-----BEGIN PRIVATE KEY-----
				%s
				-----END PRIVATE KEY-----
				""".formatted(Base64.getEncoder().encodeToString(HEX.parseHex(PKCS8 + seed()))));
		assertThat(note).isEqualTo(Checkpoint.sign("example.com/audit/main", 3, this.root, signer).note());
		String key = found("The verifier key is\\s+`(.*?)`");
		assertThat(key).isEqualTo(VerifierKey.of(signer).toString());
		assertThat(Checkpoint.open(note, TrustedKeys.of(VerifierKey.parse(key))).root()).isEqualTo(this.root);
	}

	@Test
	void theHeadOfTheRootLog() {
		RootHead head = new RootHead("main", 3, this.root, false);
		assertThat(found("the head of `main` is\\s+`(.*?)`")).isEqualTo(head.canonical());
		RootMap map = new RootMap();
		map.put(head);
		assertThat(found("its leaf is\\s+`(.*?)`")).isEqualTo(HEX.formatHex(head.leafHash()))
			.isEqualTo(HEX.formatHex(map.root()));
		assertThat(found("and `heads` is\\s+`(.*?)`"))
			.isEqualTo(HEX.formatHex(Sha256.hash(Sha256.utf8("[" + head.canonical() + "]"))));
	}

	private String found(String pattern) {
		Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(this.document);
		assertThat(matcher.find()).as(pattern).isTrue();
		return matcher.group(1);
	}

	/** The bytes 0x00, 0x01 … 0x1f. */
	private static String seed() {
		byte[] seed = new byte[32];
		for (int i = 0; i < seed.length; i++) {
			seed[i] = (byte) i;
		}
		return HEX.formatHex(seed);
	}

	private static byte[] rootOfTheVectors() {
		try (InputStream vectors = FormatDocumentTests.class.getResourceAsStream("/ledger-vectors.json")) {
			MerkleTree tree = new MerkleTree();
			for (JsonNode entry : JsonMapper.shared().readTree(Objects.requireNonNull(vectors)).get("entries")) {
				tree.append(HEX.parseHex(entry.get("hash").stringValue()));
			}
			return tree.root();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file, StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
