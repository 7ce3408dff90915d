package io.auditspring.web;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.InclusionReceipt;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.merkle.MerkleTree;
import io.auditspring.ledger.merkle.InclusionProof;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.RootLog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A monitor follows a chain over HTTP, and sees no entry.
 */
class TilesTests {

	private static final String PEM = Ed25519Signer.newPem();

	private static final VerifierKey KEY = VerifierKey.of(Ed25519Signer.ofPem("example.com/shop", PEM));

	private static final String CHAIN = "/audit/api/chains/main";

	@TempDir
	private static Path directory;

	private static ConfigurableApplicationContext context;

	private static Checkpoint older;

	private static Checkpoint newer;

	private final Visitor monitor = Visitor.anonymous(context).as("mona");

	@BeforeAll
	static void start() throws IOException {
		Path key = Files.writeString(directory.resolve("key.pem"), PEM);
		context = WebFixture.application()
			.properties("audit.web.monitor-authority=ROLE_MONITOR", "audit.checkpoint.origin=example.com/shop",
					"audit.checkpoint.private-key-location=file:" + key, "audit.checkpoint.interval=1h")
			.run();
		older = grow(300);
		newer = grow(700);
	}

	private static Checkpoint grow(int size) {
		AuditLog log = new AuditLog(context.getBean(DataSource.class));
		AuditRecorder recorder = context.getBean(AuditRecorder.class);
		for (long i = log.count(); i < size; i++) {
			recorder.record(AuditRecord.action("order.pay").target("Order", i).build());
		}
		log.await(size);
		return context.getBean(Checkpoints.class).create("main").orElseThrow();
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@Test
	void theTilesOfEverySizeLeadToWhatIsSigned() {
		HttpResponse<String> answer = this.monitor.get(CHAIN + "/checkpoint");
		assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/plain;charset=UTF-8");
		assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
		assertThat(Checkpoint.open(answer.body(), TrustedKeys.of(KEY))).isEqualTo(newer);
		assertThat(root("000", "001.p/44")).isEqualTo(older.root());
		assertThat(root("000", "001", "002.p/188")).isEqualTo(newer.root());
		byte[] above = this.monitor.bytes(CHAIN + "/tile/1/000.p/2").body();
		assertThat(Arrays.copyOf(above, 32)).isEqualTo(root("000"));
		assertThat(Arrays.copyOfRange(above, 32, 64)).isEqualTo(root("001"));
	}

	@Test
	void whoSaysWhatItIsGetsIt() {
		assertThat(this.monitor.with("Accept", "text/plain").get(CHAIN + "/checkpoint").statusCode()).isEqualTo(200);
		assertThat(this.monitor.with("Accept", "application/octet-stream").get(CHAIN + "/tile/0/000").statusCode())
			.isEqualTo(200);
		assertThat(this.monitor.with("Accept", "application/json").get(CHAIN + "/checkpoint").statusCode())
			.isEqualTo(406);
	}

	private byte[] root(String... tiles) {
		MerkleTree tree = new MerkleTree();
		for (String tile : tiles) {
			HttpResponse<byte[]> answer = this.monitor.bytes(CHAIN + "/tile/0/" + tile);
			assertThat(answer.statusCode()).isEqualTo(200);
			assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/octet-stream");
			assertThat(answer.headers().firstValue("Cache-Control").orElseThrow()).contains("max-age=31536000",
					"private", "immutable");
			for (int i = 0; i < answer.body().length; i += 32) {
				tree.append(Arrays.copyOfRange(answer.body(), i, i + 32));
			}
		}
		return tree.root();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/tile/0/002", "/tile/0/002.p/189", "/tile/0/003.p/1", "/tile/1/000", "/tile/1/000.p/3",
			"/tile/1/001.p/1", "/tile/2/000.p/1", "/tile/0/000.p/256", "/tile/0/000.p/0", "/tile/0/000.p/01",
			"/tile/0/0", "/tile/0/x000/000", "/tile/00/000", "/tile/7/000", "/tile/63/000", "/tile/64/000",
			"/tile/-1/000", "/tile/0/x999/x999/x999/x999/x999/999", "/tile/entries/000", "/tile/entries/000.p/1",
			"/tile/0/", "/tile/0", "/tile/0/000/" })
	void whatThereIsNotIsNotFound(String path) {
		assertThat(this.monitor.status(CHAIN + path)).isEqualTo(404);
	}

	@Test
	void thereIsNothingOfAChainThatIsNone() {
		assertThat(this.monitor.status("/audit/api/chains/side/checkpoint")).isEqualTo(404);
		assertThat(this.monitor.status("/audit/api/chains/side/tile/0/000.p/1")).isEqualTo(404);
	}

	@Test
	void onlyWhoMaySeesHashesAndAMonitorNothingElse() {
		for (String path : List.of("/checkpoint", "/tile/0/000")) {
			assertThat(Visitor.anonymous(context).status(CHAIN + path)).isEqualTo(401);
			assertThat(Visitor.anonymous(context).as("jane").status(CHAIN + path)).isEqualTo(403);
			assertThat(Visitor.anonymous(context).as("carol").status(CHAIN + path)).isEqualTo(200);
		}
		for (String path : List.of("/entries", "/ledger", "/verification", "/statistics", "/reader", "/live",
				"/export?format=ndjson", "/suggestions?attribute=action")) {
			assertThat(this.monitor.status("/audit/api" + path)).as(path).isEqualTo(403);
		}
	}

	@Test
	void publicLibrariesFollowItAndRefuseWhatWasChanged(@TempDir Path build) throws IOException {
		assumeTrue(GoProgram.isInstalled(), "Debian's golang-go and golang-golang-x-mod-dev are not installed");
		GoProgram stranger = new GoProgram("follow.go", build);
		assertThat(stranger.run(claims((claims) -> claims))).startsWith("followed by ");
		assertThat(stranger.run(claims((claims) -> claims.put("Newer", newer.note().replace("\n700\n", "\n701\n")))))
			.startsWith("checkpoint:");
		assertThat(stranger.run(claims((claims) -> claims.put("Key", KEY.toString().replace("shop+", "shop2+")))))
			.startsWith("key:");
		for (String tile : List.of("0/000", "0/002.p/188", "1/000.p/2")) {
			assertThat(stranger.run(claims((claims) -> claims.put("Spoilt", tile)))).as(tile)
				.matches("(tiles|consistency|inclusion): .*");
		}
		assertThat(stranger.run(claims((claims) -> claims.put("Leaf", 8)))).startsWith("inclusion:");
		assertThat(stranger.run(claims((claims) -> claims.put("Older",
				Checkpoint
					.sign("example.com/shop/main", 300, newer.root(), Ed25519Signer.ofPem("example.com/shop", PEM))
					.note()))))
			.startsWith("consistency:");
	}

	@Test
	void aProofIsWrittenAsOthersReadIt() {
		InclusionReceipt receipt = context.getBean(Checkpoints.class).inclusion("main", 7, 700).orElseThrow();
		String proof = receipt.tlogProof();
		List<String> lines = proof.lines().toList();
		assertThat(lines).startsWith("c2sp.org/tlog-proof@v1", "index 7");
		int end = lines.indexOf("");
		List<byte[]> path = lines.subList(2, end).stream().map(Base64.getDecoder()::decode).toList();
		Checkpoint checkpoint = Checkpoint.open(proof.substring(proof.indexOf("\n\n") + 2), TrustedKeys.of(KEY));
		byte[] leaf = Arrays.copyOfRange(this.monitor.bytes(CHAIN + "/tile/0/000").body(), 7 * 32, 8 * 32);
		assertThat(new InclusionProof(7, checkpoint.size(), path).proves(leaf, checkpoint.root())).isTrue();
		assertThat(proof).hasSizeLessThan(5_000);
	}

	@Test
	void publicLibrariesTakeTheProofByTheChainAndNoOther(@TempDir Path build) throws IOException {
		assumeTrue(GoProgram.isInstalled(), "Debian's golang-go and golang-golang-x-mod-dev are not installed");
		String id = new AuditLog(context.getBean(DataSource.class)).entries().get(7).get("id").toString();
		String path = "/audit/api/entries/" + id + "/proof?format=tlog-proof";
		assertThat(Visitor.anonymous(context).as("jane").status(path)).isEqualTo(403);
		HttpResponse<String> answer = Visitor.anonymous(context).as("carol").get(path);
		assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/plain;charset=UTF-8");
		assertThat(answer.headers().firstValue("Content-Disposition"))
			.hasValueSatisfying((value) -> assertThat(value).contains(id + ".tlog-proof"));
		GoProgram stranger = new GoProgram("tlogproof.go", build);
		assertThat(stranger.run(KEY + "\n" + answer.body())).startsWith("proven: 7 of ").contains(id);
		List<String> lines = answer.body().lines().toList();
		for (int line = 1; line < lines.size(); line++) {
			List<String> changed = new ArrayList<>(lines);
			changed.set(line, lines.get(line).replaceFirst("[A-Za-z2-8]([A-Za-z0-9+/=]*)$", "9$1"));
			if (!changed.equals(lines)) {
				assertThat(stranger.run(KEY + "\n" + String.join("\n", changed) + "\n")).as(lines.get(line))
					.doesNotStartWith("proven");
			}
		}
		assertThat(Visitor.anonymous(context).as("carol").get(path + "2").body()).contains("format takes tlog-proof");
	}

	@Test
	void publicLibrariesTakeTheProofByTheRootLogAndNoOther(@TempDir Path build) throws IOException {
		assumeTrue(GoProgram.isInstalled(), "Debian's golang-go and golang-golang-x-mod-dev are not installed");
		context.getBean(RootLog.class).record(Duration.ZERO);
		context.getBean(Checkpoints.class).create("root");
		String id = new AuditLog(context.getBean(DataSource.class)).entries().get(7).get("id").toString();
		String path = "/audit/api/entries/" + id + "/proof";
		assertThat(Visitor.anonymous(context).as("jane").status(path)).isEqualTo(403);
		assertThat(Visitor.anonymous(context).as("carol").status("/audit/api/entries/" + UUID.randomUUID() + "/proof"))
			.isEqualTo(404);
		String proof = Visitor.anonymous(context).as("carol").get(path).body();
		GoProgram stranger = new GoProgram("prove.go", build);
		assertThat(stranger.run(KEY + "\n" + proof)).startsWith("proven in ");
		assertThat(proof).hasSizeLessThan(5_000);
		JsonNode read = new JsonMapper().readTree(proof);
		for (String member : List.of("hash", "inChain", "head", "inMap", "rootEntry", "inRoot", "checkpoint")) {
			ObjectNode changed = (ObjectNode) read.deepCopy();
			changed.set(member, new JsonMapper().readTree(read.get(member).toString().replaceFirst("[0-8]", "9")));
			assertThat(stranger.run(KEY + "\n" + changed)).as(member).doesNotStartWith("proven");
		}
	}

	private String claims(UnaryOperator<ObjectNode> change) {
		byte[] leaf = Arrays.copyOfRange(this.monitor.bytes(CHAIN + "/tile/0/000").body(), 7 * 32, 8 * 32);
		String credentials = Base64.getEncoder().encodeToString("mona:mona-secret".getBytes(StandardCharsets.UTF_8));
		ObjectNode claims = new JsonMapper().valueToTree(Map.of("Key", KEY.toString(), "URL",
				this.monitor.address() + CHAIN, "Auth", "Basic " + credentials, "Older", older.note(), "Newer",
				newer.note(), "Leaf", 7, "Hash", Base64.getEncoder().encodeToString(leaf)));
		return change.apply(claims).toString();
	}

}
