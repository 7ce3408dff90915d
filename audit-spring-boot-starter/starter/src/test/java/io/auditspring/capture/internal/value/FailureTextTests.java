package io.auditspring.capture.internal.value;

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

import org.springframework.dao.DataIntegrityViolationException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What an entry shows of exceptions that repeat values.
 */
class FailureTextTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			textBlock = """
					22P02 | invalid input syntax for type uuid: "S3CR3T" | invalid input syntax for type uuid: ***
					22P02 | ungültige Eingabesyntax für Typ uuid: »S3CR3T« | ungültige Eingabesyntax für Typ uuid: ***
					22P02 | syntaxe en entrée invalide pour le type uuid : « S3CR3T » | syntaxe en entrée invalide pour le type uuid : ***
					22007 | date/time „S3CR3T“ | date/time ***
					22003 | value ”S3CR3T” is out of range | value *** is out of range
					22P02 | 値 「S3CR3T」 が不正です | 値 *** が不正です
					42601 | syntax error at or near "S3CR3T" | syntax error at or near ***
					42601 | unterminated quoted string at or near "'S3CR3T" | unterminated quoted string at or near ***
					23505 | duplicate key value violates unique constraint "box_pkey" | duplicate key value violates unique constraint "box_pkey"
					42P01 | relation "nothing" does not exist | relation "nothing" does not exist
					""")
	void theServersMessageTellsNoValue(String state, String message, String shown) {
		PSQLException refusal = new PSQLException(
				new ServerErrorMessage("SERROR\0C" + state + "\0M" + message + "\0DKey (token)=(S3CR3T) exists.\0"));
		assertThat(FailureText.of(refusal)).isEqualTo("PSQLException: ERROR: " + shown);
		assertThat(
				FailureText.of(new DataIntegrityViolationException("could not execute [" + refusal.getMessage() + "]",
						new SQLException(refusal.getMessage(), state, refusal))))
			.doesNotContain("S3CR3T");
		BatchUpdateException batch = new BatchUpdateException("Batch entry 0 insert into x values ('S3CR3T')",
				new int[0], refusal);
		batch.setNextException(refusal);
		assertThat(FailureText.of(batch)).isEqualTo("BatchUpdateException: ERROR: " + shown);
	}

	@ParameterizedTest
	@ValueSource(strings = { "getInt", "getLong", "getBigDecimal", "getBoolean", "getTime", "getTimestamp", "getDouble",
			"getShort", "getByte" })
	void theDriversTellsNoneEither(String getter) throws SQLException {
		try (Connection connection = database().getConnection();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select 'S3CR3T' as token")) {
			assertThat(row.next()).isTrue();
			Throwable failure = catchThrowableOfType(Throwable.class,
					() -> ResultSet.class.getMethod(getter, int.class).invoke(row, 1));
			assertThat(failure.getCause()).isInstanceOf(SQLException.class);
			assertThat(FailureText.of(failure.getCause())).doesNotContain("S3CR3T").endsWith("***");
		}
	}

	@Test
	void ofAnObjectThatCannotBeConvertedItIsSaidWhatItShouldBecome() throws SQLException {
		try (Connection connection = database().getConnection();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select 'S3CR3T' as token")) {
			row.next();
			for (Class<?> type : new Class<?>[] { java.util.UUID.class, java.time.LocalDate.class, Integer.class }) {
				Throwable failure = catchThrowableOfType(Throwable.class, () -> row.getObject(1, type));
				assertThat(FailureText.of(failure)).doesNotContain("S3CR3T");
			}
		}
	}

	private static DataSource database() {
		return TestDatabase.newDatabase();
	}

}
