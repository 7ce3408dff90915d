package io.auditspring.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.auditspring.AuditLog;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataAccessException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The disk with the ledger, that with the write-ahead log, or that with everything is
 * full. Business calls go on as far as the database lets them, entries wait, none is
 * taken for a bad one, and when there is room again all are written.
 */
@Tag("thorough")
class FullDiskTests {

	private static final int PAGE = 8192;

	/** Those that need the outbox only. */
	private static final Work[] WORKS = { Work.TRANSACTIONAL, Work.ASYNC, Work.NOTE, Work.REFUSED };

	// Of its own, as a server that has lost a tablespace starts no other database.
	private final PostgresServer server = PostgresServer.create();

	private final AuditLog log = new AuditLog(this.server.dataSource());

	private final Answers answers = new Answers();

	@TempDir
	private Path disk;

	@BeforeEach
	void mount() throws Exception {
		Assumptions.assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", this.disk.toString()),
				"Only root may mount a file system");
	}

	private Path space() {
		return this.disk.resolve("space");
	}

	@AfterEach
	void unmount() throws Exception {
		this.server.close();
		run("umount", "--lazy", this.disk.toString());
	}

	private static boolean run(String... command) throws IOException, InterruptedException {
		return new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start()
			.waitFor() == 0;
	}

	@Test
	void entriesWaitForRoom() throws IOException {
		try (ConfigurableApplicationContext context = FaultyApplication.start(this.server.url())) {
			this.log.jdbc().execute("create tablespace small location '%s'".formatted(Files.createDirectory(space())));
			moveLedgerToTheSmallDisk();
			Load load = Load.ofEach(context.getBean(OrderDesk.class), this.answers, "here", Work.values());
			this.answers.awaitFurther(20, Work.values());
			Path filler = fill();
			Awaitility.await().until(() -> this.log.staged() > 100);
			long stored = this.log.count();
			this.answers.awaitFurther(50, WORKS);
			// It is committed, and told to be not chained yet.
			Awaitility.await().until(() -> this.answers.failed(Work.SYNC).size() >= 3);
			assertThat(this.log.count()).isEqualTo(stored);
			Files.delete(filler);
			load.stop();
			new FaultAssertions("", this.answers, this.server.dataSource()).awaitRelay();
		}
		assertThat(WORKS).allSatisfy((work) -> assertThat(this.answers.failed(work)).isEmpty());
		new FaultAssertions("disk of the ledger full", this.answers, this.server.dataSource()).settle(0, Work.values());
	}

	/** Then the server ends, and does not come back before there is room. */
	@Test
	void aFullWriteAheadLogLosesNothing() throws IOException {
		this.server.moveLogTo(this.disk.resolve("log"));
		try (ConfigurableApplicationContext context = FaultyApplication.start(this.server.url(),
				"spring.datasource.hikari.connection-timeout=1000")) {
			Load load = Load.ofEach(context.getBean(OrderDesk.class), this.answers, "here", Work.values());
			this.answers.awaitFurther(20, Work.values());
			Path filler = fill();
			assertThatExceptionOfType(DataAccessException.class).isThrownBy(this::useUpTheLog)
				.satisfies((ex) -> this.answers.awaitFailures(10));
			Files.delete(filler);
			this.server.startAgain();
			this.answers.awaitFurther(20, Work.values());
			load.stop();
			new FaultAssertions("", this.answers, this.server.dataSource()).awaitRelay();
		}
		new FaultAssertions("disk of the write-ahead log full", this.answers, this.server.dataSource()).settle(0,
				Work.values());
	}

	/** Nothing can be written, of the business neither. */
	@Test
	void aFullDataDirectoryLosesNothing() throws IOException {
		this.server.moveTo(this.disk.resolve("data"));
		try (ConfigurableApplicationContext context = FaultyApplication.start(this.server.url(),
				"spring.datasource.hikari.connection-timeout=1000")) {
			Load load = Load.ofEach(context.getBean(OrderDesk.class), this.answers, "here", Work.values());
			this.answers.awaitFurther(20, Work.values());
			Path filler = fill();
			this.answers.awaitFailures(200);
			Files.delete(filler);
			this.server.startAgainIfItEnded();
			this.answers.awaitFurther(20, Work.values());
			load.stop();
			new FaultAssertions("", this.answers, this.server.dataSource()).awaitRelay();
		}
		new FaultAssertions("disk of all data full", this.answers, this.server.dataSource()).settle(0, Work.values());
	}

	/** Segments that were made already take a few changes of files. */
	private void useUpTheLog() {
		for (int i = 0; i < 100; i++) {
			this.log.jdbc().queryForList("select pg_logical_emit_message(true, 'full', 'full')");
			this.log.jdbc().queryForList("select pg_switch_wal()");
		}
	}

	private void moveLedgerToTheSmallDisk() {
		this.log.jdbc()
			.queryForList(
					"select inhrelid::regclass::text from pg_inherits where inhparent = 'audit.audit_log'::regclass",
					String.class)
			.forEach(
					(partition) -> this.log.jdbc().execute("alter table %s set tablespace small".formatted(partition)));
	}

	private Path fill() throws IOException {
		Path filler = this.disk.resolve("filler");
		byte[] page = new byte[PAGE];
		try (var out = Files.newOutputStream(filler)) {
			while (true) {
				out.write(page);
			}
		}
		catch (IOException ex) {
			assertThat(ex).hasMessageContaining("No space left");
		}
		return filler;
	}

}
