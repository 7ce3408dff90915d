package io.auditspring.bench;

import java.io.File;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.auditspring.ledger.internal.entry.Entry;

/**
 * What an entry costs in a small and in a large ledger: time to append it, and room. All
 * of it is in one month, which is the worst case: the next month begins small again.
 */
final class GrowthBenchmark implements Benchmark {

	private static final String RATE = "entries/s appended";

	private static final String TABLE = "table bytes each";

	private static final String INDEXES = "index bytes each";

	private static final String CACHED = "GB in all";

	/** Bytes of an entry, with indexes and the write-ahead log that is kept. */
	private static final long ROOM = 3_000;

	private static final int BATCH = 1_000;

	private static final int SAMPLE = 20;

	@Override
	public void run(Effort effort, Report report) throws Exception {
		int[] sizes = switch (effort) {
			case SMOKE -> new int[] { 20_000, 40_000 };
			case SHORT -> new int[] { 100_000, 1_000_000 };
			case LONG -> new int[] { 100_000, 1_000_000, 10_000_000, 50_000_000 };
		};
		long room = new File(System.getProperty("java.io.tmpdir")).getUsableSpace();
		while (sizes[sizes.length - 1] * ROOM > room) {
			report.note("%,d entries were left out: they need %,d GB, and %,d GB are free".formatted(
					sizes[sizes.length - 1], sizes[sizes.length - 1] * ROOM / 1_000_000_000, room / 1_000_000_000));
			sizes = Arrays.copyOf(sizes, sizes.length - 1);
		}
		Table table = report.table("A ledger of one month grows", "%,d entries".formatted(sizes[0]), RATE, TABLE,
				INDEXES, CACHED);
		Ledger ledger = Ledger.create(Server.start());
		try (Connection connection = ledger.begin()) {
			long size = 0;
			for (int wanted : sizes) {
				size = grow(ledger, connection, size, wanted, table);
				room(ledger, "%,d entries".formatted(wanted), table, size);
			}
		}
		String last = "%,d entries".formatted(sizes[sizes.length - 1]);
		double each = table.median(last, TABLE) + table.median(last, INDEXES);
		report.note("A billion entries of this kind take %,.0f GB, calculated; one writer appends them in %,.1f hours."
			.formatted(each, 1e9 / table.median(last, RATE) / 3600));
		for (Map.Entry<String, Long> index : indexes(ledger).entrySet()) {
			report.note("%s: %.0f bytes an entry".formatted(index.getKey(),
					(double) index.getValue() / sizes[sizes.length - 1]));
		}
	}

	// The last batches before each size are the sample.
	private static long grow(Ledger ledger, Connection connection, long from, int wanted, Table table)
			throws SQLException {
		long size = from;
		List<Double> rates = new ArrayList<>();
		while (size < wanted) {
			List<Entry> entries = Samples.entries(BATCH);
			long start = System.nanoTime();
			ledger.append(connection, "main", entries);
			size += BATCH;
			if (wanted - size < (long) SAMPLE * BATCH) {
				rates.add(BATCH / ((System.nanoTime() - start) / 1e9));
			}
		}
		rates.forEach((rate) -> table.add("%,d entries".formatted(wanted), RATE, rate));
		return size;
	}

	private static void room(Ledger ledger, String row, Table table, long size) throws SQLException {
		double heap = ledger.number("""
				select sum(pg_table_size(relid))::bigint
				from pg_partition_tree('audit.audit_log')
				""");
		double indexes = ledger.number("""
				select sum(pg_indexes_size(relid))::bigint
				from pg_partition_tree('audit.audit_log')
				""");
		table.add(row, TABLE, heap / size);
		table.add(row, INDEXES, indexes / size);
		table.add(row, CACHED, (heap + indexes) / 1e9);
	}

	private static Map<String, Long> indexes(Ledger ledger) throws SQLException {
		Map<String, Long> sizes = new LinkedHashMap<>();
		try (Connection connection = ledger.dataSource().getConnection();
				var rows = connection.createStatement().executeQuery("""
						select parent.relname, sum(pg_relation_size(child.oid))
						from pg_class parent
						join pg_inherits on inhparent = parent.oid
						join pg_class child on child.oid = inhrelid
						where parent.relkind = 'I' and parent.relname like 'audit_log%'
						group by 1
						order by 2 desc
						""")) {
			while (rows.next()) {
				sizes.put(rows.getString(1), rows.getLong(2));
			}
		}
		return sizes;
	}

}
