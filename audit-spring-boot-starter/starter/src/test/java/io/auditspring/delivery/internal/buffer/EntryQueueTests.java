package io.auditspring.delivery.internal.buffer;

import java.util.ArrayList;
import java.util.List;

import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * An entry is in the queue, or with whoever took it.
 */
class EntryQueueTests {

	private final EntryQueue queue = new EntryQueue(10, 1 << 20);

	@Test
	void whatThereIsNoMemoryForStays() {
		this.queue.open();
		for (int i = 1; i <= 5; i++) {
			assertThat(this.queue.offer(Entries.entry("no." + i))).isTrue();
		}
		long bytes = this.queue.bytes();
		List<String> taken = new ArrayList<>();
		assertThatExceptionOfType(OutOfMemoryError.class)
			.isThrownBy(() -> this.queue.poll(10, Long.MAX_VALUE, (entry) -> takeTwo(entry, taken)));
		assertThat(taken).containsExactly("no.1", "no.2");
		assertThat(this.queue.size()).isEqualTo(3);
		assertThat(this.queue.bytes()).isEqualTo(bytes / 5 * 3);
		taken.clear();
		this.queue.poll(2, Long.MAX_VALUE, (entry) -> taken.add(entry.action()));
		assertThat(taken).containsExactly("no.3", "no.4");
		this.queue.poll(2, 1, (entry) -> taken.add(entry.action()));
		assertThat(taken).containsExactly("no.3", "no.4", "no.5");
		assertThat(this.queue.bytes()).isZero();
	}

	private static void takeTwo(Entry entry, List<String> taken) {
		if (taken.size() == 2) {
			throw new OutOfMemoryError("test");
		}
		taken.add(entry.action());
	}

}
