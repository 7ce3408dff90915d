/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.auditspring.kafka.Carriers.Service;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A service that writes, and the centre, as processes of their own, one of which is
 * killed again and again while the other one works: what was acknowledged is at the
 * centre once. {@code -Dfaults.kafka.kills} says how often.
 */
class KilledApplicationsTests {

	private static final int KILLS = Integer.getInteger("faults.kafka.kills", 2);

	private static final long START_SECONDS = 120;

	@TempDir
	private Path directory;

	private final Random random = new Random(17);

	private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

	private final List<Process> started = new ArrayList<>();

	private Carriers carriers;

	@BeforeEach
	void prepare() {
		this.carriers = new Carriers(this.directory);
		this.carriers.prepareTheCentre();
	}

	@AfterEach
	void stop() {
		this.started.forEach(Process::destroyForcibly);
		this.carriers.close();
	}

	@Test
	void whatWasAcknowledgedIsAtTheCentreOnce() throws Exception {
		Service orders = this.carriers.service("orders").registered();
		orders.stop();
		Map<String, String> writing = new HashMap<>(orders.properties());
		writing.put("child.writes", "true");
		Process service = start("orders", orders.database, writing);
		Process centre = start("centre", this.carriers.centreDatabase, this.carriers.receiving());
		for (int kill = 0; kill < KILLS; kill++) {
			long before = this.carriers.atTheCentre("orders");
			Carriers.await(() -> assertThat(this.carriers.atTheCentre("orders")).isGreaterThan(before));
			Thread.sleep(this.random.nextInt(700));
			if (kill % 2 == 0) {
				service.destroyForcibly().waitFor();
				service = start("orders", orders.database, writing);
			}
			else {
				centre.destroyForcibly().waitFor();
				centre = start("centre", this.carriers.centreDatabase, this.carriers.receiving());
			}
		}
		service.destroyForcibly().waitFor();
		orders.context();
		assertThat(this.acknowledged).isNotEmpty();
		Carriers.await(() -> assertThat(orders.query("select count(*) from audit.audit_outbox")).isEqualTo("0"));
		Carriers.await(() -> assertThat(Carriers.content(this.carriers.centreDatabase, "orders"))
			.isEqualTo(Carriers.content(orders.database, "orders")));
		List<String> numbers = new JdbcTemplate(this.carriers.centreDatabase).queryForList(
				"select target_id from audit.audit_log where chain = 'orders' and action = 'order.place'",
				String.class);
		assertThat(numbers).doesNotHaveDuplicates();
		assertThat(new HashSet<>(numbers)).containsAll(this.acknowledged);
		centre.destroyForcibly().waitFor();
		this.carriers.assertVerified();
	}

	private Process start(String name, DataSource database, Map<String, String> further)
			throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
						"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
						ChildApplication.class.getName()));
		this.carriers.properties(name, database, further).forEach((property) -> command.add("--" + property));
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.directory(new File("").getAbsoluteFile())
			.start();
		this.started.add(process);
		CountDownLatch begun = new CountDownLatch(1);
		Thread reader = new Thread(() -> read(process, begun));
		reader.setDaemon(true);
		reader.start();
		assertThat(begun.await(START_SECONDS, TimeUnit.SECONDS)).as(name + " began").isTrue();
		return process;
	}

	private void read(Process process, CountDownLatch begun) {
		try (BufferedReader lines = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				if (line.startsWith("acknowledged ")) {
					this.acknowledged.add(line.substring("acknowledged ".length()));
				}
				else if (line.equals("begun")) {
					begun.countDown();
				}
			}
		}
		catch (IOException ex) {
			if (process.isAlive()) {
				throw new UncheckedIOException(ex);
			}
		}
	}

}
