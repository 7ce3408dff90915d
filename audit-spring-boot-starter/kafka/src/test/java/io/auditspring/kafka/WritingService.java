/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.sql.DataSource;

import io.auditspring.kafka.Carriers.Service;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A registered service that writes without end, as a process of its own that can be
 * killed.
 */
final class WritingService {

	/** How many entries are compared at once. */
	private static final long PORTION = 20_000;

	private final Carriers carriers;

	private final Service service;

	private final Map<String, String> writing;

	private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

	private final List<String> errors = new CopyOnWriteArrayList<>();

	private ChildProcess process;

	/** How many entries Kafka has acknowledged, as the process says. */
	private volatile long sent;

	/**
	 * Starts one.
	 * @param carriers where
	 * @param service a service that is registered and stopped
	 * @param pause how many milliseconds it waits after each entry
	 */
	WritingService(Carriers carriers, Service service, long pause) {
		this.carriers = carriers;
		this.service = service;
		this.writing = new HashMap<>(service.properties());
		this.writing.put("child.writes", "true");
		this.writing.put("child.pause", String.valueOf(pause));
		this.process = start(this.writing);
	}

	private ChildProcess start(Map<String, String> properties) {
		return this.carriers.start(this.service.name, this.service.name, this.service.database, properties, this::hear);
	}

	private boolean hear(String line) {
		if (line.startsWith(ChildApplication.ACKNOWLEDGED)) {
			return this.acknowledged.add(line.substring(ChildApplication.ACKNOWLEDGED.length()));
		}
		if (line.startsWith(ChildApplication.SENT)) {
			this.sent = Long.parseLong(line.substring(ChildApplication.SENT.length()));
			return true;
		}
		if (ChildApplication.needsPeople(line)) {
			this.errors.add(line);
		}
		return false;
	}

	/** Lines of its log that say that people are to look. */
	List<String> errors() {
		return this.errors;
	}

	String chain() {
		return this.service.name;
	}

	/** One whose database was killed while it started is started again. */
	void awaitBegun() {
		if (!this.process.begins()) {
			this.process = start(this.writing);
			this.process.awaitBegun();
		}
	}

	/** How many entries it was told are kept, since this began. */
	int acknowledged() {
		return this.acknowledged.size();
	}

	/** How many entries were sent, as its database remembers. */
	long mark() {
		return new JdbcTemplate(this.service.database)
			.queryForList("select size from audit.audit_publishing where chain = ?", Long.class, this.service.name)
			.stream()
			.findFirst()
			.orElse(0L);
	}

	/**
	 * Waits until Kafka has acknowledged what the database does not know yet to be sent.
	 */
	void awaitSentBeyondItsMark() {
		Carriers.await(() -> assertThat(this.sent).isGreaterThan(mark()));
	}

	/**
	 * Kills it, and starts it again.
	 * @return whether that was between an acknowledgement of Kafka and the mark of it
	 */
	boolean kill() {
		this.process.kill();
		boolean between = this.sent > mark();
		this.process = start(this.writing);
		return between;
	}

	/** Kills it, and lets it deliver and send what there is. */
	void writeNoMore() {
		this.process.kill();
		this.process = start(this.service.properties());
		this.process.awaitBegun();
	}

	/** After it writes no more: waits until all of it is at the centre. */
	void awaitAllAtTheCentre() {
		Carriers.await(() -> assertThat(this.service.query("select count(*) from audit.audit_outbox")).isEqualTo("0"));
		long size = size();
		Carriers.await(() -> assertThat(atTheCentre()).isEqualTo(size));
		Carriers.await(() -> assertThat(this.service.query("""
				select max(size) from audit.audit_receipt where chain = '%s' and kind = 'stored'
				""".formatted(chain()))).isEqualTo(String.valueOf(size)));
	}

	/** How many entries its chain has. */
	private long size() {
		return size(this.service.database);
	}

	/** How many of them the centre has. */
	long atTheCentre() {
		return size(this.carriers.centreDatabase);
	}

	private long size(DataSource database) {
		return Objects.requireNonNull(new JdbcTemplate(database)
			.queryForObject("select size from audit.audit_chain where name = ?", Long.class, chain()));
	}

	/**
	 * It has each entry that was acknowledged, once, and the centre has the same chain.
	 */
	void assertNothingLostOrDoubleOrReordered() {
		long size = size();
		for (long first = 0; first < size; first += PORTION) {
			assertThat(Carriers.digest(this.carriers.centreDatabase, chain(), first, first + PORTION))
				.as("'%s' from entry %d on", chain(), first)
				.isEqualTo(Carriers.digest(this.service.database, chain(), first, first + PORTION));
		}
		List<String> numbers = new JdbcTemplate(this.carriers.centreDatabase).queryForList("""
				select target_id from audit.audit_log where chain = ? and action = 'order.place' order by seq
				""", String.class, chain());
		assertThat(this.acknowledged).isNotEmpty();
		Set<String> once = new HashSet<>(numbers);
		assertThat(once.size()).as("entries that are there once").isEqualTo(numbers.size());
		assertThat(once.containsAll(this.acknowledged)).as("each that was acknowledged is there").isTrue();
	}

	void stop() {
		this.process.close();
	}

}
