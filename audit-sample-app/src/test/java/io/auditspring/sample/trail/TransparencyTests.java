package io.auditspring.sample.trail;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.function.Consumer;

import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.sample.BackOffice;
import io.auditspring.sample.BackOfficeTest;
import io.auditspring.sample.Entries;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What the running application answers over HTTP is checked by a public implementation
 * that knows nothing of it.
 */
@BackOfficeTest
class TransparencyTests {

	@Autowired
	private BackOffice backOffice;

	@Autowired
	private Entries entries;

	@Autowired
	private CheckpointSigner signer;

	private final JsonMapper json = new JsonMapper();

	@Test
	void aStrangerAcceptsWhatIsTrueAndRefusesAllElse(@TempDir Path directory) throws IOException {
		assumeTrue(PublicVerifier.isInstalled(), "Debian's golang-go and golang-golang-x-mod-dev are not installed");
		PublicVerifier stranger = new PublicVerifier(directory);
		ObjectNode claims = claims();
		assertThat(stranger.verify(claims.toString())).isEqualTo(new PublicVerifier.Answer(0, "all claims hold"));

		assertRefused(stranger, claims, "checkpoint", (it) -> replace(it, "newer", "\n(\\d+)\n", "\n1$1\n"));
		assertRefused(stranger, claims, "checkpoint", (it) -> replace(it, "older", "back-office/main", "other/main"));
		assertRefused(stranger, claims, "checkpoint", (it) -> it.put("key", strangeKey()));
		assertRefused(stranger, claims, "inclusion", (it) -> it.put("leaf", it.get("leaf").asLong() - 1));
		assertRefused(stranger, claims, "inclusion", (it) -> it.put("hash", flipped(it.get("hash"))));
		assertRefused(stranger, claims, "inclusion", (it) -> flipFirst((ArrayNode) it.get("path")));
		assertRefused(stranger, claims, "inclusion", (it) -> ((ArrayNode) it.get("path")).remove(0));
		assertRefused(stranger, claims, "consistency", (it) -> flipFirst((ArrayNode) it.get("growth")));
		assertRefused(stranger, claims, "consistency", (it) -> ((ArrayNode) it.get("growth")).remove(0));
	}

	private ObjectNode claims() {
		createProject("Older");
		JsonNode older = checkpoint();
		JsonNode entry = createProject("Proved");
		createProject("Newer");
		JsonNode newer = latestCheckpoint();
		JsonNode proof = this.entries.get("/api/audit/entries/%s/proof".formatted(entry.get("id").asString()));
		assertThat(proof.get("seq")).isEqualTo(entry.get("seq"));
		assertThat(Base64.getDecoder().decode(proof.get("hash").asString())).asHexString()
			.isEqualToIgnoringCase(entry.get("hash").asString());
		JsonNode growth = this.entries
			.get("/api/audit/consistency?from=%s&to=%s".formatted(older.get("size"), proof.at("/checkpoint/size")));
		ObjectNode claims = this.json.createObjectNode();
		claims.put("key", VerifierKey.of(this.signer).toString());
		claims.set("older", older.get("note"));
		claims.set("newer", growth.at("/newer/note"));
		claims.set("growth", growth.at("/proof/path"));
		claims.set("leaf", proof.get("seq"));
		claims.set("hash", proof.get("hash"));
		claims.set("path", proof.at("/proof/path"));
		assertThat(newer.get("size").asLong()).isGreaterThan(older.get("size").asLong());
		return claims;
	}

	/** The application may sign another one at any time. */
	private JsonNode latestCheckpoint() {
		return Awaitility.await().atMost(Duration.ofMinutes(1)).until(this::checkpoint, this::isLatest);
	}

	private boolean isLatest(JsonNode checkpoint) {
		return this.entries.get("/api/audit/checkpoints/latest").get("note").equals(checkpoint.get("note"));
	}

	private JsonNode checkpoint() {
		return this.backOffice.create("admin", "/api/audit/checkpoints", "");
	}

	private JsonNode createProject(String name) {
		JsonNode project = this.backOffice.create("admin", "/api/projects", "{\"name\": \"%s\"}".formatted(name));
		return this.entries.await("action=project.created&targetType=Project&targetId=" + project.get("id"));
	}

	private static void assertRefused(PublicVerifier stranger, ObjectNode claims, String what,
			Consumer<ObjectNode> forgery) {
		ObjectNode forged = claims.deepCopy();
		forgery.accept(forged);
		assertThat(forged).isNotEqualTo(claims);
		PublicVerifier.Answer answer = stranger.verify(forged.toString());
		assertThat(answer.text()).startsWith(what + ":");
		assertThat(answer.status()).isEqualTo(1);
	}

	private static void replace(ObjectNode claims, String name, String pattern, String replacement) {
		claims.put(name, claims.get(name).asString().replaceFirst(pattern, replacement));
	}

	private String strangeKey() {
		byte[] other = this.signer.publicKey();
		other[0] ^= 1;
		return new VerifierKey(this.signer.name(), other).toString();
	}

	private static void flipFirst(ArrayNode hashes) {
		hashes.set(0, flipped(hashes.get(0)));
	}

	private static String flipped(JsonNode base64) {
		byte[] hash = Base64.getDecoder().decode(base64.asString());
		hash[0] ^= 1;
		return Base64.getEncoder().encodeToString(hash);
	}

	@Test
	void onlyAuditorsGetProofs() {
		for (String path : new String[] { "/api/audit/checkpoints/latest", "/api/audit/consistency?from=1&to=1",
				"/api/audit/entries/00000000-0000-0000-0000-000000000000/proof" }) {
			this.backOffice.as("analyst").get().uri(path).exchange().expectStatus().isForbidden();
		}
	}

	@Test
	void whatThereIsNotIsNotProved() {
		this.backOffice.as("admin")
			.get()
			.uri("/api/audit/entries/00000000-0000-0000-0000-000000000000/proof")
			.exchange()
			.expectStatus()
			.isNotFound();
		this.backOffice.as("admin")
			.get()
			.uri("/api/audit/consistency?from=999999998&to=999999999")
			.exchange()
			.expectStatus()
			.isNotFound();
	}

}
