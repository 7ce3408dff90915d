package io.auditspring.web;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.Actor;
import io.auditspring.AuditAccess;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.database.internal.LedgerHeads;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.web.server.ResponseStatusException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The trail as it grows: everybody gets what they may see, soon, and nobody keeps the
 * others from it.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LiveTests {

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private final List<Listener> listeners = new ArrayList<>();

	private final Visitor nobody = Visitor.anonymous(context);

	@BeforeAll
	static void start() {
		context = WebFixture.application().run();
		log = new AuditLog(context.getBean(DataSource.class));
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@AfterEach
	void hangUp() throws IOException {
		for (Listener listener : this.listeners) {
			listener.close();
		}
	}

	private static void record(String action, String actor) {
		context.getBean(AuditRecorder.class)
			.record(AuditRecord.action(action).actor(Actor.user(actor)).message("Did " + action).build());
	}

	private Listener watch(Visitor visitor, String parameters) {
		Listener listener = Listener.of(HttpClient.newHttpClient(), visitor, parameters);
		this.listeners.add(listener);
		listener.await("event:watching");
		return listener;
	}

	@Test
	void everybodyGetsWhatTheyMaySee() {
		Listener carol = watch(this.nobody.as("carol"), "?-action=audit.read");
		Listener jane = watch(this.nobody.as("jane"), "?-action=audit.read");
		Listener filtered = watch(this.nobody.as("carol"), "?action=live.second");
		record("live.first", "bob");
		record("live.second", "jane");
		carol.await("live.first");
		carol.await("live.second");
		jane.await("live.second");
		filtered.await("live.second");
		assertThat(String.join("\n", jane.all())).doesNotContain("live.first", "bob");
		assertThat(String.join("\n", filtered.all())).doesNotContain("live.first");
	}

	@Test
	void aConnectionIsNotHeldWhileSomebodyWatches() {
		watch(this.nobody.as("carol"), "?action=none");
		Awaitility.await()
			.until(() -> ((HikariDataSource) context.getBean(DataSource.class)).getHikariPoolMXBean()
				.getActiveConnections() == 0);
	}

	@Test
	void whoComesAgainMissesNothingAndIsOneReading() throws IOException {
		record("again.before", "bob");
		Listener first = watch(this.nobody.as("carol"), "?q=again.");
		first.await("again.before");
		String id = first.lastId();
		first.close();
		record("again.missed", "bob");
		Awaitility.await().until(() -> log.staged() == 0);
		Listener second = watch(this.nobody.as("carol").with("Last-Event-ID", id), "?q=again.");
		second.await("again.missed");
		Awaitility.await().until(() -> log.staged() == 0);
		assertThat(log.jdbc().queryForList("""
				select 1 from audit.audit_log
				where action = 'audit.read' and metadata->>'read' = 'live' and metadata->'parameters'->>'q' = 'again.'
				""")).hasSize(1);
		// Somebody else's id neither helps nor hides anything.
		Listener other = watch(this.nobody.as("jane").with("Last-Event-ID", id), "?q=again.");
		assertThat(String.join("\n", other.all())).doesNotContain("again.before", "again.missed");
		Awaitility.await().until(() -> log.jdbc().queryForList("""
				select 1 from audit.audit_log
				where action = 'audit.read' and actor_id = 'jane' and metadata->>'read' = 'live'
				""").size() >= 1);
	}

	/** The first one: that pages of others were left is noticed after a minute. */
	@Test
	@Order(1)
	void nothingRunsWhileNobodyWatches() throws IOException {
		Listener listener = watch(this.nobody.as("carol"), "?action=nobody.watches");
		assertThat(threads()).contains("audit-live");
		listener.close();
		// The server learns that a client is gone when it sends something.
		record("nobody.watches", "bob");
		record("nobody.watches", "bob");
		hangUp();
		Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> {
			record("nobody.watches", "bob");
			return !threads().contains("audit-live");
		});
	}

	private static List<String> threads() {
		return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
	}

	@Test
	void whoDoesNotListenKeepsNobodyWaiting() throws IOException {
		try (HangingVisitor deaf = HangingVisitor.ask(this.nobody.as("carol"), "/audit/api/live")) {
			Listener listener = watch(this.nobody.as("carol"), "?action=after.large");
			for (int i = 0; i < 60; i++) {
				context.getBean(AuditRecorder.class)
					.record(AuditRecord.action("large").message("x".repeat(200_000)).build());
			}
			record("after.large", "bob");
			listener.await("after.large");
			assertThat(deaf).isNotNull();
		}
	}

	@Test
	void whoSignsOutGetsNothingMore() throws Exception {
		HttpClient browser = HttpClient.newBuilder()
			.cookieHandler(new CookieManager())
			.followRedirects(HttpClient.Redirect.ALWAYS)
			.build();
		String token = token(browser, "/login");
		post(browser, "/login", "username=carol&password=carol-secret&_csrf=" + token);
		Listener listener = Listener.of(browser, this.nobody, "?action=after.sign.out");
		this.listeners.add(listener);
		listener.await("event:watching");
		post(browser, "/logout", "_csrf=" + token(browser, "/logout"));
		listener.awaitEnd();
		record("after.sign.out", "bob");
		assertThat(String.join("\n", listener.all())).doesNotContain("after.sign.out");
	}

	private String token(HttpClient browser, String path) throws Exception {
		String page = browser
			.send(HttpRequest.newBuilder(this.nobody.address().resolve(path)).build(),
					HttpResponse.BodyHandlers.ofString())
			.body();
		Matcher token = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"").matcher(page);
		assertThat(token.find()).isTrue();
		return token.group(1);
	}

	private void post(HttpClient browser, String path, String form) throws Exception {
		browser.send(HttpRequest.newBuilder(this.nobody.address().resolve(path))
			.header("Content-Type", "application/x-www-form-urlencoded")
			.POST(HttpRequest.BodyPublishers.ofString(form))
			.build(), HttpResponse.BodyHandlers.discarding());
	}

	@Test
	void whoWantsSummariesGetsWhatListsShow() {
		Listener listener = watch(this.nobody.as("carol"), "?action=live.summary&fields=summary");
		context.getBean(AuditRecorder.class)
			.record(AuditRecord.action("live.summary").metadata("secret", "long").message("Did it").build());
		listener.await("live.summary");
		assertThat(String.join("\n", listener.all())).contains("Did it", "furtherChanges").doesNotContain("metadata");
	}

	/** As of a browser that slept, or of somebody who made it up. */
	@Test
	void whoComesAgainLateIsToldToReadAPageAndNothingIsLookedForThatIsOld() {
		record("late.old", "bob");
		Awaitility.await().until(() -> log.staged() == 0);
		ago(Duration.ofSeconds(11), "late.old");
		List<Listener> late = Stream.of("0.x", "1000.x", "99999999999999.x")
			.map((lastEventId) -> watch(this.nobody.as("carol").with("Last-Event-ID", lastEventId), "?action=late.*"))
			.toList();
		late.forEach((listener) -> listener.await("event:more"));
		record("late.new", "bob");
		late.forEach((listener) -> {
			listener.await("late.new");
			assertThat(String.join("\n", listener.all())).doesNotContain("late.old");
		});
	}

	/** As if it had been recorded then. */
	private static void ago(Duration time, String action) {
		LedgerDatabase database = LedgerDatabase
			.as(((HikariDataSource) context.getBean(DataSource.class)).getDataSource(), "postgres");
		String then = "(recorded_at - interval '%d seconds')".formatted(time.toSeconds());
		String where = "from audit.audit_log where action = '%s'".formatted(action);
		database.execute("select audit.audit_make_partition((%s at time zone 'UTC')::date) %s".formatted(then, where));
		database.tamper("update audit.audit_log set recorded_at = %s where action = '%s'".formatted(then, action));
	}

	@Test
	void whatIsWrongIsNamed() {
		assertThat(this.nobody.as("carol").status("/audit/api/live?fields=some")).isEqualTo(400);
		assertThat(this.nobody.as("carol").with("Last-Event-ID", "nonsense").status("/audit/api/live")).isEqualTo(400);
		assertThat(this.nobody.as("carol").status("/audit/api/live?limit=3")).isEqualTo(400);
		assertThat(this.nobody.status("/audit/api/live")).isEqualTo(401);
	}

	@Test
	void onlySoManyMayWatchAndNoneForLong() throws IOException {
		AuditTrail trail = context.getBean(AuditTrail.class);
		LedgerHeads heads = context.getBean(LedgerHeads.class);
		LiveSubscriptions brief = new LiveSubscriptions(trail, heads, Duration.ofSeconds(1), 3, 2);
		for (int i = 0; i < 2; i++) {
			watch(brief, "carol");
			watch(brief, "carol");
			watch(brief, "jane");
			Awaitility.await().until(() -> brief.size() == 0);
		}
		brief.stop();
		LiveSubscriptions liveSubscriptions = new LiveSubscriptions(trail, heads, Duration.ofMinutes(5), 3, 2);
		watch(liveSubscriptions, "carol");
		watch(liveSubscriptions, "carol");
		assertTooMany(() -> watch(liveSubscriptions, "carol"));
		watch(liveSubscriptions, "jane");
		assertTooMany(() -> watch(liveSubscriptions, "bob"));
		liveSubscriptions.stop();
		assertThat(liveSubscriptions.size()).isZero();
		assertThatExceptionOfType(ResponseStatusException.class).isThrownBy(() -> watch(liveSubscriptions, "bob"));
	}

	/** Customers who sign in see what they did, and are many. */
	@Test
	void whoSeesTheirOwnDoesNotKeepOutWhoSeesEverything() throws IOException {
		LiveSubscriptions liveSubscriptions = new LiveSubscriptions(context.getBean(AuditTrail.class),
				context.getBean(LedgerHeads.class), Duration.ofMinutes(5), 6, 8);
		try {
			watch(liveSubscriptions, "jane", AuditAccess.own());
			watch(liveSubscriptions, "jane", AuditAccess.own());
			assertTooMany(() -> watch(liveSubscriptions, "jane", AuditAccess.own()));
			watch(liveSubscriptions, "bob", AuditAccess.own());
			assertTooMany(() -> watch(liveSubscriptions, "mona", AuditAccess.own()));
			watch(liveSubscriptions, "carol");
			watch(liveSubscriptions, "carol");
			watch(liveSubscriptions, "dora");
			assertTooMany(() -> watch(liveSubscriptions, "dora"));
		}
		finally {
			liveSubscriptions.stop();
		}
	}

	private static void assertTooMany(ThrowingCallable watch) {
		assertThatExceptionOfType(ResponseStatusException.class).isThrownBy(watch).satisfies((refusal) -> {
			assertThat(refusal.getStatusCode().value()).isEqualTo(429);
			assertThat(refusal.getHeaders().getFirst("Retry-After")).isEqualTo("30");
		});
	}

	private static void watch(LiveSubscriptions liveSubscriptions, String name) throws IOException {
		watch(liveSubscriptions, name, AuditAccess.all());
	}

	private static void watch(LiveSubscriptions liveSubscriptions, String name, AuditAccess access) throws IOException {
		Reader reader = new Reader(access, Actor.user(name), null, false, false);
		liveSubscriptions.watch(reader, AuditQuery.all(), EntryParameters.of(new LinkedMultiValueMap<>()), null,
				() -> false);
	}

	/**
	 * Somebody who listens.
	 *
	 * @param lines what came and was not waited for yet
	 * @param all what came
	 * @param body where it comes from
	 */
	record Listener(BlockingQueue<String> lines, List<String> all, InputStream body) {

		private static final String END = "(end)";

		static Listener of(HttpClient browser, Visitor visitor, String parameters) {
			HttpRequest.Builder request = HttpRequest
				.newBuilder(URI.create(visitor.address() + "/audit/api/live" + parameters));
			for (int i = 0; i < visitor.headers().size(); i += 2) {
				request.header(visitor.headers().get(i), visitor.headers().get(i + 1));
			}
			try {
				Listener listener = new Listener(new LinkedBlockingQueue<>(),
						Collections.synchronizedList(new ArrayList<>()),
						browser.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()).body());
				Thread thread = new Thread(listener::listen);
				thread.setDaemon(true);
				thread.start();
				return listener;
			}
			catch (IOException | InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		private void listen() {
			try (BufferedReader reader = new BufferedReader(new InputStreamReader(this.body))) {
				for (String line = reader.readLine(); line != null; line = reader.readLine()) {
					this.all.add(line);
					this.lines.add(line);
				}
			}
			catch (IOException ex) {
				// Hung up.
			}
			this.lines.add(END);
		}

		void await(String text) {
			try {
				for (String line = ""; !line.contains(text);) {
					line = this.lines.poll(90, TimeUnit.SECONDS);
					assertThat(line).as("waiting for %s after %s", text, this.all).isNotNull().isNotEqualTo(END);
				}
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		void awaitEnd() {
			Awaitility.await().until(() -> this.lines.contains(END));
		}

		String lastId() {
			return this.all.stream()
				.filter((line) -> line.startsWith("id:"))
				.reduce((first, second) -> second)
				.orElseThrow()
				.substring(3);
		}

		void close() throws IOException {
			this.body.close();
		}

	}

}
