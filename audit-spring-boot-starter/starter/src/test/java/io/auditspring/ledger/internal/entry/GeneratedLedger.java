package io.auditspring.ledger.internal.entry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.ledger.internal.table.LedgerDatabase;

/**
 * Fills a ledger with as many entries as a measurement needs. They are made by the real
 * writer, so everything about them verifies.
 */
public final class GeneratedLedger {

	private static final int BATCH = 5_000;

	private final LedgerDatabase database;

	private final String chain;

	private long size;

	public GeneratedLedger(LedgerDatabase database, String chain) {
		this.database = database;
		this.chain = chain;
	}

	/**
	 * Drops the indexes that only searching needs; they are most of what filling costs.
	 */
	public GeneratedLedger withoutSearchIndexes() {
		this.database.withoutSearchIndexes();
		return this;
	}

	public void growTo(long wanted) {
		while (this.size < wanted) {
			int count = (int) Math.min(BATCH, wanted - this.size);
			List<Entry> batch = new ArrayList<>(count);
			for (int i = 0; i < count; i++) {
				batch.add(entry(this.size + i));
			}
			this.database.append(this.chain, batch);
			this.size += count;
		}
	}

	private static Entry entry(long number) {
		String target = String.valueOf(number % 100_003);
		return new Entry(new UUID(number, number), Instant.ofEpochSecond(1_790_000_000L + number / 100), "shop", null,
				new UUID(number / 3, 0), "order.pay", "order", Severity.INFO, Outcome.SUCCESS, ActorType.USER, "Order",
				target, number, 1834L, null,
				new Entry.ActorGroup("user-" + number % 1_009, null, null, "203.0.113.9", "curl/8.5.0", null, null,
						null),
				new Entry.DataGroup(null, "Order %s paid".formatted(target), null, null, null, null, null,
						CanonicalJson.parse("{\"amount\":%d}".formatted(number)), null));
	}

}
