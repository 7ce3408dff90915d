/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.Schema;

/**
 * Entries that have one id: whoever asks for it is shown one of them. The database takes
 * no second one, unless two transactions that do not see each other append them to two
 * chains.
 */
final class RepeatedEntries {

	/** Of so many ids it is told. */
	private static final int MOST = 100;

	private RepeatedEntries() {
	}

	/**
	 * Finds them. Goes along the index of ids, which are in its order: neither memory nor
	 * the disk is filled.
	 * @param connection a connection in the snapshot that is verified, with sorting off
	 * @param schema where the ledger is
	 * @return a problem for each of them, by id, chain and place
	 * @throws SQLException if the ledger cannot be read
	 */
	static List<Problem> find(Connection connection, Schema schema) throws SQLException {
		List<Problem> problems = new ArrayList<>();
		try (Statement statement = connection.createStatement()) {
			statement.execute("set local enable_hashagg = off");
			try (ResultSet row = statement.executeQuery(sql(schema))) {
				while (row.next()) {
					problems.add(
							new Problem(Problem.Kind.DUPLICATE, row.getString("chain"), row.getLong("seq"),
									row.getObject("id", UUID.class), "it has the id of entry %s of chain '%s'"
										.formatted(row.getLong("other_seq"), row.getString("other_chain")),
									null, null));
				}
			}
			statement.execute("set local enable_hashagg to default");
		}
		return problems;
	}

	// What goes on under another name at its source may repeat what is known here of the
	// chain before.
	private static String sql(Schema schema) {
		return """
				select distinct on (entry.id, entry.chain collate "C", entry.seq)
					entry.id, entry.chain, entry.seq, other.chain as other_chain, other.seq as other_seq
				from (
					select id from %1$s group by id having count(*) > 1 limit %3$s
				) as repeated
					join %1$s as entry on entry.id = repeated.id
					join %1$s as other on other.id = repeated.id
				where (other.chain, other.seq) <> (entry.chain, entry.seq)
				and (
					other.chain = entry.chain
					or split_part(other.chain, '@', 1) <> split_part(entry.chain, '@', 1)
					or not exists (
						select from %2$s as received
						where received.name in (entry.chain, other.chain) and received.origin is not null
					)
				)
				order by entry.id, entry.chain collate "C", entry.seq, other.chain collate "C", other.seq
				""".formatted(schema.table("audit_log"), schema.table("audit_chain"), MOST);
	}

}
