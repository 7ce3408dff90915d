package io.auditspring.capture.internal.entry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is left of a statement.
 */
class BulkStatementTests {

	@ParameterizedTest
	@CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
			update t set a=?, b='secret' where c = 12.50    ~ update t set a=?, b=? where c = ?
			update t1_0 set a1='it''s secret' where x2>-3e-7 ~ update t1_0 set a1=? where x2>-?
			delete from "Order 66" where "it's"='secret'     ~ delete from "Order 66" where "it's"=?
			update t set a=E'it\\'s secret', b=1             ~ update t set a=?, b=?
			update t set a='back\\', b='secret'              ~ update t set a=?, b=?
			update t set a=$$it's secret$$, b=$x$ $$ 1 $x$   ~ update t set a=?, b=?
			update t set a=X'1F', b=U&'secret', c=n'secret'  ~ update t set a=?, b=?, c=?
			update t set a=.5, b=1e+5, c=0x1f, d=1_000       ~ update t set a=?, b=?, c=?, d=?
			update t /* 'secret */ set a=b -- it's secret    ~ update t set a=b
			update t set a='secret without end               ~ update t set a=?
			update t set a$1=$1, b=date '2026-11-21'         ~ update t set a$1=$1, b=date ?
			""")
	void hasNoValues(String sql, String text) {
		assertThat(BulkStatement.withoutValues(sql)).isEqualTo(text);
	}

	@Test
	void isOneLineHoweverLong() {
		String secret = "x'".repeat(500_000).replace("'", "''");
		assertThat(BulkStatement.withoutValues("update t\n\tset a = '" + secret + "'\nwhere b = 1"))
			.isEqualTo("update t set a = ? where b = ?");
		assertThat(BulkStatement.withoutValues("update t set a=b" + " and c=d".repeat(10_000))).hasSize(4_001);
	}

	@ParameterizedTest
	@ValueSource(strings = { "update t set a=? returning id", " INSERT into t values (?) returning id",
			"with x as (delete from t returning id) select count(*) from x",
			"with x as materialized (select ?), y as ( update t set a=?) select * from y", "merge into t" })
	void changesRowsThoughItReturnsSome(String text) {
		assertThat(BulkStatement.isChanging(text)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "select a from t for update", "with x as (select a from t for update) select * from x",
			"(select deleted from updates)", "values (?)", "updates" })
	void onlyReads(String text) {
		assertThat(BulkStatement.isChanging(text)).isFalse();
	}

}
