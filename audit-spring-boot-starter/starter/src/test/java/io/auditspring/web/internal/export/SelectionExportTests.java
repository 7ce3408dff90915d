/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.export;

import java.io.BufferedReader;
import java.io.StringReader;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.EntryKey;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.internal.table.LedgerWriter;
import io.auditspring.ledger.verify.SelectionVerification;
import io.auditspring.ledger.verify.SelectionVerifier;
import io.auditspring.ledger.verify.TrustPolicy;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A selection has each entry once, wherever it is.
 */
class SelectionExportTests {

	private final LedgerDatabase database = LedgerDatabase.create();

	@Test
	void whatIsThereUnderTwoChainsWithOneIdIsExportedFromBoth() throws Exception {
		Entry entry = Entries.entry("order.pay");
		this.database.append("orders", Entries.bare("begin"));
		this.database.append("orders@2", Entries.bare("begin"));
		LedgerWriter writer = new LedgerWriter(this.database.schema());
		try (Connection one = this.database.begin(); Connection two = this.database.begin()) {
			writer.append(one, "orders", List.of(entry));
			writer.append(two, "orders@2", List.of(entry));
			one.commit();
			two.commit();
		}
		List<EntryKey> keys = new ArrayList<>();
		for (CheckedEntry each : this.database.entries()) {
			keys.add(new EntryKey(each.place().id(), each.place().recordedAt()));
		}
		StringBuilder out = new StringBuilder();
		new SelectionExport(this.database.dataSource(), this.database.schema()).write("all", List.of(keys).iterator(),
				out);
		SelectionVerification verification = new SelectionVerifier(TrustPolicy.NONE)
			.verify(new BufferedReader(new StringReader(out.toString())));
		assertThat(verification.entries()).isEqualTo(4);
		assertThat(verification.problems()).extracting(Problem::kind).doesNotContain(Problem.Kind.DUPLICATE);
	}

}
