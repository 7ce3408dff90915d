package io.auditspring.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.auditspring.CheckpointSigner;
import io.auditspring.archive.internal.range.Manifest;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.archive.internal.range.RangeWriter;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import io.auditspring.ledger.internal.merkle.Sha256;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.retention.MonthArchive;
import io.auditspring.retention.RedactableArchive;
import io.auditspring.retention.Redaction;
import io.auditspring.retention.RetentionReport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Months that are due are archived, verified and only then dropped, whoever dies when.
 */
class LedgerArchiveTests {

	private static final YearMonth DECEMBER = YearMonth.of(2018, 12);

	private static final YearMonth JANUARY = YearMonth.of(2019, 1);

	private static final String KEY = Ed25519Signer.newPem();

	private static final Entry CLERK = new SampleChain("main", 3).unplaced(1).get(0);

	private static final String ERASE_FIVE = """
			update entries
			set actor_erased = true, actor_id = null, actor_name = null, impersonator_id = null, ip_address = null,
				user_agent = null, session_id = null, device_fingerprint = null, geolocation = null,
				salt = unhex(repeat('00', 16) || substring(hex(salt) from 33))
			where seq = 5
			""";

	@TempDir
	static Path prepared;

	private static ArchivedLedger written;

	private static ArchivedLedger retired;

	@TempDir
	Path directory;

	@TempDir
	Path memory;

	private FaultyStore store = new FaultyStore(Path.of(""));

	private ArchivedLedger ledger;

	/** Written once, and copied for each test. */
	@BeforeAll
	static void writeThreeMonths() throws IOException {
		Path memory = Files.createDirectory(prepared.resolve("memory"));
		FaultyStore store = new FaultyStore(prepared.resolve("archive"));
		written = ArchivedLedger.create(store, KEY, memory);
		SampleChain samples = new SampleChain("main", 5);
		written.appendAt(Instant.parse("2018-12-31T23:59:59.999999Z"), "main", samples.unplaced(300));
		written.appendAt(Instant.parse("2019-01-01T00:00:00Z"), "main", samples.unplaced(40));
		written.appendAt(Instant.parse("2019-01-31T00:00:00Z"), "other", samples.unplaced(2));
		written.appendAt(Instant.parse("2026-11-01T00:00:00Z"), "main", samples.unplaced(10));
		retired = ArchivedLedger.copyOf(written, store, KEY, memory);
		assertThat(retired.retention(CLERK, UnaryOperator.identity()).apply().retired()).containsExactly(DECEMBER,
				JANUARY);
	}

	@BeforeEach
	void takeThreeMonths() {
		this.store = new FaultyStore(this.directory);
		this.ledger = ArchivedLedger.copyOf(written, this.store, KEY, this.memory);
	}

	/** As {@link #retire} leaves it. */
	private void retired() throws IOException {
		FileSystemUtils.copyRecursively(prepared.resolve("archive"), this.directory);
		FileSystemUtils.copyRecursively(prepared.resolve("memory"), this.memory);
		this.ledger = ArchivedLedger.copyOf(retired, this.store, KEY, this.memory);
	}

	private RetentionReport retire() {
		return this.ledger.retention(CLERK, UnaryOperator.identity()).apply();
	}

	private RetentionReport dieBeforeTheMonthIsDropped() {
		return this.ledger.retention(CLERK, LedgerArchiveTests::dieAfter).apply();
	}

	private static MonthArchive dieAfter(MonthArchive archive) {
		return (chain, first, last, by) -> {
			archive.archive(chain, first, last, by);
			throw new IOException("died before the month was dropped");
		};
	}

	private Verification verify() throws IOException {
		return verify(this.ledger.evidence());
	}

	private Verification verify(TrustPolicy evidence) throws IOException {
		return new ArchiveVerifier(this.store, evidence, new ArchiveOptions(null, "256MB", 2),
				VerificationProgress.NONE)
			.verify();
	}

	private String left() {
		return this.ledger.query("select count(*) from audit.audit_log where recorded_at < '2020-01-01'");
	}

	private void assertNothingIsLostAndNothingDouble() throws IOException {
		Verification found = verify();
		assertThat(found.chains()).allSatisfy((chain) -> assertThat(chain.problems()).isEmpty());
		assertThat(found.chains()).hasToString("[main [0, 340): valid, other [0, 2): valid]");
		assertThat(this.ledger.query("""
				select string_agg(concat_ws(' ', chain, metadata ->> 'firstSeq', metadata ->> 'lastSeq',
					metadata ->> 'generation', metadata ->> 'manifest' = (
						select manifest from audit.audit_archived as archived
						where archived.chain = l.chain and first_seq = (metadata ->> 'firstSeq')::bigint
					)), ', ' order by chain, metadata ->> 'firstSeq')
				from audit.audit_log l
				where action = 'audit.archive'
				""")).isEqualTo("main 0 299 1 t, main 300 339 1 t, other 0 1 1 t");
		assertThat(this.ledger.query("select count(*) from audit.audit_log where action = 'audit.retirement'"))
			.isEqualTo("3");
		assertThat(left()).isEqualTo("0");
		assertThat(this.store.list()).hasSize(12);
	}

	@Test
	void monthsThatAreDueAreArchivedVerifiedAndDropped() throws Exception {
		assertThat(retire()).isEqualTo(new RetentionReport(List.of(DECEMBER, JANUARY), null, null));
		assertNothingIsLostAndNothingDouble();
		assertThat(retire().retired()).isEmpty();
		assertNothingIsLostAndNothingDouble();
	}

	/** As the ledger's own functions hash it, and whoever inserts with SQL. */
	@Test
	void anAddressIsArchivedAsItWasHashed() throws Exception {
		this.ledger.execute("""
				select audit.audit_hold('main', 'nobody', null, null, 'case 12', '{"actorType": "user",
					"operation": "01890000-0000-7000-8000-000000000001",
					"actor": {"id": "clerk", "ip": "::ffff:203.0.113.9"}}')
				""");
		this.ledger.checkpoint("main");
		this.ledger.archive().archive("main", 0, 350, EntryCodec.write(List.of(CLERK)));
		assertThat(verify().chains()).hasToString("[main [0, 351): valid]");
	}

	@Test
	void aMonthUnderALegalHoldIsNeitherArchivedNorDropped() throws Exception {
		this.ledger.execute("""
				insert into audit.audit_legal_hold (actor_id, reason)
				select actor_id, 'case 12' from audit.audit_log where seq = 7 and chain = 'main'
				""");
		assertThat(retire().kept()).isEqualTo(DECEMBER);
		assertThat(this.store.list()).isEmpty();
	}

	@Test
	void whatDoesNotVerifyWhenItIsReadBackStaysInTheLedger() {
		this.store.damage();
		RetentionReport report = retire();
		assertThat(report.kept()).isEqualTo(DECEMBER);
		assertThat(report.reason()).startsWith("it is not archived: what was read back").contains("was it cut off?");
		assertThat(left()).isEqualTo("342");
		assertThat(this.ledger.query("select count(*) from audit.audit_archived")).isEqualTo("0");
	}

	@Test
	void whatWasDamagedInTheArchiveAfterwardsStaysInTheLedger() throws Exception {
		dieBeforeTheMonthIsDropped();
		Files.write(this.directory.resolve("chain=main/000000000000-000000000299/payload-1.parquet"), new byte[10]);
		assertThat(retire().reason()).contains("does not verify");
		assertThat(left()).isEqualTo("342");
	}

	@Test
	void whoeverDiesAtAnyStepNothingIsLostAndNothingDouble() throws Exception {
		int deaths = 0;
		for (int step = 1; step <= 8; step++) {
			this.store.failAt(step);
			deaths += (retire().reason() != null) ? 1 : 0;
		}
		assertThat(deaths).isEqualTo(8);
		this.store.failAt(0);
		assertThat(dieBeforeTheMonthIsDropped().kept()).isEqualTo(DECEMBER);
		assertThat(retire().retired()).containsExactly(DECEMBER, JANUARY);
		assertNothingIsLostAndNothingDouble();
	}

	/**
	 * Of another ledger, or of what a restored database lacks, it may be all there is.
	 */
	@Test
	void whatIsInTheArchiveAndNotInTheLedgerIsNotClearedAway() throws Exception {
		CheckpointSigner stranger = Ed25519Signer.ofPem("example.com/other", Ed25519Signer.newPem());
		List<StoredEntry> entries = new SampleChain("main", 99).entries(150);
		new RangeWriter(this.store, new ArchiveOptions(null, "256MB", 2), stranger)
			.write(SampleChain.seal(entries, 0, 149, stranger), entries::forEach, UnaryOperator.identity());
		List<String> before = this.store.list();
		this.ledger.checkpoint("main");
		assertThatThrownBy(() -> this.ledger.archive().archive("main", 0, 299, EntryCodec.write(List.of(CLERK))))
			.isInstanceOf(IOException.class)
			.hasMessageContaining("not those of this ledger");
		assertThat(this.store.list()).isEqualTo(before);
	}

	@Test
	void whatIsInTheArchiveUnderTheSameNamesAndNotInTheLedgerIsNotClearedAway() throws Exception {
		CheckpointSigner stranger = Ed25519Signer.ofPem("example.com/other", Ed25519Signer.newPem());
		List<StoredEntry> entries = new SampleChain("main", 99).entries(300);
		new RangeWriter(this.store, new ArchiveOptions(null, "256MB", 2), stranger)
			.write(SampleChain.seal(entries, 0, 299, stranger), entries::forEach, UnaryOperator.identity());
		List<byte[]> before = contents();
		assertThat(retire().reason()).contains("not those of this ledger");
		assertThat(contents()).containsExactlyElementsOf(before);
		assertThat(left()).isEqualTo("342");
	}

	private List<byte[]> contents() throws IOException {
		List<byte[]> contents = new ArrayList<>();
		for (String name : this.store.list()) {
			contents.add(Files.readAllBytes(this.directory.resolve(name)));
		}
		return contents;
	}

	/** The generation that it knows is deleted: what it does not know is all there is. */
	@Test
	void whatARestoredDatabaseDoesNotKnowIsNotClearedAway() throws Exception {
		retired();
		assertThat(erase(7)).containsExactly(RedactableArchive.Result.ERASED);
		ArchivedLedger restored = ArchivedLedger.copyOf(this.ledger, this.store, KEY, this.memory);
		assertThat(erase(8)).containsExactly(RedactableArchive.Result.ERASED);
		this.ledger = restored;
		List<String> before = this.store.list();
		assertThat(before).contains("chain=main/000000000000-000000000299/payload-3.parquet")
			.doesNotContain("chain=main/000000000000-000000000299/payload-2.parquet");
		assertThatThrownBy(() -> erase(9)).isInstanceOf(IOException.class)
			.hasMessageContaining("lacks 'chain=main/000000000000-000000000299/payload-2.parquet'")
			.hasMessageContaining("this is a restored database, or a copy of another one");
		assertThatThrownBy(() -> this.ledger.archive().followLedger(EntryCodec.write(List.of(CLERK))))
			.isInstanceOf(IOException.class)
			.hasMessageContaining("payload-2.parquet");
		assertThat(this.store.list()).isEqualTo(before);
		takeOverTheNewestGeneration();
		assertThat(erase(9)).containsExactly(RedactableArchive.Result.ERASED);
		assertThat(this.store.list()).contains("chain=main/000000000000-000000000299/payload-4.parquet");
		assertThat(erase(8)).containsExactly(RedactableArchive.Result.REDACTED);
		assertThat(verify().chains()).hasToString("[main [0, 340): valid, other [0, 2): valid]");
	}

	/** As the documents say. */
	private void takeOverTheNewestGeneration() throws IOException {
		Path manifest = this.directory.resolve("chain=main/000000000000-000000000299/manifest-3.json");
		this.ledger.execute("""
				select audit.audit_archive(chain, first_seq, last_seq, generation + 1, '%s', first_recorded_at,
					last_recorded_at, '{"actorType": "user", "operation": "01890000-0000-7000-8000-000000000001",
						"actor": {"id": "dba"}}')
				from audit.audit_archived
				where chain = 'main' and first_seq = 0 and generation = 2
				""".formatted(HexFormat.of().formatHex(Sha256.hash(Files.readAllBytes(manifest)))));
	}

	@Test
	void whatWasArchivedAndErasedSinceTheBackupIsArchivedAgain(@TempDir Path other) throws Exception {
		retired();
		erase(7);
		this.ledger = ArchivedLedger.copyOf(written, this.store, KEY, other);
		assertThat(retire().retired()).containsExactly(DECEMBER, JANUARY);
		assertNothingIsLostAndNothingDouble();
	}

	@Test
	void whatARestoredArchiveHasIsNotClearedAway() throws Exception {
		retired();
		Path range = this.directory.resolve("chain=main/000000000000-000000000299");
		byte[] payload = Files.readAllBytes(range.resolve("payload-1.parquet"));
		erase(7);
		byte[] erased = Files.readAllBytes(range.resolve("payload-2.parquet"));
		Files.delete(range.resolve("payload-2.parquet"));
		Files.write(range.resolve("payload-1.parquet"), payload);
		assertThatThrownBy(() -> erase(8)).isInstanceOf(IOException.class)
			.hasMessageContaining(
					"lacks 'chain=main/000000000000-000000000299/payload-2.parquet', which the ledger names.");
		assertThat(range.resolve("payload-1.parquet")).exists();
		Files.write(range.resolve("payload-2.parquet"), erased);
		assertThat(erase(8)).containsExactly(RedactableArchive.Result.ERASED);
		assertThat(range.resolve("payload-1.parquet")).doesNotExist();
		assertThat(verify().chains()).hasToString("[main [0, 340): valid, other [0, 2): valid]");
	}

	@Test
	void whatSomebodyLeftWhoWasKilledWhileItWroteIsDeletedWhenSomethingIsErased() throws Exception {
		retired();
		Path payload = this.directory.resolve("chain=main/000000000000-000000000299/payload-1.parquet");
		Path killed = Files.copy(payload, payload.resolveSibling("123.tmp"));
		Path elsewhere = Files.copy(payload, this.directory.resolve("chain=other/456.tmp"));
		Path writing = Files.copy(payload, payload.resolveSibling("789.tmp"));
		for (Path old : List.of(killed, elsewhere)) {
			Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
		}
		assertThat(this.store.list()).hasSize(12);
		assertThat(killed).exists();
		erase(7);
		assertThat(killed).doesNotExist();
		assertThat(writing).exists();
		assertThat(this.store.list("chain=other/")).hasSize(4);
		assertThat(elsewhere).doesNotExist();
	}

	@Test
	void oneThatIsKilledWhileItWritesIsFollowedByOneThatDeletesWhatItLeft() throws Exception {
		Path killed = Files.createDirectories(this.directory.resolve("chain=main/000000000000-000000000299"))
			.resolve("123.tmp");
		Files.writeString(killed, "half a payload");
		Files.setLastModifiedTime(killed, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
		Path content = Files.writeString(this.memory.resolve("content"), "the file");
		this.store.putIfAbsent("chain=main/000000000000-000000000299/core.parquet", content);
		assertThat(killed).doesNotExist();
	}

	/** What is erased of other ranges must not wait until somebody mends the first. */
	@Test
	void oneRangeThatCannotBeReadKeepsNoOtherFromBeingErased() throws Exception {
		retired();
		Files.write(this.directory.resolve("chain=main/000000000000-000000000299/payload-1.parquet"), new byte[10]);
		assertThatThrownBy(() -> erase(7, 301)).isInstanceOf(IOException.class)
			.hasMessageStartingWith("entries 0 to 299 of chain 'main': ")
			.hasMessageContaining("payload-1.parquet' is not the one");
		assertThat(this.store.list()).contains("chain=main/000000000300-000000000339/payload-2.parquet");
		assertThat(this.ledger
			.query("select string_agg(metadata ->> 'seq', ' ') from audit.audit_log where action = 'audit.redaction'"))
			.isEqualTo("301");
	}

	@Test
	void withoutTheDatabaseNoRangeIsTriedAfterTheFirst() throws Exception {
		retired();
		AtomicInteger connections = new AtomicInteger();
		LedgerArchive archive = new LedgerArchive(new DelegatingDataSource(this.ledger.dataSource()) {

			@Override
			public Connection getConnection() throws SQLException {
				if (connections.incrementAndGet() > 1) {
					throw new SQLTransientConnectionException("there is no connection for half a minute");
				}
				return super.getConnection();
			}

		}, this.ledger.schema(), this.store, ArchiveOptions.DEFAULT, null, this.ledger.evidence());
		assertThatThrownBy(() -> archive.redact(null, List.of(UUID.fromString(id(7))), EntryGroup.ACTOR, "asked to",
				EntryCodec.write(List.of(CLERK))))
			.isInstanceOf(IOException.class)
			.hasMessageContaining("for half a minute");
		assertThat(connections).hasValue(2);
	}

	/** What nobody recorded would be in no erasure's way. */
	@Test
	void whatSomebodyLeftWhoWantedOtherEndsIsClearedAway() throws Exception {
		this.ledger.checkpoint("main");
		String by = EntryCodec.write(List.of(CLERK));
		for (int step = 1; step <= 8; step++) {
			this.store.failAt(step);
			int last = 150 + step;
			assertThatThrownBy(() -> this.ledger.archive().archive("main", 0, last, by))
				.hasMessageContaining("died at step");
		}
		this.store.failAt(0);
		this.ledger.archive().archive("main", 0, 299, by);
		assertThat(this.store.list()).hasSize(4);
		assertThat(verify().chains()).hasToString("[main [0, 300): valid]");
		this.store.failAt(8);
		assertThatThrownBy(() -> this.ledger.archive().archive("main", 300, 310, by))
			.hasMessageContaining("died at step");
		this.store.failAt(0);
		this.ledger.archive().archive("main", 0, 320, by);
		assertThat(this.store.list()).hasSize(8);
		assertThat(verify().chains()).hasToString("[main [0, 321): valid]");
	}

	@Test
	void whatSomebodyLeftThatNobodyTrustedSignedIsWrittenAnew() throws Exception {
		Path manifest = this.directory.resolve("chain=main/000000000000-000000000299/manifest-1.json");
		this.store.failAt(8);
		assertThat(retire().reason()).contains("died at step 8");
		this.store.failAt(0);
		Files.writeString(manifest, Files.readString(manifest).replaceFirst("\"signature\":\"[^\"]+\",", ""));
		assertThat(retire().retired()).containsExactly(DECEMBER, JANUARY);
		assertNothingIsLostAndNothingDouble();
	}

	@Test
	void whatSomebodyLeftDamagedIsWrittenAnew() throws Exception {
		this.store.failAt(6);
		assertThat(retire().reason()).contains("died at step 6");
		this.store.failAt(0);
		Files.writeString(this.directory.resolve("chain=main/000000000000-000000000299/core.parquet"), "no table");
		Files.writeString(this.directory.resolve("chain=main/000000000000-000000000299/tiles.bin"), "no hashes");
		assertThat(retire().retired()).containsExactly(DECEMBER, JANUARY);
		assertNothingIsLostAndNothingDouble();
	}

	@Test
	void aCheckpointThatNobodyTrustedSignedIsNotKept() throws Exception {
		Path manifest = this.directory.resolve("chain=main/000000000000-000000000299/manifest-1.json");
		this.store.failAt(8);
		assertThat(retire().reason()).contains("died at step 8");
		this.store.failAt(0);
		Manifest left = Manifest.parse(Files.readString(manifest));
		Checkpoint checkpoint = Checkpoint.parse(left.proof().checkpoint());
		CheckpointSigner stranger = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());
		String note = Checkpoint.sign(checkpoint.origin(), checkpoint.size(), checkpoint.root(), stranger).note();
		Files.writeString(manifest, Files.readString(manifest)
			.replace(left.proof().checkpoint().replace("\n", "\\n"), note.replace("\n", "\\n")));
		assertThat(Manifest.parse(Files.readString(manifest)).proof().checkpoint()).isEqualTo(note);
		assertThat(retire().retired()).containsExactly(DECEMBER, JANUARY);
		assertNothingIsLostAndNothingDouble();
	}

	private List<RedactableArchive.Result> erase(int... places) throws IOException {
		List<UUID> ids = IntStream.of(places).mapToObj((seq) -> UUID.fromString(id(seq))).toList();
		return this.ledger.archive()
			.redact(null, ids, EntryGroup.ACTOR, "asked to", EntryCodec.write(List.of(CLERK)))
			.stream()
			.map(RedactableArchive.Redacted::result)
			.toList();
	}

	/** Of an entry that is no longer in the ledger. */
	private String id(int seq) {
		return written.query("select id from audit.audit_log where chain = 'main' and seq = " + seq);
	}

	/** Whoever writes a received chain chooses the ids of its entries. */
	@Test
	void whatIsErasedOfOneChainStaysInOthers() throws Exception {
		retired();
		List<UUID> ids = List.of(UUID.fromString(id(7)));
		String requestedBy = EntryCodec.write(List.of(CLERK));
		assertThat(this.ledger.archive().redact("other", ids, EntryGroup.ACTOR, "asked to", requestedBy)).isEmpty();
		assertThat(erase(7)).containsExactly(RedactableArchive.Result.ERASED);
	}

	@Test
	void whatIsErasedInTheArchiveIsGoneAndStillVerifies() throws Exception {
		retired();
		assertThat(erase(7)).containsExactly(RedactableArchive.Result.ERASED);
		assertThat(erase(7)).containsExactly(RedactableArchive.Result.REDACTED);
		assertThat(erase(8)).containsExactly(RedactableArchive.Result.ERASED);
		assertThat(this.store.list()).contains("chain=main/000000000000-000000000299/payload-3.parquet")
			.doesNotContain("chain=main/000000000000-000000000299/payload-1.parquet",
					"chain=main/000000000000-000000000299/payload-2.parquet");
		assertThat(verify().chains()).hasToString("[main [0, 340): valid, other [0, 2): valid]");
		assertThat(verify(TrustPolicy.NONE).chains()).hasToString("[main [0, 340): valid, other [0, 2): valid]");
		assertThat(this.ledger.query("""
				select string_agg(concat_ws(' ', action, metadata ->> 'seq', metadata ->> 'group',
					metadata ->> 'generation', metadata ->> 'supersedes' = (
						select manifest from audit.audit_archived
						where chain = 'main' and first_seq = 0 and generation = (metadata ->> 'generation')::int - 1
					)), ', ' order by seq)
				from audit.audit_log
				where seq >= (select min(seq) from audit.audit_log where action = 'audit.redaction')
				"""))
			.isEqualTo("audit.redaction 7 actor, audit.archive 2 t, audit.redaction 8 actor, audit.archive 3 t");
		assertThat(this.ledger.verify()).isTrue();
	}

	@Test
	void whatALeakedKeySignedIsErasedFromAndSignedAnew(@TempDir Path other) throws Exception {
		retired();
		this.ledger = this.ledger.rotate(Ed25519Signer.newPem(), other);
		assertThat(verify().chains()).extracting(ChainVerification::valid).containsExactly(false, false);
		assertThat(erase(7)).containsExactly(RedactableArchive.Result.ERASED);
		assertThat(generations()).isEqualTo("main 0 2, main 300 1, other 0 1");
		LedgerArchive archive = this.ledger.archive();
		for (int day = 0; day < 2; day++) {
			archive.followLedger(EntryCodec.write(List.of(CLERK)));
			assertThat(generations()).isEqualTo("main 0 2, main 300 2, other 0 2");
			assertThat(verify().chains()).extracting(ChainVerification::valid).containsExactly(true, false);
		}
	}

	@Test
	void whatALeakedKeySignedBeforeItsMonthWasDroppedIsSignedAnew(@TempDir Path other) throws Exception {
		assertThat(dieBeforeTheMonthIsDropped().kept()).isEqualTo(DECEMBER);
		this.ledger = this.ledger.rotate(Ed25519Signer.newPem(), other);
		assertThat(retire().retired()).containsExactly(DECEMBER, JANUARY);
		assertThat(generations()).isEqualTo("main 0 2, main 300 1, other 0 1");
		assertThat(verify().chains()).hasToString("[main [0, 340): valid, other [0, 2): valid]");
	}

	private String generations() {
		return this.ledger
			.query("""
					select string_agg(concat_ws(' ', chain, first_seq, generation), ', ' order by chain, first_seq)
					from (select chain, first_seq, max(generation) as generation from audit.audit_archived group by 1, 2) as range
					""");
	}

	@Test
	void whatIsErasedWhileItsMonthIsDroppedIsErasedTheNextDay() throws Exception {
		this.ledger.retention(CLERK, (archive) -> (chain, first, last, by) -> {
			archive.archive(chain, first, last, by);
			if (first == 0 && chain.equals("main")) {
				redactInTheLedger(9);
			}
		}).apply();
		LedgerArchive archive = this.ledger.archive();
		archive.followLedger(EntryCodec.write(List.of(CLERK)));
		assertThat(generations()).isEqualTo("main 0 2, main 300 1, other 0 1");
		assertThat(verify().chains()).hasToString("[main [0, 340): valid, other [0, 2): valid]");
		archive.followLedger(EntryCodec.write(List.of(CLERK)));
		this.ledger.archive().followLedger(EntryCodec.write(List.of(CLERK)));
		assertThat(generations()).isEqualTo("main 0 2, main 300 1, other 0 1");
	}

	private void hold(int seq) {
		this.ledger.execute("insert into audit.audit_legal_hold (target_type, target_id, reason) values (%s, 'case 12')"
			.formatted(written.query("""
					select format('%%L, %%L', target_type, target_id)
					from audit.audit_log
					where chain = 'main' and seq = %d
					""".formatted(seq))));
	}

	@Test
	void aLegalHoldKeepsWhatIsArchivedAndNothingElse() throws Exception {
		retired();
		hold(7);
		assertThat(erase(7)).containsExactly(RedactableArchive.Result.HELD);
		assertNothingIsLostAndNothingDouble();
		assertThat(erase(6, 7, 8, 301)).containsExactly(RedactableArchive.Result.ERASED, RedactableArchive.Result.HELD,
				RedactableArchive.Result.ERASED, RedactableArchive.Result.ERASED);
		assertThat(verify().chains()).hasToString("[main [0, 340): valid, other [0, 2): valid]");
	}

	@Test
	void whatAnotherLedgersChainSaysIsNoReasonToEraseWhatIsHeld() throws Exception {
		retired();
		hold(7);
		this.ledger.execute(
				"""
						alter table audit.audit_log disable trigger all;
						insert into audit.audit_log
						select (jsonb_populate_record(l, jsonb_build_object('chain', 'orders', 'seq', 0, 'id', gen_random_uuid(),
							'action', 'audit.redaction', 'target_type', 'AuditEntry', 'target_id', '%1$s', 'metadata',
							jsonb_build_object('chain', 'main', 'seq', 7, 'id', '%1$s', 'group', 'actor')))).*
						from audit.audit_log l
						where chain = 'main'
						limit 1
						"""
					.formatted(id(7)));
		assertThat(erase(7)).containsExactly(RedactableArchive.Result.HELD);
		assertThat(erase(7, 8)).containsExactly(RedactableArchive.Result.HELD, RedactableArchive.Result.ERASED);
	}

	@Test
	void aHoldThatIsPlacedWhileItErasesCounts() throws Exception {
		retired();
		this.store.onStep(2, () -> hold(7));
		assertThat(erase(7, 8)).containsExactly(RedactableArchive.Result.HELD, RedactableArchive.Result.ERASED);
		assertThat(verify().chains()).hasToString("[main [0, 340): valid, other [0, 2): valid]");
	}

	@Test
	void whatSomebodyElseClearedAwayIsNotRecorded() throws Exception {
		retired();
		this.store.onStep(4, () -> erase(8));
		assertThatThrownBy(() -> erase(7)).isInstanceOf(IOException.class).hasMessageContaining("try again");
		assertThat(erase(7, 8)).containsExactly(RedactableArchive.Result.ERASED, RedactableArchive.Result.REDACTED);
		assertThat(verify().chains()).hasToString("[main [0, 340): valid, other [0, 2): valid]");
	}

	@Test
	void whatWasErasedSinceSomebodyDiedIsNotArchivedWithIt() throws Exception {
		this.store.failAt(7);
		assertThat(retire().kept()).isEqualTo(DECEMBER);
		assertThat(this.store.list()).contains("chain=main/000000000000-000000000299/payload-1.parquet");
		this.store.failAt(0);
		redactInTheLedger(9);
		assertThat(retire().retired()).containsExactly(DECEMBER, JANUARY);
		assertThat(verify().chains()).hasToString("[main [0, 340): valid, other [0, 2): valid]");
	}

	@Test
	void whatWasErasedWhileItsMonthWasDroppedIsErasedWhenItIsAskedForAgain() throws Exception {
		this.ledger.retention(CLERK, (archive) -> (chain, first, last, by) -> {
			archive.archive(chain, first, last, by);
			if (first == 0 && chain.equals("main")) {
				redactInTheLedger(9);
			}
		}).apply();
		assertThat(left()).isEqualTo("0");
		assertThat(this.ledger.archive()
			.redact("main", List.of(UUID.fromString(id(9))), EntryGroup.DATA, "asked to",
					EntryCodec.write(List.of(CLERK))))
			.extracting(RedactableArchive.Redacted::result)
			.containsExactly(RedactableArchive.Result.REDACTED);
		assertThat(this.store.list()).contains("chain=main/000000000000-000000000299/payload-2.parquet")
			.doesNotContain("chain=main/000000000000-000000000299/payload-1.parquet");
		assertThat(this.ledger.query("select count(*) from audit.audit_log where action = 'audit.redaction'"))
			.isEqualTo("1");
		assertThat(verify().chains()).hasToString("[main [0, 340): valid, other [0, 2): valid]");
	}

	private void redactInTheLedger(int seq) {
		new Redaction(this.ledger.dataSource(), this.ledger.schema(), () -> CLERK).redact(
				List.of(UUID.fromString(
						this.ledger.query("select id from audit.audit_log where chain = 'main' and seq = " + seq))),
				EntryGroup.DATA, "asked to");
	}

	@Test
	void whoeverDiesWhileItErasesDoesItAgain() throws Exception {
		retired();
		for (int step = 1; step <= 6; step++) {
			this.store.failAt(step);
			try {
				erase(7);
			}
			catch (IOException ex) {
				assertThat(ex).hasMessage("entries 0 to 299 of chain 'main': died at step " + step);
			}
		}
		this.store.failAt(0);
		erase(7);
		erase(8);
		assertThat(verify().chains()).hasToString("[main [0, 340): valid, other [0, 2): valid]");
		assertThat(this.store.list().stream().filter((name) -> name.contains("000000000299/payload"))).hasSize(1);
		assertThat(this.ledger.query("select count(*) from audit.audit_log where action = 'audit.redaction'"))
			.isEqualTo("2");
	}

	@Test
	void anOlderPayloadThatIsStillThereIsNamed() throws Exception {
		retired();
		Path old = this.directory.resolve("chain=main/000000000000-000000000299/payload-1.parquet");
		byte[] content = Files.readAllBytes(old);
		erase(7);
		Files.write(old, content);
		assertThat(verify().chains().get(0).problems()).singleElement()
			.satisfies((problem) -> assertThat(problem.what()).startsWith("the older payload"));
		Files.move(old, this.directory.resolve("chain=main/000000000000-000000000299/payload-2.parquet"),
				StandardCopyOption.REPLACE_EXISTING);
		assertThat(verify().chains().get(0).problems())
			.anySatisfy((problem) -> assertThat(problem.what()).contains("payload-2.parquet' is"));
	}

	/** As somebody who can write to the archive, but does not have the key. */
	private void rewrite(String file, String change) throws SQLException {
		Path path = this.directory.resolve("chain=main/000000000000-000000000299").resolve(file);
		try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
				Statement statement = duckDb.createStatement()) {
			statement
				.execute("create table entries as from read_parquet('%s', hive_partitioning = false)".formatted(path));
			statement.execute(change);
			statement.execute("copy entries to '%s' (format parquet, compression zstd)".formatted(path));
		}
	}

	@Test
	void whatSomebodyForgedIsNotSignedWithWhatIsErased() throws Exception {
		retired();
		rewrite("payload-1.parquet", ERASE_FIVE);
		List<String> files = this.store.list();
		assertThatThrownBy(() -> erase(7)).isInstanceOf(IOException.class)
			.hasMessageContaining("chain=main/000000000000-000000000299/payload-1.parquet' is not the one");
		assertThat(this.store.list()).isEqualTo(files);
		assertThat(this.ledger.query("select count(*) from audit.audit_log where action = 'audit.redaction'"))
			.isEqualTo("0");
		assertThat(verify().chains().get(0).problems()).extracting(Problem::what)
			.contains("the actor group is redacted without a redaction entry");
	}

	@Test
	void whatSomebodyForgedIsNotSignedWithWhatIsErasedInTheLedger() throws Exception {
		dieBeforeTheMonthIsDropped();
		rewrite("core.parquet", "update entries set action = 'order.lose' where seq = 5");
		redactInTheLedger(9);
		List<String> files = this.store.list();
		assertThat(retire().reason()).contains("core.parquet' is not the one");
		assertThat(this.store.list()).isEqualTo(files);
		assertThat(left()).isEqualTo("342");
	}

	@Test
	void whatSomebodyForgedIsNotFound() throws Exception {
		retired();
		UUID id = UUID.fromString(id(7));
		rewrite("core.parquet", "update entries set id = replace(id, '-', '_') where seq = 7");
		assertThatThrownBy(() -> this.ledger.archive()
			.redact("main", List.of(id), EntryGroup.ACTOR, "asked to", EntryCodec.write(List.of(CLERK))))
			.isInstanceOf(IOException.class)
			.hasMessageContaining("core.parquet' is not the one");
	}

	@Test
	void whatIsErasedBetweenArchivingAndDroppingIsErasedInBoth() throws Exception {
		dieBeforeTheMonthIsDropped();
		redactInTheLedger(9);
		assertThat(retire().retired()).containsExactly(DECEMBER, JANUARY);
		assertThat(this.store.list()).contains("chain=main/000000000000-000000000299/payload-2.parquet")
			.doesNotContain("chain=main/000000000000-000000000299/payload-1.parquet");
		assertThat(verify().chains()).hasToString("[main [0, 340): valid, other [0, 2): valid]");
	}

	@Test
	void killedWhileItArchives() throws Exception {
		for (int step : new int[] { 3, 8, 13 }) {
			killAt(step);
		}
		retire();
		assertNothingIsLostAndNothingDouble();
	}

	private void killAt(int step) throws Exception {
		Path log = Files.createTempFile(this.memory, "child", ".log");
		Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-classpath", System.getProperty("java.class.path"),
				Child.class.getName(), this.ledger.url(), this.directory.toString(), this.memory.toString(), KEY,
				String.valueOf(step))
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		try {
			while (!Files.readString(log).contains("at step") && !child.waitFor(20, TimeUnit.MILLISECONDS)) {
				Thread.onSpinWait();
			}
			assertThat(Files.readString(log)).contains("at step " + step);
		}
		finally {
			child.destroyForcibly().waitFor();
		}
	}

	/**
	 * A process that stops at a step, to be killed there.
	 */
	static final class Child {

		private Child() {
		}

		public static void main(String[] arguments) {
			FaultyStore store = new FaultyStore(Path.of(arguments[1]));
			store.stopAt(Integer.parseInt(arguments[4]));
			RetentionReport report = ArchivedLedger.at(arguments[0], store, arguments[3], Path.of(arguments[2]))
				.retention(CLERK, UnaryOperator.identity())
				.apply();
			System.out.println(report);
		}

	}

}
