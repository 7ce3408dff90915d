package io.auditspring.receive.internal;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;

import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.tree.LeafHashes;
import io.auditspring.retention.Retention;
import io.auditspring.retention.RetentionAction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever a source signs, it speaks for its own chains only: here it says that entries
 * of the centre's own chain are erased and retired.
 */
class ForeignWordsTests {

	private static final YearMonth DECEMBER = YearMonth.of(2018, 12);

	@TempDir
	private Path memory;

	private ReceivingLab lab;

	@BeforeEach
	void receiveWhatSpeaksOfAnotherChain() {
		this.lab = new ReceivingLab(this.memory);
		this.lab.centre.appendAt(Instant.parse("2018-12-31T00:00:00Z"), "main", Entries.entry("a"), Entries.entry("b"));
		this.lab.centre.append("main", Entries.entries(1));
		String id = this.lab.centre.query("select id from audit.audit_log where chain = 'main' and seq = 0");
		this.lab.source
			.forge(ReceivingLab.CHAIN, Entries.entry("order.pay"), Entries.controlEntry("audit.redaction", """
					{"chain":"main","group":"actor","id":"%s","seq":0}""".formatted(id)), Entries.controlEntry(
					"audit.retirement",
					"""
							{"action":"drop","chain":"main","entries":1,"firstPrevHash":"00","firstSeq":0,"lastHash":"00","lastSeq":0}"""));
		List<StoredEntry> entries = this.lab.entries(this.lab.source, 0, 3);
		CompactRange tree = new CompactRange();
		entries.forEach((entry) -> tree.append(entry.hash(), (tile) -> {
		}));
		String note = this.lab.sign(ReceivingLab.CHAIN, 3, LeafHashes.root(tree), this.lab.signer);
		assertThat(this.lab.receive(Bundle.of(ReceivingLab.CHAIN, 0, note, entries)).kind())
			.isEqualTo(Reception.Kind.APPENDED);
	}

	@Test
	void theOtherChainIsNotAccused() {
		assertThat(this.lab.problems()).isEmpty();
	}

	@Test
	void theOtherChainsMonthsAreRetired() {
		assertThat(new Retention(this.lab.centre.dataSource(), this.lab.centre.schema(), Period.ofYears(5),
				RetentionAction.DROP, () -> Entries.entry("by"),
				Clock.fixed(Instant.parse("2024-01-15T00:00:00Z"), ZoneOffset.UTC), null)
			.apply()).satisfies((report) -> {
				assertThat(report.reason()).isNull();
				assertThat(report.retired()).containsExactly(DECEMBER);
			});
		assertThat(this.lab.problems()).isEmpty();
	}

}
