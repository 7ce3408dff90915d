/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.nio.file.Files;
import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;

/**
 * Measures how fast a backlog is received, beside how fast it was written, and prints the
 * figures. Run it with the test class path and the number of entries.
 */
public final class ReceivingFigures {

	private static final int BATCH = 1_000;

	private static final int SIGNED = 20_000;

	private static final double NANOS = 1e9;

	private ReceivingFigures() {
	}

	public static void main(String[] arguments) throws Exception {
		int entries = Integer.parseInt(arguments[0]);
		ReceivingLab lab = new ReceivingLab(Files.createTempDirectory("figures"));
		double written = 0;
		for (int done = 0; done < entries; done += BATCH) {
			List<Entry> batch = Entries.entries(BATCH);
			long start = System.nanoTime();
			lab.source.append(ReceivingLab.CHAIN, batch);
			written += System.nanoTime() - start;
			if ((done + BATCH) % SIGNED == 0) {
				lab.sign();
			}
		}
		System.out.printf("written by the ledger's writer: %.0f entries/s%n", entries / (written / NANOS));
		HikariDataSource source = new HikariDataSource();
		source.setDataSource(lab.source.dataSource());
		HikariDataSource centre = new HikariDataSource();
		centre.setDataSource(lab.receiving);
		BundleReceiver receiver = new BundleReceiver(centre, lab.centre.schema(), () -> Entries.entries(1).get(0),
				lab.statistics);
		long start = System.nanoTime();
		new JdbcSource("orders", source, lab.source.schema(), List.of(), receiver, lab.statistics, null).receive();
		double received = System.nanoTime() - start;
		System.out.printf("received, verified and appended: %d in %.1f s, %.0f entries/s, %.2f of the writer%n",
				lab.statistics.entries(), received / NANOS, entries / (received / NANOS), written / received);
		System.out.printf("memory afterwards: %d MB%n", memory());
		source.close();
		centre.close();
	}

	private static long memory() {
		System.gc();
		return (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20;
	}

}
