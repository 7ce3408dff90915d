package io.auditspring.archive;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import io.auditspring.CheckpointSigner;
import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.archive.internal.range.RangeWriter;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.internal.table.StoredEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The questions of docs/ARCHIVE.md are answered by DuckDB alone.
 */
class ArchiveQuestionsTests {

	private static final Pattern SQL = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL);

	private static List<String> archiveAndAsk(Path directory) throws Exception {
		CheckpointSigner signer = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());
		List<StoredEntry> entries = new SampleChain("main", 7).entries(3_000);
		new RangeWriter(new DirectoryArchiveStore(directory), new ArchiveOptions(null, "256MB", 2), signer)
			.write(SampleChain.seal(entries, 0, 2_999, signer), entries::forEach, UnaryOperator.identity());
		return SQL.matcher(Files.readString(Path.of("..", "docs", "ARCHIVE.md")))
			.results()
			.map((MatchResult found) -> found.group(1).replace("archive/", directory + "/"))
			.toList();
	}

	@Test
	void theDocumentedQuestionsAreAnswered(@TempDir Path directory) throws Exception {
		List<String> questions = archiveAndAsk(directory);
		assertThat(questions).hasSize(11);
		try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
				Statement statement = duckDb.createStatement()) {
			statement.execute(questions.get(0));
			for (String question : questions.subList(1, questions.size())) {
				assertThat(rows(statement, question)).as(question).isNotNegative();
			}
			assertThat(rows(statement, questions.get(2))).isPositive();
			assertThat(rows(statement, questions.get(3))).isPositive();
			assertThat(rows(statement, questions.get(5))).isPositive();
			assertThat(rows(statement, questions.get(6))).isPositive();
			assertThat(rows(statement, questions.get(10))).isZero();
		}
	}

	@Test
	void ofAPayloadThatIsBeingReplacedOnlyTheNewestGenerationIsRead(@TempDir Path directory) throws Exception {
		List<String> questions = archiveAndAsk(directory);
		RangeName range = new RangeName("main", 0, 2_999);
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
			assertThat(rows(statement, "from entries")).isEqualTo(3_000);
			assertThat(rows(statement, "from entries where actor_id = 'generation 10'")).isEqualTo(3_000);
		}
	}

	private static int rows(Statement statement, String question) throws Exception {
		try (ResultSet rows = statement.executeQuery(question)) {
			int count = 0;
			while (rows.next()) {
				count++;
			}
			return count;
		}
	}

}
