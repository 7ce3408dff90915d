package io.auditspring.bench;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.Entry;

/**
 * Entries as a service leaves them: a thousand users, a hundred thousand orders, forty
 * actions; state before and after, and what changed. About 700 bytes each.
 */
final class Samples {

	private static final AtomicLong NUMBERS = new AtomicLong();

	private static final CanonicalJson BEFORE = CanonicalJson
		.parse("{\"status\":\"NEW\",\"total\":118.50,\"customer\":4711}");

	private static final CanonicalJson AFTER = CanonicalJson
		.parse("{\"status\":\"PAID\",\"total\":118.50,\"customer\":4711}");

	private static final CanonicalJson CHANGES = CanonicalJson
		.parse("{\"status\":{\"from\":\"NEW\",\"to\":\"PAID\"}}");

	private Samples() {
	}

	static List<Entry> entries(int count) {
		List<Entry> entries = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			entries.add(entry(NUMBERS.getAndIncrement()));
		}
		return entries;
	}

	private static Entry entry(long number) {
		long scattered = number * 0x9E3779B97F4A7C15L >>> 1;
		String target = String.valueOf(scattered % 100_003);
		return new Entry(id(number), Instant.now(), "shop", null, id(number), "order.action" + scattered % 40, "order",
				Severity.INFO, Outcome.SUCCESS, ActorType.USER, "Order", target, number, 1_834L,
				"4bf92f3577b34da6a3ce929d0e0e4736",
				new Entry.ActorGroup("user-" + scattered % 1_009, "Jane Roe", null, "203.0.113.9",
						"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "5f2c7a19b04d", null, null),
				new Entry.DataGroup(null, "Order %s paid".formatted(target), null, null, BEFORE, AFTER, CHANGES, null,
						null));
	}

	// Ordered by time, as those that the starter gives.
	private static UUID id(long number) {
		return new UUID(System.currentTimeMillis() << 16 | 7L << 12 | number & 0xFFF,
				1L << 63 | UUID.randomUUID().getMostSignificantBits() >>> 2);
	}

}
