package io.auditspring.query;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.query.internal.count.ActivityCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class ActivityCounterTests {

	private static final String WARNING = "The statistics of the audit ledger could not be summed up";

	private final LedgerDatabase database = LedgerDatabase.create();

	private final ActivityCounter counter = new ActivityCounter(this.database.dataSource(), this.database.schema());

	@Test
	void anOutageIsToldOnceAndRiddenOut(CapturedOutput output) {
		this.database.append("main", Entries.entries(7));
		this.counter.start();
		try {
			fail();
			this.counter.run();
			this.counter.run();
			assertThat(output).containsOnlyOnce(WARNING);
			recover();
			this.counter.run();
			assertThat(counted()).isEqualTo("7");
			fail();
			this.counter.run();
			assertThat(output.toString().split(WARNING, -1)).hasSize(3);
		}
		finally {
			this.counter.stop();
		}
	}

	@Test
	void whoIsStoppedSaysNothing(CapturedOutput output) {
		fail();
		this.counter.run();
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void severalInstancesCountEachEntryOnce() throws Exception {
		ExecutorService instances = Executors.newFixedThreadPool(4);
		try {
			Callable<Long> count = () -> {
				long counted = 0;
				for (int i = 0; i < 20; i++) {
					counted += new ActivityCounter(this.database.dataSource(), this.database.schema()).countOn();
				}
				return counted;
			};
			List<Future<Long>> counts = List.of(instances.submit(count), instances.submit(count),
					instances.submit(count));
			for (int i = 0; i < 20; i++) {
				this.database.append("main", Entries.entries(5));
			}
			long counted = 0;
			for (Future<Long> each : counts) {
				counted += each.get();
			}
			counted += this.counter.countOn();
			assertThat(counted).isEqualTo(100);
			assertThat(counted()).isEqualTo("100");
		}
		finally {
			instances.shutdownNow();
		}
	}

	private String counted() {
		return String.valueOf(this.database
			.query("select sum(entries) from audit.audit_activity where dimension = '' and scale = 'month'"));
	}

	private void fail() {
		this.database.execute("alter function audit.audit_count_activity(integer) rename to out_of_order");
	}

	private void recover() {
		this.database.execute("alter function audit.out_of_order(integer) rename to audit_count_activity");
	}

}
