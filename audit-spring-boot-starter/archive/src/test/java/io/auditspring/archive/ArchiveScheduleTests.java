/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.faults.PgBouncer;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.retention.Retention;
import io.auditspring.retention.RetentionAction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What is older than a while is archived by quarters of a month, and stays in the ledger
 * until its month is due.
 */
class ArchiveScheduleTests {

	private static final String KEY = Ed25519Signer.newPem();

	private static final Entry CLERK = new SampleChain("main", 3).unplaced(1).get(0);

	@TempDir
	static Path prepared;

	private static ArchivedLedger written;

	@TempDir
	Path directory;

	@TempDir
	Path memory;

	private FaultyStore store = new FaultyStore(Path.of(""));

	private ArchivedLedger ledger;

	/** Written and signed once, and copied for each test. */
	@BeforeAll
	static void writeAMonth() {
		written = ArchivedLedger.create(new FaultyStore(prepared), KEY, prepared);
		SampleChain samples = new SampleChain("main", 5);
		for (String time : List.of("2018-12-31T23:59:59.999999Z", "2019-01-01T00:00:00Z", "2019-01-07T23:59:59Z",
				"2019-01-08T00:00:00Z", "2019-01-22T00:00:00Z", "2019-01-31T23:00:00Z", "2019-02-03T00:00:00Z")) {
			written.appendAt(Instant.parse(time), "main", samples.unplaced(10));
		}
		written.appendAt(Instant.parse("2019-01-09T00:00:00Z"), "other", samples.unplaced(3));
		written.checkpoint("main");
		written.checkpoint("other");
	}

	@BeforeEach
	void takeAMonth() throws IOException {
		FileSystemUtils.copyRecursively(prepared, this.memory);
		this.store = new FaultyStore(this.directory);
		this.ledger = ArchivedLedger.copyOf(written, this.store, KEY, this.memory);
	}

	private void archiveAt(String time) throws IOException {
		archiveAt(time, (chain) -> {
		});
	}

	private void archiveAt(String time, Consumer<String> signing) throws IOException {
		new ArchiveSchedule(this.ledger.dataSource(), this.ledger.schema(), this.ledger.archive(), Duration.ofDays(30),
				Clock.fixed(Instant.parse(time), ZoneOffset.UTC), signing)
			.archive(EntryCodec.write(List.of(CLERK)));
	}

	private String archived() {
		return this.ledger
			.query("""
					select string_agg(concat_ws(' ', chain, first_seq, last_seq, generation), ', ' order by chain, first_seq)
					from audit.audit_archived
					""");
	}

	private String verified() throws IOException {
		return new ArchiveVerifier(this.store, this.ledger.evidence(), ArchiveOptions.DEFAULT,
				VerificationProgress.NONE)
			.verify()
			.chains()
			.toString();
	}

	@Test
	void whatIsOldEnoughIsArchivedByQuartersOfAMonth() throws Exception {
		archiveAt("2019-02-13T23:59:59Z");
		assertThat(archived()).isEqualTo("main 0 9 1, main 10 29 1");
		archiveAt("2019-02-14T00:00:00Z");
		assertThat(archived()).isEqualTo("main 0 9 1, main 10 29 1, main 30 39 1, other 0 2 1");
		archiveAt("2019-03-02T23:59:59Z");
		archiveAt("2019-03-03T00:00:00Z");
		assertThat(archived()).isEqualTo("main 0 9 1, main 10 29 1, main 30 39 1, main 40 59 1, other 0 2 1");
		assertThat(this.ledger.query("select count(*) from audit.audit_log where action <> 'audit.archive'"))
			.isEqualTo("73");
		assertThat(verified()).isEqualTo("[main [0, 60): valid, other [0, 3): valid]");
		assertThat(this.ledger.verify()).isTrue();
	}

	/** Where each transaction may have another session. */
	@Test
	void behindPgBouncerItIsTheSame() throws Exception {
		try (PgBouncer bouncer = PgBouncer.start((PGSimpleDataSource) this.ledger.dataSource(), this.memory)) {
			this.ledger = ArchivedLedger.at(bouncer.url() + "&user=postgres", this.store, KEY, this.memory);
			archiveAt("2019-03-03T00:00:00Z");
			assertThat(archived()).isEqualTo("main 0 9 1, main 10 29 1, main 30 39 1, main 40 59 1, other 0 2 1");
			assertThat(this.ledger.retention(CLERK, (archive) -> archive).apply().retired())
				.containsExactly(YearMonth.of(2018, 12), YearMonth.of(2019, 1), YearMonth.of(2019, 2));
			assertThat(verified()).isEqualTo("[main [0, 70): valid, other [0, 3): valid]");
			assertThat(this.ledger.verify()).isTrue();
		}
	}

	@Test
	void whoeverDiesDoesItAgainAndItIsTheSame() throws Exception {
		for (int step : new int[] { 1, 4, 8, 12 }) {
			this.store.failAt(step);
			assertThatThrownBy(() -> archiveAt("2019-02-%d".formatted(10 + step) + "T00:00:00Z"))
				.hasMessageContaining("died at step");
		}
		this.store.failAt(0);
		archiveAt("2019-03-03T00:00:00Z");
		assertThat(archived()).isEqualTo("main 0 9 1, main 10 29 1, main 30 39 1, main 40 59 1, other 0 2 1");
		assertThat(this.store.list()).hasSize(20);
		assertThat(verified()).isEqualTo("[main [0, 60): valid, other [0, 3): valid]");
	}

	@Test
	void theMonthIsDroppedWhenItIsDueWithoutBeingArchivedTwice() throws Exception {
		archiveAt("2019-02-14T00:00:00Z");
		this.ledger.retention(CLERK, UnaryOperator.identity()).apply();
		assertThat(this.ledger.query("select count(*) from audit.audit_log where recorded_at < '2020-01-01'"))
			.isEqualTo("0");
		assertThat(archived())
			.isEqualTo("main 0 9 1, main 10 29 1, main 30 39 1, main 40 59 1, main 60 69 1, other 0 2 1");
		assertThat(verified()).isEqualTo("[main [0, 70): valid, other [0, 3): valid]");
	}

	@Test
	void whatIsAskedForIsArchivedAtOnceMonthByMonthAndTheRestWhenItIsDue() throws Exception {
		Retention retention = this.ledger.retention(CLERK, UnaryOperator.identity());
		retention.archive("main", 65);
		retention.archive("main", 65);
		assertThat(archived()).isEqualTo("main 0 9 1, main 10 59 1, main 60 64 1");
		assertThat(this.ledger.query("select count(*) from audit.audit_log where action <> 'audit.archive'"))
			.isEqualTo("73");
		retention.apply();
		assertThat(archived()).isEqualTo("main 0 9 1, main 10 59 1, main 60 64 1, main 65 69 1, other 0 2 1");
		assertThat(verified()).isEqualTo("[main [0, 70): valid, other [0, 3): valid]");
	}

	@Test
	void whereNothingIsArchivedThatIsSaid() {
		Retention retention = new Retention(this.ledger.dataSource(), this.ledger.schema(), Period.ofYears(7),
				RetentionAction.DROP, () -> CLERK, Clock.systemUTC(), null, this.ledger.archive());
		assertThatThrownBy(() -> retention.archive("main", 1)).isInstanceOf(IllegalStateException.class)
			.hasMessageContaining("audit.retention.action=archive");
	}

	@Test
	void whatTheArchiveSaysIsNotArchivedForItsOwnSake() throws Exception {
		archiveAt("2019-04-30T00:00:00Z");
		assertThat(archived()).startsWith("main 0 9 1").contains("main 60 69 1");
		String before = archived();
		// The entries that tell of it are of today.
		archiveAt("2040-01-01T00:00:00Z");
		assertThat(archived()).isEqualTo(before);
	}

	@Test
	void whatNobodySignedIsNotArchived() {
		this.ledger.appendAt(Instant.parse("2019-01-10T00:00:00Z"), "third", new SampleChain("third", 6).unplaced(2));
		assertThatThrownBy(() -> archiveAt("2019-02-14T00:00:00Z"))
			.hasMessageContaining("no signed checkpoint covers entries 0 to 1 of chain 'third'");
		assertThat(archived()).isEqualTo("main 0 9 1, main 10 29 1, main 30 39 1, other 0 2 1");
		assertThatThrownBy(() -> this.ledger.retention(CLERK, UnaryOperator.identity()).archive("third", 2))
			.isInstanceOf(IOException.class)
			.hasMessageContaining("no signed checkpoint covers entries 0 to 1 of chain 'third'");
	}

	@Test
	void chainsThatNobodyElseSignsAreSignedWhenTheyAreArchived() throws Exception {
		this.ledger.appendAt(Instant.parse("2019-01-10T00:00:00Z"), "third", new SampleChain("third", 6).unplaced(2));
		archiveAt("2019-01-31T00:00:00Z", this.ledger::checkpoint);
		assertThat(this.ledger.query("select count(*) from audit.audit_checkpoint where chain = 'third'"))
			.isEqualTo("0");
		archiveAt("2019-02-14T00:00:00Z", this.ledger::checkpoint);
		assertThat(archived()).endsWith("third 0 1 1");
		assertThat(verified()).endsWith("third [0, 2): valid]");
		this.ledger.appendAt(Instant.parse("2019-01-10T00:00:00Z"), "fourth", new SampleChain("fourth", 6).unplaced(2));
		assertThatThrownBy(() -> archiveAt("2019-03-14T00:00:00Z", (chain) -> {
			throw new CheckpointRefusedException("Entry 5 was altered");
		})).isInstanceOf(IOException.class)
			.hasMessageContaining("Entry 5 was altered")
			.hasMessageContaining("'fourth'");
		assertThat(archived()).contains("main 60 69 1");
	}

}
