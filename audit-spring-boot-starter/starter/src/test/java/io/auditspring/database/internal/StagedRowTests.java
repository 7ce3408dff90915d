package io.auditspring.database.internal;

import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How a staged row is remembered in a file.
 */
class StagedRowTests {

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "north", "north west: 1", "Süd\n-", "@AuditDataSource" })
	void theDatabaseIsRememberedWhateverItsName(String database) {
		StagedRow row = new StagedRow(1, 2, UUID.randomUUID(), 0, database);
		assertThat(StagedRow.format(row)).doesNotContainAnyWhitespaces();
		assertThat(StagedRow.parse(StagedRow.format(row))).isEqualTo(row);
	}

	@Test
	void filesOfEarlierVersionsNameNone() {
		UUID entry = UUID.randomUUID();
		assertThat(StagedRow.parse("1:2:" + entry)).isEqualTo(new StagedRow(1, 2, entry, 0, null));
	}

}
