package io.auditspring.delivery.internal.buffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.FaultyDataSource;
import io.auditspring.delivery.Recorders;
import io.auditspring.delivery.internal.outbox.InDoubtEntries;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

import static io.auditspring.delivery.Recorders.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What cannot be written before the end is taken in by the next start.
 */
@ExtendWith(OutputCaptureExtension.class)
class SpoolTests {

	private final DataSource database = TestDatabase.migrated();

	private final FaultyDataSource faulty = new FaultyDataSource(this.database);

	private final AuditLog log = new AuditLog(this.database);

	@TempDir
	Path directory;

	private ApplicationContextRunner runner(String... properties) {
		return Recorders.runner(this.faulty, spool(), properties).withPropertyValues("audit.delivery=async");
	}

	private Path spool() {
		return this.directory.resolve("spool");
	}

	private List<Path> files(String suffix) {
		try (Stream<Path> files = Files.walk(spool())) {
			return files.filter(Files::isRegularFile).filter((file) -> file.toString().endsWith(suffix)).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Records so many and stops while the database is down. */
	private void leave(int entries, String... properties) {
		runner(properties).run((context) -> {
			record(context, "first");
			this.log.await(1);
			this.faulty.goDown();
			record(context, 1, entries);
		});
		this.faulty.comeBack();
	}

	private void assertComplete(ApplicationContext context, int entries) {
		assertThat(this.log.await(entries + 1)).extracting("action")
			.containsExactlyElementsOf(
					Stream.concat(Stream.of("first"), IntStream.rangeClosed(1, entries).mapToObj((i) -> "no." + i))
						.toList());
		assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue();
	}

	@Test
	void theNextStartTakesInWhatWasLeftInItsOrder() throws IOException {
		leave(2_500);
		assertThat(files(".spool")).hasSize(1);
		Path file = files(".spool").get(0);
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(spool()))).isEqualTo("rwx------");
		runner().run((context) -> assertComplete(context, 2_500));
		assertThat(files("")).isEmpty();
	}

	@Test
	void aFileThatWasTakenInButNotDeletedIsNotTakenInTwice() throws IOException {
		leave(300);
		Path file = files(".spool").get(0);
		Path copy = file.resolveSibling("zzz.spool");
		Files.copy(file, copy);
		runner().run((context) -> assertComplete(context, 300));
		assertThat(files("")).isEmpty();
	}

	@Test
	void twoInstancesThatStartTogetherTakeInAFileOnce() {
		leave(400);
		runner().run((one) -> Recorders.runner(this.database, spool()).run((other) -> assertComplete(other, 400)));
		assertThat(files("")).isEmpty();
	}

	@Test
	void aDamagedFileIsSetAsideAndStopsNothing() throws IOException {
		leave(250);
		Path file = files(".spool").get(0);
		Files.writeString(file, Files.readString(file).replace("no.220", "no.666"));
		Files.writeString(spool().resolve("0.spool"), "something else");
		Files.writeString(spool().resolve("1.spool"), "");
		runner().run((context) -> {
			record(context, "second");
			assertThat(this.log.await(202)).extracting("action").contains("no.200", "second").doesNotContain("no.666");
		});
		assertThat(files(".spool")).isEmpty();
		assertThat(files(".damaged")).hasSize(3);
	}

	@Test
	void whatIsGoodBehindADamagedLineIsTakenIn() throws IOException {
		leave(300);
		Path file = files(".spool").get(0);
		byte[] bytes = Files.readAllBytes(file);
		String text = new String(bytes, StandardCharsets.ISO_8859_1);
		bytes[text.indexOf("no.20\"")] = (byte) 0xff;
		Files.write(file, bytes);
		runner().run((context) -> assertThat(this.log.await(201)).extracting("action")
			.contains("first", "no.101", "no.300")
			.doesNotContain("no.20"));
		assertThat(files(".spool")).isEmpty();
		assertThat(files(".damaged")).hasSize(1);
	}

	@Test
	void whatIsUndecidedInADamagedFileIsKept() throws Exception {
		Spool spool = new Spool(spool(), new SpoolOwner(null, "main", UUID.randomUUID()));
		spool.keep(Stream.of("a", "b", "c")
			.map((action) -> new InDoubtEntries(List.of(Entries.entry("order." + action))))
			.toList());
		Path file = files(".spool").get(0);
		Files.writeString(file, Files.readString(file).replace("order.b", "order.x"));
		spool.takeIn((doubt) -> false, () -> true);
		assertThat(files(".damaged")).hasSize(1);
		List<String> taken = new ArrayList<>();
		spool.takeIn((doubt) -> taken.addAll(doubt.entries().stream().map(Entry::action).toList()), () -> true);
		assertThat(taken).containsExactly("order.a", "order.c");
		assertThat(files(".spool")).isEmpty();
	}

	@Test
	void aFileThatLostItsEndIsSetAside() throws IOException {
		leave(250);
		Path file = files(".spool").get(0);
		String text = Files.readString(file);
		Files.writeString(file, text.substring(0, text.indexOf("\nend ") + 1));
		runner().run((context) -> this.log.await(251));
		assertThat(files(".damaged")).hasSize(1);
	}

	@Test
	void theFileOfAnotherServiceOrLedgerIsLeftForItsOwnerWithoutAWord(CapturedOutput output) {
		leave(5, "audit.service-name=one");
		meetsOthers(output);
	}

	@Test
	void theFileOfAnEarlierVersionIsTakenInByItsOwnerOnly(CapturedOutput output) throws IOException {
		leave(5, "audit.service-name=one");
		Path file = files(".spool").get(0);
		assertThat(file.getParent().getFileName().toString()).matches("one-[0-9a-f]{8}");
		Files.move(file, spool().resolve(file.getFileName()));
		meetsOthers(output);
	}

	private void meetsOthers(CapturedOutput output) {
		int told = output.getAll().length();
		Recorders.runner(this.faulty, spool(), "audit.service-name=two").run((context) -> record(context, "two"));
		Recorders.runner(TestDatabase.migrated(), spool(), "audit.service-name=one")
			.run((context) -> record(context, "elsewhere"));
		assertThat(output.getAll().substring(told)).doesNotContain("WARN", "spool");
		assertThat(files(".spool")).hasSize(1);
		runner("audit.service-name=one").run((context) -> assertThat(this.log.await(7)).hasSize(7));
		assertThat(files("")).isEmpty();
	}

	@Test
	void aDirectoryThatOthersMayWriteToIsNotTrusted() throws IOException {
		leave(5);
		Path own = files(".spool").get(0).getParent();
		Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwxrwx"));
		runner().run((context) -> {
			record(context, "second");
			assertThat(this.log.await(2)).extracting("action").containsExactly("first", "second");
		});
		Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwx------"));
		runner().run((context) -> this.log.await(7));
	}

	@Test
	void aDirectoryThatSomebodyElseMadeIsNotTrusted() throws IOException {
		leave(5);
		Path own = files(".spool").get(0).getParent();
		UserPrincipal owner = Files.getOwner(own);
		assumeTrue(owner.getName().equals("root"), "Only root gives directories away");
		Files.setOwner(own, own.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
		runner().run((context) -> {
			record(context, "second");
			assertThat(this.log.await(2)).extracting("action").containsExactly("first", "second");
		});
		Files.setOwner(own, owner);
		runner().run((context) -> this.log.await(7));
	}

	/** Volumes of containers are open to all, and often behind a link. */
	@Test
	void anOpenVolumeBehindALinkWillDo() throws IOException {
		Path volume = Files.createDirectory(this.directory.resolve("volume"));
		Files.setPosixFilePermissions(volume, PosixFilePermissions.fromString("rwxrwxrwx"));
		Files.createSymbolicLink(spool(), volume);
		leave(5);
		runner().run((context) -> assertComplete(context, 5));
	}

	@Test
	void whatIsLeftOfAKilledProcessOrCannotBeReadKeepsNothingFromBeingTakenIn() throws IOException {
		leave(5);
		Path own = files(".spool").get(0).getParent();
		Files.createDirectory(own.resolve("0.spool"));
		Path unfinished = Files.createFile(own.resolve("1.tmp"));
		Files.setLastModifiedTime(unfinished, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
		Path beingWritten = Files.createFile(own.resolve("2.tmp"));
		runner().run((context) -> assertComplete(context, 5));
		assertThat(unfinished).doesNotExist();
		assertThat(beingWritten).exists();
	}

	@Test
	void aStopThatIsInterruptedLosesNothing() {
		runner("audit.batch.linger=10s").run((context) -> {
			record(context, "first");
			record(context, 1, 100);
			Thread.currentThread().interrupt();
			context.getBean(AsyncBuffer.class).stop();
			assertThat(Thread.interrupted()).isTrue();
			assertThat(this.log.count()).isEqualTo(101);
		});
		assertThat(spool()).doesNotExist();
		runner().run((context) -> {
			this.faulty.goDown();
			record(context, 101, 103);
			Thread.currentThread().interrupt();
			context.getBean(AsyncBuffer.class).stop();
			assertThat(Thread.interrupted()).isTrue();
			this.faulty.comeBack();
		});
		runner().run((context) -> assertComplete(context, 103));
	}

	@Test
	void aCallerThatIsInterruptedLosesNothing() {
		runner("audit.async.capacity=1", "audit.failure-policy=log").run((context) -> {
			record(context, "first");
			this.log.await(1);
			this.faulty.goDown();
			Thread.currentThread().interrupt();
			record(context, 1, 3);
			assertThat(Thread.interrupted()).isTrue();
			assertThat(context.getBean(DeliveryStatistics.class).lastLoss()).isNull();
			this.faulty.comeBack();
			assertThat(this.log.await(4)).extracting("action").contains("no.1", "no.2", "no.3");
		});
	}

	@Test
	void whatIsNoRoomForWhileTheDatabaseIsDownIsInAFileAtOnce() {
		runner("audit.async.capacity=2", "audit.async.block-timeout=10ms", "audit.failure-policy=log")
			.run((context) -> {
				record(context, "first");
				this.log.await(1);
				this.faulty.goDown();
				record(context, 1, 6);
				assertThat(files(".spool")).isNotEmpty();
				assertThat(context.getBean(DeliveryStatistics.class).lastLoss()).isNull();
				this.faulty.comeBack();
				assertThat(this.log.await(7)).extracting("action").contains("no.1", "no.6");
			});
		assertThat(files("")).isEmpty();
	}

	@Test
	void whatWasDiscardedWhileTheDatabaseIsDownIsRecordedByTheNextStart() {
		leave(50, "audit.async.capacity=10", "audit.async.overflow=discard");
		runner().run((context) -> this.log.jdbc());
		Long discarded = this.log.jdbc()
			.queryForObject(
					"select sum((metadata ->> 'count')::int) from audit.audit_log where action = 'audit.discarded'",
					Long.class);
		Long kept = this.log.jdbc()
			.queryForObject("select count(*) from audit.audit_log where action like 'no.%'", Long.class);
		assertThat(discarded).isPositive();
		assertThat(kept + discarded).isEqualTo(50);
	}

	@Test
	void callsAfterTheStopAreStoredOrKept() {
		runner("audit.failure-policy=log").run((context) -> {
			record(context, "first");
			context.getBean(AsyncBuffer.class).stop();
			record(context, 1, 1);
			assertThat(this.log.await(2)).last().extracting("action").isEqualTo("no.1");
			this.faulty.goDown();
			record(context, 2, 2);
			assertThat(files(".spool")).hasSize(1);
			this.faulty.comeBack();
		});
		runner().run((context) -> assertComplete(context, 2));
	}

}
