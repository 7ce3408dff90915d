package io.auditspring.web;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Audited;
import io.auditspring.CheckpointSigner;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.cli.Commands;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.LedgerWriter;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.retention.Redaction;
import io.auditspring.signing.Checkpoints;
import org.apache.tomcat.util.threads.ThreadPoolExecutor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.filter.ShallowEtagHeaderFilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What people take away: all of what they may see, able to be verified without us, and
 * never half of it looking like the whole.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ExportTests {

	private static final Schema SCHEMA = new Schema("audit");

	/** Of tests of what is large, which all others would export and verify with it. */
	private static final int LAST = Integer.MAX_VALUE;

	private static final String END = "\r\n0\r\n\r\n";

	private static final String LARGE = "x".repeat(20_000);

	@TempDir
	private static Path directory;

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private final Visitor nobody = Visitor.anonymous(context);

	private final Visitor carol = this.nobody.as("carol");

	private final Visitor jane = this.nobody.as("jane");

	@BeforeAll
	static void start() throws IOException {
		context = WebFixture.application(Handlers.class, Orders.class)
			.properties("audit.checkpoint.origin=shop", "audit.checkpoint.interval=1h",
					"audit.checkpoint.generate-key=true",
					"audit.checkpoint.private-key-location=file:" + directory.resolve("key.pem"))
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
		for (int i = 0; i < 300; i++) {
			record(AuditRecord.action("order.pay")
				.actor((i == 4) ? Actor.user("jane").impersonatedBy("root") : Actor.user((i % 2 == 0) ? "jane" : "bob"))
				.target("Order", i)
				.category("orders")
				.message("Paid é " + i));
		}
		record(AuditRecord.action("login").category("authentication").actor(Actor.user("jane")));
		record(AuditRecord.action("order.pay").actor(Actor.user("bob")).outcome(Outcome.DENIED).error("Not yours"));
		log.await(302);
		context.getBean(Checkpoints.class).create("main");
		record(AuditRecord.action("after.checkpoint").actor(Actor.user("jane")));
		log.await(303);
		Files.writeString(directory.resolve("key.pub"),
				VerifierKey.of(context.getBean(CheckpointSigner.class)).toString());
	}

	private static void record(AuditRecord.Builder record) {
		context.getBean(AuditRecorder.class).record(record.build());
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	/** Also of those who have hung up, whose places are taken until that is noticed. */
	@BeforeEach
	void placesAreFree() {
		Awaitility.await().until(() -> connections() == 0 && requests().getActiveCount() == 0);
	}

	private static int connections() {
		return ((HikariDataSource) context.getBean(DataSource.class)).getHikariPoolMXBean().getActiveConnections();
	}

	/** There the end of the connection is the end of the file, whatever ended it. */
	@Test
	void whatCannotTellAPartFromTheWholeGetsNoExport() throws Exception {
		for (String format : List.of("csv", "ecs", "ocsf", "ndjson", "ndjson&action=login")) {
			assertThat(asked("GET /audit/api/export?format=" + format + " HTTP/1.0")).startsWith("HTTP/1.1 505")
				.contains("application/problem+json", "\"status\":505",
						"Over HTTP/1.0 nobody can tell a cut file from a whole one", "nginx: proxy_http_version 1.1")
				.doesNotContain("Content-Disposition");
		}
		assertThat(asked("HEAD /audit/api/export?format=csv HTTP/1.0")).startsWith("HTTP/1.1 505");
		assertThat(asked("GET /audit/api/entries?limit=1 HTTP/1.0")).startsWith("HTTP/1.1 200");
		assertThat(asked("GET /audit/api/export?format=csv HTTP/1.1")).startsWith("HTTP/1.1 200").endsWith(END);
	}

	/** The answer as a proxy gets it. */
	private String asked(String line) throws IOException {
		try (Socket socket = new Socket(this.nobody.address().getHost(), this.nobody.address().getPort())) {
			socket.getOutputStream()
				.write("%s\r\nHost: shop\r\n%s: %s\r\nConnection: close\r\n\r\n"
					.formatted(line, this.carol.headers().get(0), this.carol.headers().get(1))
					.getBytes(StandardCharsets.US_ASCII));
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	@Test
	void wholeChainsAreVerifiedByTheCommandLine() throws Exception {
		HttpResponse<String> answer = this.carol.get("/audit/api/export?format=ndjson&chain=main");
		assertThat(answer.headers().firstValue("Content-Disposition"))
			.hasValue("attachment; filename=\"audit-chain.ndjson\"");
		assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
		Commands.Result ended = verify(answer.body());
		assertThat(ended.out()).contains("Chain main: ", "1 checkpoints compared", "VALID");
		assertThat(ended.status()).isZero();
		assertThat(verify(answer.body().replace("Paid é 7\"", "Paid é 8\"")).out()).contains("HASH", "TAMPERED");
	}

	@Test
	void severalWholeChainsAreAllInTheFile() throws Exception {
		append("first", 2);
		append("second", 3);
		String export = this.carol.get("/audit/api/export?format=ndjson&chain=first&chain=second&chain=first").body();
		assertThat(export.lines().filter((line) -> line.startsWith("{\"ledger\""))).hasSize(2);
		Commands.Result ended = verify(export);
		assertThat(ended.out()).contains("Chain first: 2 entries", "Chain second: 3 entries", "VALID");
		HttpResponse<String> answer = this.carol.get("/audit/api/export?format=ndjson&chain=first&chain=none");
		assertThat(answer.statusCode()).isEqualTo(400);
		assertThat(answer.body()).contains("There is no chain 'none'");
	}

	private static void append(String chain, int count) throws SQLException {
		OwnTransaction.run(context.getBean(DataSource.class), (connection) -> {
			new LedgerWriter(SCHEMA).append(connection, chain,
					Stream.generate(ExportTests::entry).limit(count).toList());
			return null;
		});
	}

	private static Entry entry() {
		Entry bare = Entries.bare("spare");
		return new Entry(bare.id(), bare.occurredAt(), null, null, bare.operation(), "spare", null, Severity.INFO,
				Outcome.SUCCESS, ActorType.SYSTEM, null, null, null, null, null, bare.actor(),
				new Entry.DataGroup(null, "Spare", null, null, null, null, null, null, null));
	}

	/** As long as nothing is sent, it can be told that it should be asked for again. */
	@Test
	void whatIsErasedMeanwhileIsNoFaultOfTheServer() throws Exception {
		append("erased", 2);
		UUID id = log.jdbc()
			.queryForObject("select id from audit.audit_log where chain = 'erased' and seq = 0", UUID.class);
		CompletableFuture<HttpResponse<String>> answer;
		try (Connection connection = context.getBean(DataSource.class).getConnection();
				Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			statement.execute("lock table audit.audit_cosignature in access exclusive mode");
			answer = CompletableFuture
				.supplyAsync(() -> this.carol.get("/audit/api/export?format=ndjson&chain=erased"));
			Awaitility.await()
				.until(() -> !log.jdbc()
					.queryForList(
							"select 1 from pg_locks where not granted and relation = 'audit.audit_cosignature'::regclass")
					.isEmpty());
			assertThat(new Redaction(context.getBean(DataSource.class), SCHEMA, () -> Entries.bare("by"))
				.redact(List.of(Objects.requireNonNull(id)), EntryGroup.DATA, "asked to")
				.erased()).isNotEmpty();
			connection.rollback();
			connection.setAutoCommit(true);
		}
		HttpResponse<String> refusal = answer.get(30, TimeUnit.SECONDS);
		assertThat(refusal.statusCode()).isEqualTo(409);
		assertThat(refusal.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(refusal.headers().firstValue("Content-Disposition")).isEmpty();
		assertThat(refusal.body()).contains("were erased while it was exported; export it again");
		assertThat(this.carol.status("/audit/api/export?format=ndjson&chain=erased")).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "&action=order.pay", "&actor=bob" })
	void aSelectionVerifiesEntryByEntry(String filter) throws Exception {
		String export = this.carol.get("/audit/api/export?format=ndjson" + filter).body();
		assertThat(export).startsWith("{\"selection\":\"").doesNotContain("\"ledger\":");
		assertThat(export.lines().filter((line) -> line.contains("\"order.pay\""))).hasSizeGreaterThanOrEqualTo(150);
		Commands.Result ended = verify(export);
		assertThat(ended.out()).contains("proved to be under a checkpoint", "none was left out cannot be told",
				"VALID");
		assertThat(ended.status()).isZero();
		assertThat(verify(export.replaceFirst("\"message\":\"Paid é", "\"message\":\"Paid è")).out())
			.contains("HASH at entry", "TAMPERED");
	}

	@Test
	void whatIsNewerThanTheCheckpointIsSaidToBeUnproved() throws Exception {
		String export = this.carol.get("/audit/api/export?format=ndjson&action=after.checkpoint").body();
		assertThat(verify(export).out()).contains("1 entries, 0 of them proved");
		export = this.carol.get("/audit/api/export?format=ndjson&action=login").body();
		assertThat(verify(export).out()).contains("1 entries, 1 of them proved");
	}

	@Test
	void aSelectionThatWasTamperedWithIsFoundOut() throws Exception {
		String export = this.carol.get("/audit/api/export?format=ndjson&action=login").body();
		List<String> lines = export.lines().toList();
		assertThat(lines).hasSize(5);
		assertThat(verify(without(lines, 3)).out()).contains("ROOT", "has no path", "TAMPERED");
		assertThat(verify(without(lines, 4)).out()).contains("MISSING", "was cut", "TAMPERED");
		assertThat(verify(without(lines, 2)).out()).contains("MISSING", "TAMPERED");
		assertThat(verify(export.replaceFirst("\"path\":\"..", "\"path\":\"00")).out()).contains("ROOT", "TAMPERED");
		assertThat(verify(export.replaceFirst("shop/main", "shop/mine")).out()).contains("SIGNATURE", "TAMPERED");
	}

	private static String without(List<String> lines, int index) {
		return String.join("\n",
				Stream.concat(lines.subList(0, index).stream(), lines.subList(index + 1, lines.size()).stream())
					.toList())
				+ "\n";
	}

	@ParameterizedTest
	@ValueSource(strings = { "csv", "ecs", "ocsf" })
	void othersTakeAwayWhatTheyDid(String format) {
		String export = this.jane.get("/audit/api/export?format=" + format).body();
		assertThat(export).contains("after.checkpoint", "login").doesNotContain("carol", "Not yours");
		assertThat(this.jane.get("/audit/api/export?format=" + format + "&actor=bob").body())
			.doesNotContain("order.pay", "Not yours");
		assertThat(this.nobody.status("/audit/api/export?format=" + format)).isEqualTo(401);
	}

	@Test
	void columnsAreChosenAndComeInTheirOrder() {
		String all = this.carol.get("/audit/api/export?format=csv&action=login").body();
		assertThat(all.lines().findFirst().orElseThrow()).startsWith("chain,seq,id,recordedAt,").endsWith(",hash");
		assertThat(this.carol.get("/audit/api/export?format=csv&action=login&fields=action,%20actorId,action").body())
			.isEqualTo("action,actorId\r\nlogin,jane\r\n");
		assertThat(this.jane.get("/audit/api/export?format=csv&action=login&fields=hash,seq,action").body())
			.isEqualTo("hash,seq,action\r\n,,login\r\n");
		assertThat(this.carol.get("/audit/api/export?format=csv&fields=action,colour").body())
			.contains("\"parameter\":\"fields\"", "recordedAt, ", "not 'action,colour'");
	}

	@Test
	void aSystemForSecurityEventsKnowsTheNames() {
		String export = this.carol.get("/audit/api/export?format=ecs").body();
		List<JsonNode> events = export.lines().map(JsonMapper.shared()::readTree).toList();
		assertThat(events).allSatisfy((event) -> {
			assertThat(event.at("/ecs/version").stringValue()).isEqualTo("9.4.0");
			assertThat(event.path("@timestamp").stringValue()).endsWith("Z");
			assertThat(event.at("/event/kind").stringValue()).isEqualTo("event");
		});
		JsonNode denied = events.stream().filter((event) -> event.has("error")).findAny().orElseThrow();
		assertThat(denied.at("/event/outcome").stringValue()).isEqualTo("failure");
		assertThat(denied.at("/event/type").toString()).isEqualTo("[\"info\",\"denied\"]");
		assertThat(denied.at("/user/id").stringValue()).isEqualTo("bob");
		JsonNode login = events.stream()
			.filter((event) -> "login".equals(event.at("/event/action").stringValue()))
			.findAny()
			.orElseThrow();
		assertThat(login.at("/event/category/0").stringValue()).isEqualTo("authentication");
		JsonNode switched = events.stream()
			.filter((event) -> event.at("/user").has("effective"))
			.findAny()
			.orElseThrow();
		assertThat(switched.at("/user/id").stringValue()).isEqualTo("root");
		assertThat(switched.at("/user/effective/id").stringValue()).isEqualTo("jane");
	}

	@Test
	void aSystemForSecurityEventsKnowsTheClasses() {
		String export = this.carol.get("/audit/api/export?format=ocsf&category=authentication").body();
		JsonNode login = JsonMapper.shared().readTree(export.lines().findFirst().orElseThrow());
		assertThat(login.path("class_uid").intValue()).isEqualTo(3002);
		assertThat(login.path("activity_id").intValue()).isEqualTo(1);
		assertThat(login.at("/user/uid").stringValue()).isEqualTo("jane");
		assertThat(login.at("/metadata/version").stringValue()).isEqualTo("1.8.0");
	}

	@Test
	void whatTellsHowMuchOthersDidIsNotTakenAwayByThem() {
		assertThat(this.jane.status("/audit/api/export?format=ndjson")).isEqualTo(403);
		String hash = "[0-9a-f]{64}";
		for (String format : List.of("csv", "ecs", "ocsf")) {
			String export = this.jane.get("/audit/api/export?action=order.pay&format=" + format).body();
			assertThat(export).contains("Paid").doesNotContain("sequence").doesNotContainPattern(hash);
			assertThat(this.carol.get("/audit/api/export?action=order.pay&format=" + format).body())
				.containsPattern(hash);
		}
	}

	@Test
	void anExportIsOneReadingAndItsHeadersNone() {
		log.settled();
		long before = readings();
		HttpResponse<String> head = this.carol.send("HEAD", "/audit/api/export?format=csv&action=none");
		assertThat(head.statusCode()).isEqualTo(200);
		assertThat(head.headers().firstValue("Content-Disposition")).isPresent();
		Awaitility.await().until(() -> log.staged() == 0);
		assertThat(readings()).isEqualTo(before);
		this.carol.get("/audit/api/export?format=csv");
		Awaitility.await().until(() -> log.staged() == 0 && readings() == before + 1);
	}

	private static long readings() {
		return log.jdbc().queryForList("""
				select 1 from audit.audit_log where action = 'audit.read' and metadata->>'read' = 'export'
				""").size();
	}

	@Test
	void whatIsWrongIsSaidBeforeAnythingIsSent() {
		for (String query : List.of("format=xlsx", "", "format=csv&limit=3", "format=ndjson&chain=none",
				"format=ecs&colour=red", "format=csv&format=ecs")) {
			HttpResponse<String> answer = this.carol.get("/audit/api/export?" + query);
			assertThat(answer.statusCode()).as(query).isEqualTo(400);
			assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
			assertThat(answer.headers().firstValue("Content-Disposition")).as(query).isEmpty();
		}
	}

	@Order(LAST)
	@ParameterizedTest
	@ValueSource(strings = { "csv", "ecs", "ndjson&targetType=Large", "ndjson" })
	@ExtendWith(OutputCaptureExtension.class)
	void whoHangsUpEndsTheQueryAndLeavesNoLineInTheLog(String format, CapturedOutput output) throws Exception {
		large();
		try (HangingVisitor visitor = HangingVisitor.ask(this.carol, "/audit/api/export?format=" + format)) {
			visitor.readSome();
		}
		Awaitility.await()
			.atMost(Duration.ofSeconds(90))
			.until(() -> connections() == 0 && requests().getActiveCount() == 0);
		assertThat(output.getAll()).doesNotContain("Servlet.service()", "BrokenOffException");
	}

	/**
	 * Also while views are open, as they are unless an application says otherwise: its
	 * requests keep their connection until they have ended.
	 */
	@Order(LAST)
	@ParameterizedTest
	@ValueSource(strings = { "csv", "ecs", "ndjson&targetType=Large", "ndjson&chain=main", "ndjson" })
	void whoReadsSlowlyHoldsNoConnection(String format) throws Exception {
		large();
		try (HangingVisitor visitor = HangingVisitor.ask(this.carol, "/audit/api/export?format=" + format)) {
			visitor.readSome();
			Awaitility.await().until(() -> connections() == 0);
		}
		assertThat(this.carol.get("/audit/api/export?action=large&format=" + format).body().lines())
			.hasSizeGreaterThanOrEqualTo(2500);
	}

	@Order(LAST)
	@Test
	void oneReaderCannotTakeAllExports() throws Exception {
		large();
		String path = "/audit/api/export?format=ndjson&chain=main";
		try (HangingVisitor first = HangingVisitor.ask(this.carol, path);
				HangingVisitor second = HangingVisitor.ask(this.carol, path)) {
			first.readSome();
			second.readSome();
			HttpResponse<String> refusal = this.carol.get(path);
			assertThat(refusal.statusCode()).isEqualTo(429);
			assertThat(refusal.headers().firstValue("Retry-After")).hasValue("30");
			assertThat(refusal.headers().firstValue("Content-Type")).hasValue("application/problem+json");
			assertThat(refusal.headers().firstValue("Content-Disposition")).isEmpty();
			assertThat(this.jane.status("/audit/api/export?format=csv")).isEqualTo(200);
			assertThat(this.carol.status("/audit/api/entries?limit=1")).isEqualTo(200);
		}
		Awaitility.await()
			.atMost(Duration.ofSeconds(90))
			.until(() -> this.carol.status("/audit/api/export?format=csv&action=none") == 200);
	}

	/** Each place is taken by somebody who stopped reading, and the pool is small. */
	@Order(LAST)
	@Test
	void whoeverExportsLeavesConnectionsToTheBusiness() throws Exception {
		large();
		List<HangingVisitor> stalled = new ArrayList<>();
		try {
			for (String name : List.of("carol", "dora", "emma", "fred")) {
				for (String format : List.of("csv", "ndjson")) {
					stalled.add(HangingVisitor.ask(this.nobody.as(name), "/audit/api/export?format=" + format));
				}
			}
			for (HangingVisitor visitor : stalled) {
				assertThat(visitor.readSome()).startsWith("HTTP/1.1 200");
			}
			assertThat(this.jane.get("/audit/api/export?format=csv").body())
				.contains("There are as many exports already as there may be at once");
			List<CompletableFuture<Integer>> orders = Stream.generate(() -> "/order")
				.limit(20)
				.map((path) -> CompletableFuture.supplyAsync(() -> this.nobody.status(path)))
				.toList();
			for (CompletableFuture<Integer> order : orders) {
				assertThat(order.get(90, TimeUnit.SECONDS)).isEqualTo(200);
			}
			Awaitility.await().until(() -> connections() == 0);
		}
		finally {
			for (HangingVisitor visitor : stalled) {
				visitor.close();
			}
		}
		Awaitility.await()
			.untilAsserted(() -> assertThat(log.jdbc()
				.queryForObject("select count(*) from audit.audit_log where action = 'order.place'", Long.class))
				.isEqualTo(20));
	}

	/** Whose length is known was kept until its end. */
	@Order(LAST)
	@Test
	void whatGivesAnswersTagsDoesNotKeepAnExport() throws Exception {
		large();
		try (HangingVisitor visitor = HangingVisitor.ask(this.carol, "/audit/api/export?format=ecs")) {
			assertThat(visitor.readSome()).containsIgnoringCase("Transfer-Encoding: chunked")
				.doesNotContainIgnoringCase("Content-Length:", "ETag:");
		}
	}

	@Order(LAST)
	@Test
	void whoSeesTheirOwnHasOneExportAtATime() throws Exception {
		if (log.jdbc().queryForList("select 1 from audit.audit_log where action = 'jane.large' limit 1").isEmpty()) {
			for (int i = 0; i < 500; i++) {
				record(AuditRecord.action("jane.large").actor(Actor.user("jane")).message(LARGE));
			}
			Awaitility.await().atMost(Duration.ofMinutes(5)).until(() -> log.staged() == 0);
		}
		try (HangingVisitor first = HangingVisitor.ask(this.jane, "/audit/api/export?format=ecs")) {
			first.readSome();
			assertThat(this.jane.status("/audit/api/export?format=csv")).isEqualTo(429);
			assertThat(this.carol.status("/audit/api/export?format=csv&action=none")).isEqualTo(200);
		}
		Awaitility.await()
			.atMost(Duration.ofSeconds(90))
			.until(() -> this.jane.status("/audit/api/export?format=csv&action=none") == 200);
	}

	@Test
	void whoKeepsTheExportWaitingForLittleIsNotWaitedFor() throws Exception {
		AtomicLong time = new AtomicLong();
		OutputStream slow = new OutputStream() {

			@Override
			public void write(int value) {
				throw new UnsupportedOperationException();
			}

			@Override
			public void write(byte[] bytes, int offset, int length) {
				time.addAndGet(Duration.ofMillis(10).toNanos());
			}

		};
		ExportApi.Unflushed fair = new ExportApi.Unflushed(slow, Duration.ofMillis(200), 10, time::get);
		for (int i = 0; i < 100; i++) {
			fair.write(new byte[] { 1, 2, 3, 4, 5 });
		}
		ExportApi.Unflushed stalled = new ExportApi.Unflushed(slow, Duration.ofMillis(200), 1_000, time::get);
		for (int i = 0; i < 20; i++) {
			// The time that the database takes does not count.
			time.addAndGet(Duration.ofMinutes(1).toNanos());
			stalled.write(1);
		}
		assertThatIllegalStateException().isThrownBy(() -> stalled.write(1)).withMessageContaining("is not waited for");
	}

	/**
	 * Flat: what is at the end has not been read while nobody has taken the beginning.
	 */
	@Order(LAST)
	@ParameterizedTest
	@ValueSource(strings = { "csv", "ecs", "ndjson&targetType=Large" })
	void whatBreaksOffDoesNotLookComplete(String format) throws Exception {
		large();
		try (HangingVisitor visitor = HangingVisitor.ask(this.carol, "/audit/api/export?format=" + format)) {
			visitor.readSome();
			log.jdbc().execute("alter table audit.audit_log rename to audit_log_away");
			try {
				assertThat(visitor.readAll()).doesNotEndWith(END);
			}
			finally {
				log.jdbc().execute("alter table audit.audit_log_away rename to audit_log");
			}
		}
	}

	private static ThreadPoolExecutor requests() {
		TomcatWebServer server = (TomcatWebServer) ((WebServerApplicationContext) context).getWebServer();
		return (ThreadPoolExecutor) server.getTomcat().getConnector().getProtocolHandler().getExecutor();
	}

	/** More than buffers on the way take. */
	private static void large() {
		if (log.jdbc().queryForList("select 1 from audit.audit_log where target_type = 'Large' limit 1").isEmpty()) {
			for (int i = 0; i < 2500; i++) {
				record(AuditRecord.action("large").target("Large", i).message(LARGE));
			}
			Awaitility.await().atMost(Duration.ofMinutes(5)).until(() -> log.staged() == 0);
		}
	}

	private static Commands.Result verify(String export) throws IOException {
		Path file = Files.writeString(directory.resolve("export.ndjson"), export);
		return Commands.run("verify-export", file.toString(), "--public-key", directory.resolve("key.pub").toString());
	}

	/** The business, whose requests need a connection each. */
	@RestController
	static class Orders {

		@GetMapping("/order")
		@Audited(action = "order.place")
		@Transactional
		public String order() {
			return "Placed";
		}

	}

	/**
	 * Some applications answer whatever goes wrong, wherever, and give whatever they
	 * answer a tag, for which all of it is kept until its end.
	 */
	@Configuration(proxyBeanMethods = false)
	@RestControllerAdvice
	static class Handlers {

		@Bean
		ShallowEtagHeaderFilter tags() {
			return new ShallowEtagHeaderFilter();
		}

		@ExceptionHandler
		ResponseEntity<String> anything(Exception ex) {
			return ResponseEntity.internalServerError().body("Something went wrong");
		}

	}

}
