package io.auditspring.bench;

import java.time.Clock;
import java.time.Instant;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;

import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.retention.ErasureReport;
import io.auditspring.retention.Redaction;
import io.auditspring.retention.Retention;
import io.auditspring.retention.RetentionAction;
import io.auditspring.retention.RetentionReport;
import io.auditspring.retention.Subject;

/**
 * What takes entries, or parts of them, out of the ledger again.
 */
final class UpkeepBenchmark implements Benchmark {

	private static final int BATCH = 1_000;

	@Override
	public void run(Effort effort, Report report) throws Exception {
		int entries = effort.of(5_000, 50_000, 1_000_000);
		redaction(entries, effort.of(1, 5, 9), report);
		retention(entries, report);
	}

	private void redaction(int entries, int rounds, Report report) {
		Table table = report.table("Redaction in a ledger of %,d entries".formatted(entries), "", "ms", "entries/s");
		LedgerDatabase ledger = LedgerDatabase.create();
		for (int i = 0; i < entries; i += BATCH) {
			ledger.append("main", Samples.entries(BATCH));
		}
		ledger.execute("vacuum analyze audit.audit_log");
		Redaction redaction = new Redaction(ledger.dataSource(), ledger.schema(), () -> Entries.entry("by"));
		for (int round = 0; round < rounds; round++) {
			List<Entry> chosen = Samples.entries(BATCH);
			ledger.append("main", chosen);
			List<UUID> ids = chosen.stream().map(Entry::id).toList();
			time(table, "%,d entries by their ids".formatted(BATCH),
					() -> erased(redaction.redact(ids, EntryGroup.DATA, "asked for")));
			Subject person = Subject.actor("user-" + (round + 1));
			time(table, "all of one person, of a thousand", () -> erased(redaction.erase(person, "asked for")));
		}
	}

	private static long erased(ErasureReport report) {
		return report.erased().values().stream().mapToLong(Long::longValue).sum();
	}

	private static void time(Table table, String row, Callable<Long> work) {
		try {
			long start = System.nanoTime();
			long done = work.call();
			double seconds = (System.nanoTime() - start) / 1e9;
			if (done == 0) {
				throw new IllegalStateException(row + ": nothing was done");
			}
			table.add(row, "ms", seconds * 1e3);
			table.add(row, "entries/s", done / seconds);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void retention(int most, Report report) {
		Table table = report.table("Retirement of a month", "", "ms");
		LedgerDatabase ledger = LedgerDatabase.create();
		YearMonth small = YearMonth.of(2025, 1);
		YearMonth large = small.plusMonths(1);
		fill(ledger, small, most / 10);
		fill(ledger, large, most);
		retire(ledger, small, table, "%,d entries".formatted(most / 10));
		retire(ledger, large, table, "%,d entries".formatted(most));
	}

	private static void fill(LedgerDatabase ledger, YearMonth month, int entries) {
		Instant time = month.atDay(2).atStartOfDay().toInstant(ZoneOffset.UTC);
		for (int i = 0; i < entries; i += BATCH) {
			int count = Math.min(BATCH, entries - i);
			ledger.appendAt(time, "main", Samples.entries(count).toArray(Entry[]::new));
		}
	}

	private static void retire(LedgerDatabase ledger, YearMonth month, Table table, String row) {
		Clock due = Clock.fixed(month.plusMonths(2).atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC), ZoneOffset.UTC);
		long start = System.nanoTime();
		RetentionReport report = new Retention(ledger.dataSource(), ledger.schema(), Period.ofMonths(1),
				RetentionAction.DROP, () -> Entries.entry("by"), due, null)
			.apply();
		if (!report.retired().equals(List.of(month))) {
			throw new IllegalStateException("Not retired: " + report);
		}
		table.add(row, "ms", (System.nanoTime() - start) / 1e6);
	}

}
