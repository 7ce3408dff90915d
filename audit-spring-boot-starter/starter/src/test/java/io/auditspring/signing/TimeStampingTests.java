package io.auditspring.signing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.Roles;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.DirectoryAnchor;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TimeStampAuthority;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.merkle.Sha256;
import io.auditspring.ledger.internal.table.EntryKey;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.SelectionVerification;
import io.auditspring.ledger.verify.SelectionVerifier;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.web.internal.export.SelectionExport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Time stamps of checkpoints. The authority is OpenSSL's ({@code openssl ts}) behind a
 * small server.
 */
class TimeStampingTests {

	private static final String ORIGIN = "example.com/audit";

	private static final Ed25519Signer SIGNER = Ed25519Signer.ofPem(ORIGIN, Ed25519Signer.newPem());

	private static final TrustedKeys KEYS = TrustedKeys.of(VerifierKey.of(SIGNER));

	@TempDir
	private static Path office;

	private static HttpServer server;

	/** Answers this instead, if it is not 0. */
	private static volatile int broken;

	@TempDir
	private Path directory;

	private final LedgerDatabase database = LedgerDatabase.create();

	@BeforeAll
	static void open() throws IOException {
		assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not installed");
		Files.writeString(office.resolve("tsa.cnf"), """
				[req]
				distinguished_name = name
				[name]
				[root]
				basicConstraints = critical,CA:true
				keyUsage = critical,keyCertSign
				[stamps]
				basicConstraints = critical,CA:false
				extendedKeyUsage = critical,timeStamping
				[tsa]
				default_tsa = office
				[office]
				serial = ./serial
				default_policy = 1.2.3.4.1
				digests = sha256
				accuracy = secs:1
				signer_digest = sha256
				ess_cert_id_alg = sha256
				""");
		for (String root : List.of("root", "other")) {
			openssl("req -x509 -newkey rsa:2048 -nodes -keyout %1$s.key -out %1$s.pem -subj /CN=%1$s -days 30 -config tsa.cnf -extensions root"
				.formatted(root));
		}
		openssl("req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=tsa -config tsa.cnf");
		openssl("x509 -req -in tsa.csr -CA root.pem -CAkey root.key -set_serial 7 -out tsa.pem -days 30 -extfile tsa.cnf -extensions stamps");
		server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		server.createContext("/", TimeStampingTests::answer);
		server.start();
	}

	private static void openssl(String arguments) {
		try {
			ProcessBuilder builder = new ProcessBuilder(("openssl " + arguments).split(" ")).directory(office.toFile())
				.redirectErrorStream(true);
			Process process = builder.start();
			process.getOutputStream().close();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(process.waitFor()).as(output).isZero();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void answer(HttpExchange exchange) throws IOException {
		assertThat(exchange.getRequestHeaders().getFirst("Content-Type")).isEqualTo("application/timestamp-query");
		Files.write(office.resolve("query"), exchange.getRequestBody().readAllBytes());
		openssl("ts -reply -config tsa.cnf -queryfile query -signer tsa.pem -inkey tsa.key -out reply");
		byte[] reply = Files.readAllBytes(office.resolve("reply"));
		exchange.sendResponseHeaders((broken != 0) ? broken : 200, reply.length);
		exchange.getResponseBody().write(reply);
		exchange.close();
	}

	@AfterAll
	static void close() {
		if (server != null) {
			server.stop(0);
		}
	}

	private static TimeStampAuthority trusting(String root) throws IOException {
		return TimeStampAuthority.trusting(Files.readAllBytes(office.resolve(root + ".pem")));
	}

	private Checkpoints checkpoints() {
		return new Checkpoints(this.database.dataSource(), this.database.schema(), ORIGIN, KEYS,
				new CheckpointSigning(SIGNER, new SignerMemory(this.directory.resolve("memory")), List.of()));
	}

	private CheckpointWorker worker(String root) throws IOException {
		Checkpoints checkpoints = checkpoints();
		URI url = URI.create("http://127.0.0.1:%d/tsa/".formatted(server.getAddress().getPort()));
		return new CheckpointWorker(checkpoints, "main", null,
				List.of(new DirectoryAnchor(this.directory.resolve("anchor"), ORIGIN)), Duration.ofHours(1), null,
				new TimeStamping(checkpoints, trusting(root), url), () -> 0);
	}

	private ChainVerification verify(String root) throws IOException {
		return new LedgerVerifier(this.database.dataSource(), this.database.schema(),
				new TrustPolicy(KEYS, List.of(), ORIGIN, null, trusting(root)), VerificationProgress.NONE)
			.verify("main");
	}

	@Test
	void eachCheckpointIsStampedAndOthersCanCheckIt() throws IOException {
		Instant before = Instant.now().minusSeconds(2);
		CheckpointWorker worker = worker("root");
		for (int size : new int[] { 5, 10 }) {
			this.database.append("main", Entries.entries(5));
			worker.run();
			assertThat(worker.problem()).isEmpty();
			Checkpoint latest = checkpoints().latest("main").orElseThrow();
			assertThat(latest.size()).isEqualTo(size);
			assertThat(trusting("root").stamped(latest))
				.hasValueSatisfying((time) -> assertThat(time).isBetween(before, Instant.now().plusSeconds(2)));
			assertThat(verify("root").problems()).isEmpty();
		}
		Checkpoint latest = checkpoints().latest("main").orElseThrow();
		assertThat(new DirectoryAnchor(this.directory.resolve("anchor"), ORIGIN).latest("main"))
			.hasValue(latest.note());
		// As an auditor does it who has nothing of ours.
		String line = latest.note().lines().filter((each) -> each.contains("/tsa ")).findFirst().orElseThrow();
		byte[] identified = Base64.getDecoder().decode(line.substring(line.lastIndexOf(' ') + 1));
		Files.write(office.resolve("token"), Arrays.copyOfRange(identified, 4, identified.length));
		Files.writeString(office.resolve("signed"),
				String.join("\n", latest.note().lines().toList().subList(0, 5)) + "\n");
		openssl("ts -verify -in token -token_in -data signed -CAfile root.pem");
	}

	@Test
	void aTimeStampOfAnotherAuthorityDoesNotCount() throws IOException {
		this.database.append("main", Entries.entries(5));
		CheckpointWorker worker = worker("other");
		worker.run();
		assertThat(worker.problem())
			.hasValueSatisfying((problem) -> assertThat(problem).contains("gave no time stamp", "not right"));
		assertThat(worker.failures()).isOne();
		assertThat(worker.refusals()).isZero();
		worker("root").run();
		assertThat(verify("root").problems()).isEmpty();
		assertThat(verify("other").counts()).containsOnlyKeys(Problem.Kind.TIME_STAMP);
		assertThat(verify("other").tampered()).isFalse();
	}

	@Test
	void aTimeStampOfAnotherCheckpointDoesNotCount() throws IOException {
		this.database.append("main", Entries.entries(5));
		worker("root").run();
		List<String> lines = checkpoints().latest("main")
			.orElseThrow()
			.note()
			.lines()
			.map((line) -> line + "\n")
			.toList();
		Checkpoint other = Checkpoint.sign(ORIGIN + "/main", 6, new byte[32], SIGNER)
			.with(lines.subList(5, lines.size()));
		assertThat(other.note()).contains("/tsa ");
		assertThat(trusting("root").missing(other)).contains("The time stamp is of something else");
		String note = checkpoints().latest("main").orElseThrow().note();
		int end = note.length() - 10;
		Checkpoint changed = Checkpoint
			.parse(note.substring(0, end) + ((note.charAt(end) == 'A') ? 'B' : 'A') + note.substring(end + 1));
		assertThat(trusting("root").stamped(changed)).isEmpty();
	}

	/**
	 * Anybody who may write cosignatures may write something that is no time stamp, but
	 * is called one.
	 */
	@Test
	void whatIsNoTimeStampIsNoneThatCountsAndHidesNothing() throws IOException {
		this.database.append("main", Entries.entries(5));
		checkpoints().create("main");
		Roles.apply(this.database.dataSource(), this.database.schema());
		Files.writeString(office.resolve("text"), "x");
		Files.write(office.resolve("integer"), new byte[] { 2, 1, 7 });
		String cms = "cms -sign -binary -signer tsa.pem -inkey tsa.key -outform DER -out token "
				+ "-econtent_type 1.2.840.113549.1.9.16.1.4 ";
		openssl(cms + "-in text");
		addTimeStamp("detached", Files.readAllBytes(office.resolve("token")));
		openssl(cms + "-in integer -nodetach -noattr");
		addTimeStamp("integer", Files.readAllBytes(office.resolve("token")));
		openssl(cms + "-in text -nodetach");
		addTimeStamp("text", Files.readAllBytes(office.resolve("token")));
		addTimeStamp("empty", new byte[] { 0x30, 0 });
		addTimeStamp("nested", HexFormat.of().parseHex("3080".repeat(20_000)));
		assertThat(verify("root").counts()).containsOnlyKeys(Problem.Kind.TIME_STAMP);
		CheckpointWorker worker = worker("root");
		worker.run();
		assertThat(worker.problem()).isEmpty();
		assertThat(verify("root").problems()).isEmpty();
		this.database.tamper("update audit.audit_log set message = 'x' where seq = 4");
		assertThat(verify("root").problems()).extracting(Problem::kind).contains(Problem.Kind.HASH);
	}

	private void addTimeStamp(String name, byte[] token) {
		byte[] id = Sha256.hash(Sha256.utf8(name + "\n"), new byte[] { (byte) 0xff }, Sha256.utf8("rfc3161"));
		byte[] identified = Arrays.copyOf(id, 4 + token.length);
		System.arraycopy(token, 0, identified, 4, token.length);
		new JdbcTemplate(Roles.user(this.database.dataSource(), "audit_writer", "audit_reader")).update(
				"insert into audit.audit_cosignature (chain, size, line) values ('main', 5, ?)",
				"\u2014 %s %s\n".formatted(name, Base64.getEncoder().encodeToString(identified)));
	}

	@Test
	void anAuthorityThatIsAwayIsLoudAndAskedAgain() throws IOException {
		this.database.append("main", Entries.entries(5));
		CheckpointWorker worker = worker("root");
		broken = 503;
		worker.run();
		assertThat(worker.problem()).hasValueSatisfying((problem) -> assertThat(problem).contains("it answered 503"));
		assertThat(verify("root").counts()).containsOnlyKeys(Problem.Kind.TIME_STAMP);
		broken = 0;
		worker.run();
		assertThat(worker.problem()).isEmpty();
		assertThat(verify("root").problems()).isEmpty();
	}

	@Test
	void aSelectionIsAskedForThemToo() throws IOException {
		this.database.append("main", Entries.entries(5));
		assertThat(verify("root").counts()).as("no checkpoint").containsOnlyKeys(Problem.Kind.TIME_STAMP);
		worker("root").run();
		String selection = selection();
		assertThat(verify(selection, "root").problems()).isEmpty();
		assertThat(verify(selection, "other").problems()).extracting(Problem::kind)
			.containsExactly(Problem.Kind.TIME_STAMP);
		// Its hash is wrong then, as nothing else would be.
		String later = selection.replaceAll("\"recordedAt\":\"20", "\"recordedAt\":\"21");
		assertThat(verify(later, "root").problems()).extracting(Problem::kind)
			.contains(Problem.Kind.HASH, Problem.Kind.TIME_STAMP);
	}

	private String selection() throws IOException {
		List<EntryKey> keys = this.database.entries()
			.stream()
			.map((entry) -> new EntryKey(entry.place().id(), entry.place().recordedAt()))
			.toList();
		StringBuilder out = new StringBuilder();
		new SelectionExport(this.database.dataSource(), this.database.schema()).write("all", List.of(keys).iterator(),
				out);
		return out.toString();
	}

	private static SelectionVerification verify(String selection, String root) throws IOException {
		return new SelectionVerifier(new TrustPolicy(KEYS, List.of(), ORIGIN, null, trusting(root)))
			.verify(new BufferedReader(new StringReader(selection)));
	}

	@Test
	void entriesThatClaimALaterTimeAreTold() throws IOException {
		this.database.append("main", Entries.entries(5));
		worker("root").run();
		// It may be the end of a month.
		this.database.execute(
				"""
						select audit.audit_ensure_partition((clock_timestamp() at time zone 'UTC' + interval '10 minutes')::date)
						""");
		this.database
			.tamper("update audit.audit_log set recorded_at = recorded_at + interval '10 minutes' where seq = 4");
		assertThat(verify("root").problems()).extracting(Problem::kind)
			.contains(Problem.Kind.HASH, Problem.Kind.TIME_STAMP);
	}

}
