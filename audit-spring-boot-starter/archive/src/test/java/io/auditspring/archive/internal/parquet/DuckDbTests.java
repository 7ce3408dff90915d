package io.auditspring.archive.internal.parquet;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

import io.auditspring.archive.ArchiveOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * DuckDB reaches the files that it was given, and nothing else.
 */
class DuckDbTests {

	@TempDir
	private Path parent;

	private Path given = Path.of("");

	private DuckDb open() throws Exception {
		this.given = this.parent.resolve("it's given.csv");
		Files.writeString(this.given, "a\n1\n");
		Files.writeString(this.parent.resolve("other.csv"), "a\n2\n");
		return DuckDb.open(new ArchiveOptions(this.parent, "64MB", 1), List.of(this.given));
	}

	@Test
	void itReadsWhatItWasGivenAndWritesIntoItsDirectory() throws Exception {
		try (DuckDb duckDb = open(); Statement statement = duckDb.connection().createStatement()) {
			assertThat(statement.executeQuery("select * from read_csv(%s)".formatted(DuckDb.quote(this.given))).next())
				.isTrue();
			Path own = duckDb.directory().resolve("own.parquet");
			statement.execute("copy (select 1 as a) to %s (format parquet)".formatted(DuckDb.quote(own)));
			assertThat(own).isNotEmptyFile();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "select * from read_csv('%s/other.csv')", "select * from read_text('/etc/hostname')",
			"select * from glob('%s/*')", "copy (select 1) to '%s/new.csv'", "attach '%s/other.db' as other",
			"install httpfs", "load httpfs", "select * from 'http://127.0.0.1:1/a.csv'",
			"set enable_external_access = true", "set threads = 8", "set allowed_directories = ['/']" })
	void itReachesNothingElse(String sql) throws Exception {
		try (DuckDb duckDb = open(); Statement statement = duckDb.connection().createStatement()) {
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> statement.execute(sql.formatted(this.parent)))
				.withMessageMatching("(?s).*(Permission Error|locked|disabled).*");
			assertThat(this.parent.resolve("new.csv")).doesNotExist();
		}
	}

}
