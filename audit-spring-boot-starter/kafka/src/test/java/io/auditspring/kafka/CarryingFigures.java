/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.kafka.Carriers.Service;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Measures how fast a backlog is sent, and how fast it is received, verified and
 * appended, beside how fast it came to be; then how fast entries reach the centre while
 * they are recorded, and how late each is at half of that rate. Prints the figures. Run
 * it with the test class path and the number of entries.
 */
final class CarryingFigures {

	private static final double NANOS = 1e9;

	private static final int SECONDS = 30;

	private CarryingFigures() {
	}

	public static void main(String[] arguments) throws Exception {
		int entries = Integer.parseInt(arguments[0]);
		Path directory = Files.createTempDirectory("figures");
		try (Carriers carriers = new Carriers(directory)) {
			carriers.prepareTheCentre();
			Service orders = carriers.service("orders").registered();
			orders.stop();
			Map<String, String> silent = new HashMap<>(orders.properties());
			silent.put("audit.kafka.publish.enabled", "false");
			long start = System.nanoTime();
			try (ConfigurableApplicationContext service = carriers.run("orders", orders.database, silent)) {
				AuditRecorder recorder = service.getBean(AuditRecorder.class);
				start = System.nanoTime();
				for (int i = 0; i < entries; i++) {
					recorder.record(placed(i));
				}
				awaitCount(orders.database, entries + 1);
			}
			print("recorded and chained, by one thread", entries, System.nanoTime() - start);
			start = System.nanoTime();
			PublishingStatistics sent = orders.context().getBean(PublishingStatistics.class);
			start = System.nanoTime();
			while (sent.standing().sent() < entries + 1) {
				Thread.sleep(5);
			}
			print("verified, signed and sent", entries, System.nanoTime() - start);
			orders.stop();
			start = System.nanoTime();
			carriers.centre();
			awaitCount(carriers.centreDatabase, entries + 1);
			print("received, verified and appended, with the start of the centre", entries, System.nanoTime() - start);
			System.out.printf("memory afterwards: %d MB%n", memory());
			lag(carriers, orders);
		}
		System.exit(0);
	}

	/** Everything runs at once, on the same processors: recording, sending, receiving. */
	private static void lag(Carriers carriers, Service orders) throws InterruptedException {
		AuditRecorder recorder = orders.context().getBean(AuditRecorder.class);
		int entries = 50_000;
		long before = size(carriers.centreDatabase);
		long start = System.nanoTime();
		for (int i = 0; i < entries; i++) {
			recorder.record(placed(i));
		}
		awaitCount(carriers.centreDatabase, before + entries);
		double rate = entries / ((System.nanoTime() - start) / NANOS);
		print("recorded, sent and received at once", entries, System.nanoTime() - start);
		double half = rate / 2;
		int paced = (int) (half * SECONDS);
		long[] recorded = new long[paced];
		long[] there = new long[paced];
		long base = before + entries;
		Thread watch = new Thread(() -> {
			for (int seen = 0; seen < paced;) {
				long size = size(carriers.centreDatabase) - base;
				long now = System.nanoTime();
				for (; seen < size; seen++) {
					there[seen] = now;
				}
				LockSupport.parkNanos(2_000_000);
			}
		});
		watch.start();
		long begin = System.nanoTime();
		for (int i = 0; i < paced; i++) {
			long due = begin + (long) (i / half * NANOS);
			while (System.nanoTime() < due) {
				LockSupport.parkNanos(100_000);
			}
			recorder.record(placed(i));
			recorded[i] = System.nanoTime();
		}
		watch.join();
		double[] late = IntStream.range(0, paced).mapToDouble((i) -> (there[i] - recorded[i]) / 1e6).sorted().toArray();
		System.out.printf("lag at %.0f entries/s: p50 %.0f ms, p99 %.0f ms, at most %.0f ms%n", half, late[paced / 2],
				late[paced * 99 / 100], late[paced - 1]);
		System.out.printf("memory afterwards: %d MB%n", memory());
	}

	private static AuditRecord placed(int order) {
		return AuditRecord.action("order.place").target("Order", order).message("Placed").build();
	}

	private static long memory() {
		System.gc();
		return (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20;
	}

	private static void awaitCount(DataSource database, long entries) throws InterruptedException {
		while (size(database) < entries) {
			Thread.sleep(5);
		}
	}

	private static long size(DataSource database) {
		return new JdbcTemplate(database)
			.queryForList("select size from audit.audit_chain where name = 'orders'", Long.class)
			.stream()
			.findFirst()
			.orElse(0L);
	}

	private static void print(String what, int entries, long nanos) {
		System.out.printf("%s: %d in %.1f s, %.0f entries/s%n", what, entries, nanos / NANOS,
				entries / (nanos / NANOS));
	}

}
