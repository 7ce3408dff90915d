/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.kafka.Carriers.Service;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Measures how fast a backlog is sent, and how fast it is received, verified and
 * appended, beside how fast it came to be, and prints the figures. Run it with the test
 * class path and the number of entries.
 */
final class CarryingFigures {

	private static final double NANOS = 1e9;

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
					recorder.record(AuditRecord.action("order.place").target("Order", i).message("Placed").build());
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
		}
		System.exit(0);
	}

	private static void awaitCount(DataSource database, long entries) throws InterruptedException {
		Long size = 0L;
		while (size == null || size < entries) {
			Thread.sleep(5);
			size = new JdbcTemplate(database)
				.queryForList("select size from audit.audit_chain where name = 'orders'", Long.class)
				.stream()
				.findFirst()
				.orElse(0L);
		}
	}

	private static void print(String what, int entries, long nanos) {
		System.out.printf("%s: %d in %.1f s, %.0f entries/s%n", what, entries, nanos / NANOS,
				entries / (nanos / NANOS));
	}

}
