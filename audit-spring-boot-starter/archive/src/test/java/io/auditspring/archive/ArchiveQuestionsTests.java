package io.auditspring.archive;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import io.auditspring.ActorType;
import io.auditspring.CheckpointSigner;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.archive.internal.range.RangeWriter;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.StoredEntry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The questions of docs/ARCHIVE.md are answered by DuckDB alone.
 */
class ArchiveQuestionsTests {

	private static final Pattern SQL = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL);

	private static final Instant BEFORE_DAWN = Instant.parse("2026-01-10T02:00:00Z");

	private static void write(Path directory, List<StoredEntry> entries, int first, int last) throws Exception {
		CheckpointSigner signer = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());
		new RangeWriter(new DirectoryArchiveStore(directory), new ArchiveOptions(null, "256MB", 2), signer).write(
				SampleChain.seal(entries, first, last, signer), entries.subList(first, last + 1)::forEach,
				UnaryOperator.identity());
	}

	private static List<String> questions(Path directory) throws Exception {
		return SQL.matcher(Files.readString(Path.of("..", "docs", "ARCHIVE.md")))
			.results()
			.map((MatchResult found) -> found.group(1).replace("archive/", directory + "/"))
			// Others are for the ledger.
			.filter((question) -> !question.contains("audit.audit_"))
			.toList();
	}

	/**
	 * Among others, Order 42 is paid before dawn and then cancelled, and who did entry 5
	 * is erased.
	 */
	private static List<StoredEntry> entries() {
		SampleChain samples = new SampleChain("main", 7);
		List<StoredEntry> entries = new ArrayList<>(samples.entries(3_000));
		samples.goOnAt(BEFORE_DAWN);
		entries.add(samples.next(order("order.pay", Outcome.SUCCESS, "NEW", "PAID", BEFORE_DAWN)));
		entries.add(samples
			.next(order("order.cancel", Outcome.FAILURE, "PAID", "CANCELLED", BEFORE_DAWN.plus(Duration.ofDays(10)))));
		entries.add(samples.control("audit.redaction",
				"{\"chain\":\"main\",\"group\":\"actor\",\"id\":\"%s\",\"reason\":\"asked to\",\"seq\":5}"
					.formatted(entries.get(5).place().id())));
		return SampleChain.eraseActors(entries, 5L);
	}

	private static Entry order(String action, Outcome outcome, String from, String to, Instant occurredAt) {
		return new Entry(UUID.randomUUID(), occurredAt, "shop", null, UUID.randomUUID(), action, "order", Severity.INFO,
				outcome, ActorType.USER, "Order", "42", null, null, null,
				new Entry.ActorGroup("user-7", "Jane", null, "198.51.100.7", null, null, null, null),
				new Entry.DataGroup("Order 42", null, null, null, null,
						CanonicalJson.parse("{\"status\":\"%s\"}".formatted(to)),
						CanonicalJson.parse("{\"status\":{\"from\":\"%s\",\"to\":\"%s\"}}".formatted(from, to)), null,
						null));
	}

	private static long groups(List<StoredEntry> entries, Predicate<StoredEntry> which,
			Function<StoredEntry, @Nullable Object> by) {
		return entries.stream().filter(which).map(by).distinct().count();
	}

	private static ZonedDateTime time(StoredEntry entry, String zone) {
		return Instant.parse(entry.core().occurredAt()).atZone(ZoneId.of(zone));
	}

	@Test
	void theDocumentedQuestionsAreAnswered(@TempDir Path directory) throws Exception {
		List<StoredEntry> entries = entries();
		write(directory, entries, 0, entries.size() - 1);
		List<StoredEntry> gappy = new SampleChain("gappy", 8).entries(30);
		write(directory, gappy, 0, 9);
		write(directory, gappy, 20, 29);
		List<StoredEntry> all = new ArrayList<>(entries);
		all.addAll(gappy.subList(0, 10));
		all.addAll(gappy.subList(20, 30));
		Predicate<StoredEntry> isHers = (entry) -> "user-7".equals(entry.actor().id());
		List<String> questions = questions(directory);
		assertThat(questions).hasSize(11);
		try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
				Statement statement = duckDb.createStatement()) {
			statement.execute(questions.get(0));
			List<List<Object>> rows = rows(statement, questions.get(1));
			assertThat(rows).filteredOn((row) -> row.get(1).equals("Jane"))
				.extracting((row) -> row.get(2) + " " + row.get(3) + " " + row.get(4))
				.containsExactly("order.pay success {\"status\":{\"from\":\"NEW\",\"to\":\"PAID\"}}",
						"order.cancel failure {\"status\":{\"from\":\"PAID\",\"to\":\"CANCELLED\"}}");
			assertThat(rows(statement, questions.get(2)))
				.hasSize((int) all.stream()
					.filter(isHers)
					.filter((entry) -> entry.core().recordedAt().startsWith("2026-01-"))
					.count())
				.isNotEmpty();
			assertThat(rows(statement, questions.get(3)))
				.hasSize((int) groups(all, (entry) -> !entry.core().outcome().equals("success"),
						(entry) -> entry.core().action() + entry.core().outcome()));
			assertThat(rows(statement, questions.get(4))).containsExactly(List.of("{\"status\":\"PAID\"}"));
			assertThat(rows(statement, questions.get(5)))
				.hasSize((int) all.stream().filter((entry) -> entry.data().changes() != null).count())
				.extracting((row) -> row.get(3) + " " + row.get(4))
				.contains("NEW PAID", "PAID CANCELLED");
			assertThat(rows(statement, questions.get(6))).hasSize(
					(int) groups(all, isHers.and((entry) -> entry.actor().ip() != null), (entry) -> entry.actor().ip()))
				.extracting((row) -> row.get(0) + " " + row.get(3))
				.contains("198.51.100.7 2");
			assertThat(rows(statement, questions.get(7))).hasSize((int) Math.min(20, groups(all, (entry) -> {
				int hour = time(entry, "Europe/Berlin").getHour();
				return (hour < 7 || hour > 19) && entry.core().actorType().equals("user");
			}, (entry) -> Objects.toString(entry.actor().id()))));
			assertThat(rows(statement, questions.get(8))).hasSize((int) groups(all, (entry) -> true,
					(entry) -> entry.core().recordedAt().substring(0, 10) + entry.core().action()));
			assertThat(rows(statement, questions.get(9))).containsExactly(List.of(5L, true, false, "clerk: asked to"));
			assertThat(rows(statement, questions.get(10))).containsExactly(List.of("gappy", 10L));
		}
	}

	@Test
	void ofAPayloadThatIsBeingReplacedOnlyTheNewestGenerationIsRead(@TempDir Path directory) throws Exception {
		write(directory, new SampleChain("main", 7).entries(300), 0, 299);
		List<String> questions = questions(directory);
		RangeName range = new RangeName("main", 0, 299);
		try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
				Statement statement = duckDb.createStatement()) {
			for (int generation : new int[] { 2, 10 }) {
				statement.execute("""
						copy (
							select * replace ('generation %d' as actor_id)
							from read_parquet('%s', hive_partitioning = false)
						) to '%s' (format parquet)
						""".formatted(generation, directory.resolve(range.payload(1)),
						directory.resolve(range.payload(generation))));
			}
			statement.execute(questions.get(0));
			assertThat(rows(statement, "from entries")).hasSize(300);
			assertThat(rows(statement, "from entries where actor_id = 'generation 10'")).hasSize(300);
		}
	}

	private static List<List<Object>> rows(Statement statement, String question) throws Exception {
		try (ResultSet found = statement.executeQuery(question)) {
			int columns = found.getMetaData().getColumnCount();
			List<List<Object>> rows = new ArrayList<>();
			while (found.next()) {
				List<Object> row = new ArrayList<>();
				for (int column = 1; column <= columns; column++) {
					row.add(found.getObject(column));
				}
				rows.add(row);
			}
			return rows;
		}
	}

}
