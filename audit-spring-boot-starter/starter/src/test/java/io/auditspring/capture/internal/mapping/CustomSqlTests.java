package io.auditspring.capture.internal.mapping;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which columns get something else than they are given.
 */
class CustomSqlTests {

	@ParameterizedTest
	@ValueSource(strings = { "insert into person (name, pin, id) values (?, pgp_sym_encrypt(?, 'a,b)'), ?)",
			"INSERT INTO app.person(name,\"PIN\",id)\nVALUES(?,crypt(?, gen_salt('bf')),?) on conflict do nothing",
			"update person set name = ?, pin = pgp_sym_encrypt(?, 'where ?') where id = ? and version = ?",
			"UPDATE only app.person SET name=cast(? as varchar(20)), pin=upper(?)\nWHERE id=?",
			"insert into person (name, pin, at, id) values (?::text, coalesce(?, ''), now(), ?)" })
	void anExpressionIsTold(String statement) {
		CustomSql sql = CustomSql.of(null, statement);
		assertThat(sql.transforms("pin")).isTrue();
		assertThat(sql.transforms("\"PIN\"")).isTrue();
		assertThat(sql.transforms("name")).isFalse();
		assertThat(sql.transforms("id")).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "insert into person (name, id) values (?, ?)",
			"insert into person (name, id) values (?, ?) on conflict (id) do update set name = excluded.name",
			"update person set name = ?, tags = ?::jsonb, ip = cast(? as inet) where lower(id) = ?",
			"update person set name = ?" })
	void whatIsWrittenAsItIsStays(String statement) {
		assertThat(CustomSql.of(statement).isPlain()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{call add_person(?, ?)}", "insert into person values (?, ?)", "select add_person(?, ?)",
			"insert into person (name, pin) select ?, crypt(?, 'x')",
			"insert into person (id, pin) values (?, ?) on conflict (id) do update set pin = upper(excluded.pin)",
			"merge into person using (select 1) x on id = ? when matched then update set pin = ?" })
	void ofAnythingElseNobodyKnows(String statement) {
		assertThat(CustomSql.of(statement).transforms("anything")).isTrue();
	}

	@Test
	void hibernatesOwnStatementsTransformNothing() {
		assertThat(CustomSql.of(null, null).isPlain()).isTrue();
	}

}
