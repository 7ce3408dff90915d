package io.auditspring.ledger.internal.entry;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

import io.auditspring.TestDatabase;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

class CanonicalJsonPropertyTests {

	private Connection connection;

	@BeforeProperty
	void connect() throws SQLException {
		this.connection = TestDatabase.newDatabase().getConnection();
	}

	@AfterProperty
	void disconnect() throws SQLException {
		this.connection.close();
	}

	@Provide
	Arbitrary<JsonNode> json() {
		return Arbitraries.randomValue((random) -> new RandomValues(random).json());
	}

	@Property
	void canonicalFormIsItsOwnCanonicalForm(@ForAll("json") JsonNode json) {
		CanonicalJson canonical = CanonicalJson.of(json);
		assertThat(CanonicalJson.parse(canonical.toString())).isEqualTo(canonical);
		assertThat(CanonicalJson.parseStored(canonical.toString())).isEqualTo(canonical);
		assertThat(CanonicalJson.of(canonical.toNode())).isEqualTo(canonical);
	}

	@Property
	void postgresGivesBackWhatWasStored(@ForAll("json") JsonNode json) throws SQLException {
		CanonicalJson canonical = CanonicalJson.of(json);
		assertThat(CanonicalJson.parse(throughJsonb(canonical))).isEqualTo(canonical);
		assertThat(CanonicalJson.parseStored(throughJsonb(canonical))).isEqualTo(canonical);
	}

	private String throughJsonb(CanonicalJson json) throws SQLException {
		try (PreparedStatement statement = this.connection.prepareStatement("select cast(? as jsonb)")) {
			statement.setString(1, json.toString());
			try (ResultSet row = statement.executeQuery()) {
				row.next();
				return row.getString(1);
			}
		}
	}

}
