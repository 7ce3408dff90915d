package io.auditspring.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

/**
 * Business transactions, with and without a trail of what they change. Threads of one
 * application work at the same time as the relay does; a round is over when nothing is
 * left to be moved to the ledger.
 */
final class TransactionBenchmark implements Benchmark {

	static final String THROUGHPUT = "transactions/s";

	private static final String MEDIAN = "p50 µs";

	private static final String WORST = "p99 µs";

	private static final String STATEMENTS = "statements each";

	private static final String LOG = "WAL bytes each";

	private static final String CPU = "CPU µs each, application";

	private static final String SERVER_CPU = "CPU µs each, server";

	private static final String LAG = "p99 ms until chained";

	private static final int THREADS = 4;

	private static final int ACCOUNTS = 4_000;

	private static final int CHUNK = 1_000;

	private final AtomicLong imported = new AtomicLong(1_000_000);

	private Server server;

	private Effort effort;

	@Override
	public void run(Effort effort, Report report) throws Exception {
		this.server = Server.start();
		this.effort = effort;
		List<Contender> contenders = new ArrayList<>();
		for (Way way : Way.values()) {
			contenders.add(Contender.start(way, this.server));
		}
		for (Contender contender : contenders) {
			contender.bookkeeping().open(0, ACCOUNTS);
			contender.bookkeeping().write(0, 400, 10);
			contender.bookkeeping().write(1_000, 200, 100);
			contender.settled();
			contender.execute("vacuum analyze");
		}
		Table small = measure(report, "Update of one entity", contenders, new Load(effort.of(300, 2_000, 5_000),
				effort.of(1, 5, 15), (books, key) -> books.deposit(key % ACCOUNTS)));
		measure(report, "Update of an aggregate with 10 children, all of them changed", contenders, new Load(
				effort.of(300, 1_500, 5_000), effort.of(1, 3, 9), (books, key) -> books.change(key % 400)));
		measure(report, "Update of an aggregate with 100 children, all of them changed", contenders, new Load(
				effort.of(300, 1_500, 5_000), effort.of(1, 3, 9), (books, key) -> books.change(1_000 + key % 200)));
		imports(report, contenders);
		Table busy = besideOthers(report, contenders);
		contenders.forEach(Contender::close);
		Figure ratio = small.ratio(Way.TRANSACTIONAL.title, Way.ENVERS.title, THROUGHPUT);
		report.atLeast("TRANSACTIONAL against Envers alone: update of one entity", 0.70, ratio);
		report.atLeast("the same beside competing load", 0.65,
				busy.ratio(Way.TRANSACTIONAL.title, Way.ENVERS.title, THROUGHPUT));
		report.atLeast("TRANSACTIONAL without Envers against Envers alone: update of one entity", 0.88,
				small.ratio(Way.TRANSACTIONAL_ALONE.title, Way.ENVERS.title, THROUGHPUT));
		report.note(THREADS + " threads; statements are those of the business transaction's thread, a JDBC batch "
				+ "as one; the bytes of the write-ahead log include what the relay writes.");
		report.note("Transactions count until their entries are in the ledger; how long that takes is measured from when "
				+ "each call happened.");
		report.note("JaVers by hand, committed in the same transaction, as its starter would do.");
	}

	private Table besideOthers(Report report, List<Contender> contenders) throws Exception {
		List<Contender> some = contenders.stream()
			.filter((contender) -> contender.way() != Way.NONE && contender.way() != Way.JAVERS)
			.toList();
		try (Competition competition = Competition.start(2)) {
			return measure(report, "Update of one entity beside %d processes that compute".formatted(competition.size()),
					some, new Load(this.effort.of(300, 2_000, 5_000), this.effort.of(1, 3, 9),
							(books, key) -> books.deposit(key % ACCOUNTS)));
		}
	}

	private Table measure(Report report, String title, List<Contender> contenders, Load load) throws Exception {
		Table table = report.table(title, Way.ENVERS.title, THROUGHPUT, MEDIAN, WORST, STATEMENTS, LOG, CPU,
				SERVER_CPU, LAG);
		for (int round = -this.effort.of(1, 3, 5); round < load.rounds(); round++) {
			for (Contender contender : contenders) {
				round(contender, load, (round < 0) ? new Table("", "", table.columns().toArray(String[]::new)) : table);
				if (round == -1) {
					// PostgreSQL keeps its plans for foreign keys until it learns that
					// tables are not empty any more, which takes it a minute otherwise.
					contender.execute("vacuum analyze");
				}
			}
		}
		return table;
	}

	private void round(Contender contender, Load load, Table table) throws Exception {
		Bookkeeping books = contender.bookkeeping();
		String title = contender.way().title;
		long size = contender.settled();
		table.add(title, STATEMENTS, contender.statements(() -> load.work().accept(books, 0L)));
		long entries = contender.settled() - size;
		size += entries;
		long log = this.server.wal();
		ProcessorTime application = ProcessorTime.ofThisProcess();
		ProcessorTime server = this.server.processorTime();
		Run run = Run.of(THREADS, load.millis(), (key) -> load.work().accept(books, key));
		long expected = size + entries * run.count();
		contender.await(expected);
		long chained = System.nanoTime();
		table.add(title, CPU, application.micros() / run.count());
		table.add(title, SERVER_CPU, server.micros() / run.count());
		table.add(title, LOG, (double) (this.server.wal() - log) / run.count());
		if (contender.settled() != (contender.way().isOurs() ? expected : 0)) {
			throw new IllegalStateException(title + ": more entries than calls");
		}
		// Nothing is done as long as an entry is not in the ledger.
		table.add(title, THROUGHPUT, run.count() / ((chained - run.start()) / 1e9));
		table.add(title, MEDIAN, run.micros(0.5));
		table.add(title, WORST, run.micros(0.99));
		if (contender.way().isOurs()) {
			table.add(title, LAG, contender.lag(size));
		}
	}

	private void imports(Report report, List<Contender> contenders) throws Exception {
		int all = this.effort.of(2_000, 20_000, 20_000);
		Table table = report.table("Import of %,d rows, %,d a transaction, one thread".formatted(all, CHUNK),
				Way.ENVERS.title, "rows/s", LOG);
		for (int round = -1; round < this.effort.of(1, 3, 7); round++) {
			for (Contender contender : contenders) {
				int rows = (contender.way() == Way.JAVERS) ? CHUNK : all;
				take(contender, rows, (round < 0) ? new Table("", "", table.columns().toArray(String[]::new)) : table);
			}
		}
		report.note("Import: the bytes of the write-ahead log are those of a row. An entry for each row, and one for "
				+ "each transaction. JaVers takes long: only one transaction a round.");
	}

	private void take(Contender contender, int rows, Table table) throws Exception {
		long size = contender.settled();
		long log = this.server.wal();
		long start = System.nanoTime();
		for (int done = 0; done < rows; done += CHUNK) {
			contender.bookkeeping().take(this.imported.getAndAdd(CHUNK), CHUNK);
		}
		contender.await(size + rows);
		long chained = System.nanoTime();
		contender.settled();
		String title = contender.way().title;
		table.add(title, "rows/s", rows / ((chained - start) / 1e9));
		table.add(title, LOG, (double) (this.server.wal() - log) / rows);
	}

	/**
	 * What is done for how long.
	 *
	 * @param millis the time of a round
	 * @param rounds how many are measured
	 * @param work one transaction, with a key that no other thread uses at the time
	 */
	private record Load(int millis, int rounds, BiConsumer<Bookkeeping, Long> work) {

	}

}
