package io.auditspring.retention;

import java.io.BufferedReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.CheckpointSigner;
import io.auditspring.Resource;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Roles;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.SplitViewException;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.internal.table.Partitions;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.ExportVerifier;
import io.auditspring.ledger.verify.LedgerExport;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
import io.auditspring.signing.RootLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Months that are due leave the ledger, verified before and recorded, and nothing else
 * does.
 */
class RetentionTests {

	private static final Clock IN_2026 = Clock.fixed(Instant.parse("2026-10-31T23:59:59Z"), ZoneOffset.UTC);

	private static final YearMonth DECEMBER = YearMonth.of(2018, 12);

	private static final YearMonth JANUARY = YearMonth.of(2019, 1);

	private static final Entry JANUARYS = Entries.entry("order.pay", "Order", "43", "john");

	private static final LedgerDatabase WRITTEN = threeMonthsAndOneEntryOfToday();

	private final LedgerDatabase database = WRITTEN.copy();

	private final DataSource user = Roles.user(this.database.dataSource(), "audit_retention");

	private static LedgerDatabase threeMonthsAndOneEntryOfToday() {
		LedgerDatabase database = LedgerDatabase.withRoles();
		database.appendAt(Instant.parse("2018-12-31T23:59:59.999999Z"), "main", Entries.entry("december"));
		database.appendAt(Instant.parse("2019-01-01T00:00:00Z"), "main", JANUARYS, Entries.entry("january"));
		database.appendAt(Instant.parse("2019-01-31T00:00:00Z"), "other", Entries.entry("january"));
		database.appendAt(Instant.parse("2019-10-01T00:00:00Z"), "main", Entries.entry("october"));
		database.append("main", Entries.entry("today"));
		return database;
	}

	private Retention retention(RetentionAction action) {
		return new Retention(this.user, this.database.schema(), Period.ofYears(7), action,
				() -> Entries.entry("by", "-", "-", "clerk"), IN_2026, null);
	}

	private LegalHolds holds() {
		return new LegalHolds(this.user, this.database.schema(), "main", () -> Entries.entry("by", "-", "-", "clerk"));
	}

	@ParameterizedTest
	@EnumSource(names = { "DROP", "DETACH" })
	void monthsThatAreDueAreRetiredAndRecorded(RetentionAction action) {
		String lastHash = this.database.query("select encode(hash, 'hex') from audit.audit_log where seq = 2");
		assertThat(retention(action).apply()).isEqualTo(new RetentionReport(List.of(DECEMBER, JANUARY), null, null));
		assertThat(this.database
			.query("select min(action) || count(*) from audit.audit_log where recorded_at < '2020-01-01'"))
			.isEqualTo("october1");
		assertThat(this.database.query("""
				select string_agg(concat_ws(' ', chain, seq, actor_id, target_id, metadata ->> 'firstSeq',
					metadata ->> 'lastSeq', metadata ->> 'entries', metadata ->> 'action',
					metadata ->> 'partition' = target_id and metadata ->> 'chain' = chain), ', ' order by chain, seq)
				from audit.audit_log
				where action = 'audit.retirement'
				""")).isEqualTo("""
				main 5 clerk audit_log_2018_12 0 0 1 %1$s t, main 6 clerk audit_log_2019_01 1 2 2 %1$s t, \
				other 1 clerk audit_log_2019_01 0 0 1 %1$s t""".formatted(action.name().toLowerCase()));
		assertThat(this.database.query("select metadata ->> 'lastHash' from audit.audit_log where seq = 6"))
			.isEqualTo(lastHash)
			.isEqualTo(this.database.query("select encode(prev_hash, 'hex') from audit.audit_log where seq = 3"));
		assertThat(this.database.query("select count(*) from pg_class where relname ~ '^audit_log_201[89]_(12|01)$'"))
			.isEqualTo((action == RetentionAction.DROP) ? "0" : "2");
		assertHashes();
	}

	@Test
	void whatIsDoneToAChainThatIsClosedIsRecordedWhereTheLedgerStillWrites() {
		this.database.execute("""
				select audit.audit_close_chain('main', 'It goes on as shop', '{"actorType": "system",
					"operation": "00000000-0000-4000-8000-000000000001", "actor": {"id": "system"}}');
				select audit.audit_continue_chain('other', 'other@2', 'It was restored');
				""");
		String id = this.database.query("select id from audit.audit_log where action = 'october'");
		new Redaction(Roles.user(this.database.dataSource(), "audit_redactor"), this.database.schema(),
				() -> Entries.entry("by"))
			.redact(List.of(UUID.fromString(String.valueOf(id))), EntryGroup.ACTOR, "asked to");
		assertThat(retention(RetentionAction.DROP).apply())
			.isEqualTo(new RetentionReport(List.of(DECEMBER, JANUARY), null, null));
		assertThat(this.database.query("""
				select string_agg(concat_ws(' ', chain, action, metadata ->> 'chain'), ', ' order by chain, seq)
				from audit.audit_log
				where starts_with(action, 'audit.')
				""")).isEqualTo("""
				local audit.redaction main, local audit.retirement main, local audit.retirement main, \
				main audit.chain.closed main, other@2 audit.chain.continued other@2, other@2 audit.retirement other""");
		assertThat(new LedgerVerifier(this.database.dataSource(), this.database.schema()).verify().chains())
			.allSatisfy((chain) -> assertThat(chain.problems()).as(chain.chain()).isEmpty());
	}

	/** In the chain "local", or in the one in which a chain goes on. */
	@Test
	void whatIsRetiredOfAChainThatIsOverStaysRecordedWhenTheMonthOfTheRecordIsRetired(@TempDir Path memory)
			throws Exception {
		CheckpointSigner signer = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());
		RetirementSeal seal = new RetirementSeal(checkpoints(this.database, signer, memory), signer);
		this.database.appendAt(Instant.parse("2018-12-01T00:00:00Z"), "third", Entries.entry("december"));
		this.database.setClock(Instant.parse("2019-02-10T00:00:00Z"));
		close("other");
		this.database.execute("select audit.audit_continue_chain('third', 'third@2', 'It was restored')");
		this.database.setClock(Instant.parse("2019-03-10T00:00:00Z"));
		assertThat(retention("2024-03-15T00:00:00Z", seal).apply().retired()).containsExactly(DECEMBER, JANUARY,
				YearMonth.of(2019, 2));
		assertThat(retirementsOf("other")).isEqualTo("local 2019-03 0 0, local 2019-03 1 1");
		assertThat(retirementsOf("third")).isEqualTo("third@2 2019-03 0 0");
		assertVerifies(signer);
		this.database.setClock(Instant.parse("2020-05-10T00:00:00Z"));
		assertThat(retention("2024-04-15T00:00:00Z", seal).apply().retired()).containsExactly(YearMonth.of(2019, 3));
		assertThat(retirementsOf("other")).isEqualTo("local 2020-05 1 1");
		assertThat(retirementsOf("third")).isEqualTo("third@2 2020-05 0 0");
		assertVerifies(signer);
		this.database.setClock(null);
		assertThat(retention("2025-06-15T00:00:00Z", seal).apply().retired()).containsExactly(YearMonth.of(2019, 10),
				YearMonth.of(2020, 5));
		String now = LedgerDatabase.thisMonth().toString();
		assertThat(retirementsOf("other")).isEqualTo("local %s 1 1".formatted(now));
		assertThat(retirementsOf("third")).isEqualTo("third@2 %s 0 0".formatted(now));
		assertVerifies(signer);
	}

	private Retention retention(String now, RetirementSeal seal) {
		return new Retention(this.user, this.database.schema(), Period.ofYears(5), RetentionAction.DROP,
				() -> Entries.entry("by"), Clock.fixed(Instant.parse(now), ZoneOffset.UTC), seal);
	}

	private void close(String chain) {
		this.database.execute("""
				select audit.audit_close_chain('%s', 'It goes on as shop', '{"actorType": "system",
					"operation": "00000000-0000-4000-8000-000000000001", "actor": {"id": "system"}}')
				""".formatted(chain));
	}

	private @Nullable String retirementsOf(String chain) {
		return this.database.query("""
				select string_agg(concat_ws(' ', chain, to_char(recorded_at at time zone 'UTC', 'YYYY-MM'),
					metadata ->> 'firstSeq', metadata ->> 'lastSeq'), ', ' order by seq)
				from audit.audit_log
				where action = 'audit.retirement' and metadata ->> 'chain' = '%s'
				""".formatted(chain));
	}

	/** The ledger, and an export of each of its chains. */
	private void assertVerifies(CheckpointSigner signer) throws Exception {
		TrustPolicy evidence = new TrustPolicy(TrustedKeys.of(VerifierKey.of(signer)), List.of(), "example.com/audit");
		Verification ledger = new LedgerVerifier(this.database.dataSource(), this.database.schema(), evidence,
				VerificationProgress.NONE)
			.verify();
		assertThat(ledger.chains()).extracting(ChainVerification::chain).contains("other", "third", "third@2", "local");
		assertThat(ledger.chains()).allSatisfy((chain) -> assertThat(chain.problems()).as(chain.chain()).isEmpty());
		for (ChainVerification each : ledger.chains()) {
			StringBuilder export = new StringBuilder();
			new LedgerExport(this.database.dataSource(), this.database.schema()).write(each.chain(), export);
			assertThat(new ExportVerifier(evidence, VerificationProgress.NONE)
				.verify(new BufferedReader(new StringReader(export.toString())))
				.chains()).allSatisfy((chain) -> assertThat(chain.problems()).as(chain.chain()).isEmpty());
		}
	}

	private static Checkpoints checkpoints(LedgerDatabase database, CheckpointSigner signer, Path memory) {
		return new Checkpoints(database.dataSource(), database.schema(), "example.com/audit",
				TrustedKeys.of(VerifierKey.of(signer)),
				new CheckpointSigning(signer, new SignerMemory(memory), List.of()));
	}

	@Test
	void theChainGoesOnAndLaterMonthsAreRetiredLater() {
		retention(RetentionAction.DROP).apply();
		assertThat(retention(RetentionAction.DROP).apply().retired()).isEmpty();
		this.database.append("main", Entries.entries(2));
		Retention nextMonth = new Retention(this.user, this.database.schema(), Period.ofYears(7), RetentionAction.DROP,
				() -> Entries.entry("by"), Clock.fixed(Instant.parse("2026-11-01T00:00:00Z"), ZoneOffset.UTC), null);
		assertThat(nextMonth.apply()).isEqualTo(new RetentionReport(List.of(YearMonth.of(2019, 10)), null, null));
		assertHashes();
	}

	@Test
	void whatIsRetiredIsSigned(@TempDir Path memory) throws GeneralSecurityException {
		CheckpointSigner signer = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());
		Checkpoints checkpoints = new Checkpoints(
				Roles.user(this.database.dataSource(), "audit_writer", "audit_reader"), this.database.schema(),
				"example.com/audit", TrustedKeys.of(VerifierKey.of(signer)),
				new CheckpointSigning(signer, new SignerMemory(memory), List.of()));
		Retention signed = new Retention(this.user, this.database.schema(), Period.ofYears(7), RetentionAction.DROP,
				() -> Entries.entry("by"), IN_2026, new RetirementSeal(checkpoints, signer));
		assertThat(signed.apply().retired()).containsExactly(DECEMBER, JANUARY);
		assertThat(checkpoints.latest("main").orElseThrow().size()).isEqualTo(7);
		assertThat(checkpoints.inclusion("main", 1, 7).orElseThrow().holds()).isTrue();
		assertThat(this.database.query("select metadata ->> 'root' from audit.audit_log where seq = 6"))
			.isEqualTo(HexFormat.of().formatHex(checkpoints.root("main", 3)));
		Signature signature = Signature.getInstance("Ed25519");
		signature.initVerify(publicKey(signer));
		signature.update(String
			.valueOf(CanonicalJson.parseStored(String.valueOf(
					this.database.query("select (metadata - 'signature')::text from audit.audit_log where seq = 6"))))
			.getBytes(StandardCharsets.UTF_8));
		assertThat(signature.verify(Base64.getDecoder()
			.decode(this.database.query("select metadata ->> 'signature' from audit.audit_log where seq = 6"))))
			.isTrue();
	}

	/** RFC 8410, section 4. */
	private static PublicKey publicKey(CheckpointSigner signer) throws GeneralSecurityException {
		byte[] prefix = HexFormat.of().parseHex("302a300506032b6570032100");
		byte[] encoded = Arrays.copyOf(prefix, prefix.length + 32);
		System.arraycopy(signer.publicKey(), 0, encoded, prefix.length, 32);
		return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
	}

	@Test
	void whatNoCheckpointCoversIsKept(@TempDir Path memory) {
		CheckpointSigner signer = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());
		Checkpoints all = new Checkpoints(this.database.dataSource(), this.database.schema(), "example.com/audit",
				TrustedKeys.of(VerifierKey.of(signer)),
				new CheckpointSigning(signer, new SignerMemory(memory), List.of()));
		this.database.appendAt(Instant.parse("2018-12-01T00:00:00Z"), "third", Entries.entry("covered"));
		all.create("third");
		this.database.appendAt(Instant.parse("2018-12-02T00:00:00Z"), "third", Entries.entry("not covered"));
		for (RetirementSeal seal : new RetirementSeal[] { null, new RetirementSeal(all, null) }) {
			RetentionReport report = new Retention(this.user, this.database.schema(), Period.ofYears(7),
					RetentionAction.DROP, () -> Entries.entry("by"), IN_2026, seal)
				.apply();
			assertThat(report.kept()).isEqualTo(DECEMBER);
			assertThat(report.reason()).contains("entry 1 of chain 'third'", "not covered by a signed checkpoint");
		}
	}

	@Test
	void whatIsSignedIsNotRetiredWithoutTheKey(@TempDir Path memory) {
		CheckpointSigner signer = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());
		Checkpoints all = new Checkpoints(this.database.dataSource(), this.database.schema(), "example.com/audit",
				TrustedKeys.of(VerifierKey.of(signer)),
				new CheckpointSigning(signer, new SignerMemory(memory), List.of()));
		all.create("main");
		for (RetirementSeal seal : new RetirementSeal[] { null, new RetirementSeal(all, null) }) {
			RetentionReport report = new Retention(this.user, this.database.schema(), Period.ofYears(7),
					RetentionAction.DROP, () -> Entries.entry("by"), IN_2026, seal)
				.apply();
			assertThat(report.kept()).isEqualTo(DECEMBER);
			assertThat(report.reason()).contains("the key to sign what is retired is not here");
		}
	}

	@Test
	void whatWasSignedBeforeItWasRestoredIsRetired(@TempDir Path memory) {
		CheckpointSigner signer = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());
		checkpoints(this.database, signer, memory).create("main");
		LedgerDatabase backup = this.database.copy();
		this.database.append("main", Entries.entry("lost"));
		checkpoints(this.database, signer, memory).create("main");
		Checkpoints restored = checkpoints(backup, signer, memory);
		assertThatExceptionOfType(SplitViewException.class).isThrownBy(() -> restored.create("main"));
		assertThat(retention(backup, restored, signer).apply())
			.isEqualTo(new RetentionReport(List.of(DECEMBER, JANUARY), null, null));
		assertNoProblems(backup);
	}

	/** There is no key that may sign it as the chain's. */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatCameAfterItWasRestoredIsRetiredWhenTheRootLogSaysThatItIsThere(boolean goesOn, @TempDir Path memory) {
		CheckpointSigner signer = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());
		this.database.appendAt(Instant.parse("2018-12-01T00:00:00Z"), "third", Entries.entry("signed"));
		checkpoints(this.database, signer, memory).create("third");
		LedgerDatabase backup = this.database.copy();
		this.database.appendAt(Instant.parse("2018-12-02T00:00:00Z"), "third", Entries.entry("lost"));
		checkpoints(this.database, signer, memory).create("third");
		backup.appendAt(Instant.parse("2018-12-03T00:00:00Z"), "third", Entries.entry("never signed"));
		if (goesOn) {
			backup.execute("select audit.audit_continue_chain('third', 'third@2', 'It was restored')");
		}
		Checkpoints restored = checkpoints(backup, signer, memory);
		Retention retention = retention(backup, restored, signer);
		assertThat(retention.apply().reason()).contains("Chain 'third' went another way");
		assertThat(new RootLog(backup.dataSource(), backup.schema(), () -> Entries.entry("by"))
			.record(Duration.ofMillis(1))).isTrue();
		assertThat(retention.apply().kept()).isEqualTo(DECEMBER);
		restored.create("root");
		assertThat(retention.apply()).isEqualTo(new RetentionReport(List.of(DECEMBER, JANUARY), null, null));
		assertThat(backup.query("""
				select concat_ws(' ', chain, metadata ->> 'lastSeq', metadata ? 'root', metadata ? 'signature')
				from audit.audit_log
				where action = 'audit.retirement' and metadata ->> 'chain' = 'third'
				""")).isEqualTo(goesOn ? "third@2 1 t t" : "third 1 t t");
		assertNoProblems(backup);
	}

	@Test
	void theEndOfAChainThatGoesOnUnderAnotherNameIsSignedWhenItIsRetired(@TempDir Path memory) {
		CheckpointSigner signer = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());
		Checkpoints checkpoints = checkpoints(this.database, signer, memory);
		this.database.appendAt(Instant.parse("2018-12-01T00:00:00Z"), "third", Entries.entry("signed"));
		checkpoints.create("third");
		this.database.appendAt(Instant.parse("2018-12-02T00:00:00Z"), "third", Entries.entry("not signed"));
		close("third");
		this.database.append("third@2", Entries.entry("today"));
		assertThat(checkpoints.current("third")).isEqualTo("third@2");
		assertThat(retention(this.database, checkpoints, signer).apply())
			.isEqualTo(new RetentionReport(List.of(DECEMBER, JANUARY), null, null));
		assertThat(checkpoints.latest("third").orElseThrow().size()).isEqualTo(3);
		assertNoProblems(this.database);
	}

	private static Retention retention(LedgerDatabase database, Checkpoints checkpoints, CheckpointSigner signer) {
		return new Retention(database.dataSource(), database.schema(), Period.ofYears(7), RetentionAction.DROP,
				() -> Entries.entry("by"), IN_2026, new RetirementSeal(checkpoints, signer));
	}

	private static void assertNoProblems(LedgerDatabase database) {
		assertThat(new LedgerVerifier(database.dataSource(), database.schema()).verify().chains())
			.allSatisfy((chain) -> assertThat(chain.problems()).as(chain.chain()).isEmpty());
	}

	@Test
	void aDetachedMonthIsStillNotChanged() {
		retention(RetentionAction.DETACH).apply();
		for (String change : List.of("update audit.%s set message = ''", "delete from audit.%s", "truncate audit.%s")) {
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> this.database.execute(change.formatted("audit_log_2019_01")))
				.withMessageContaining("audit entries cannot be changed");
		}
	}

	@Test
	void aMonthWithoutEntriesGoes() {
		this.database.execute("select audit.audit_make_partition('2010-05-01')");
		assertThat(retention(RetentionAction.DROP).apply().retired()).startsWith(YearMonth.of(2010, 5), DECEMBER);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					update audit.audit_log set message = 'x' where seq = 2                         | entry 2 of chain 'main'
					update audit.audit_log set salt = sha256(salt) where seq = 1                   | does not verify
					update audit.audit_log set prev_hash = sha256('') where seq = 2                | prev_hash does not match
					delete from audit.audit_log where seq = 2                                      | is not what the entry after it follows
					update audit.audit_chain set ledger_id = gen_random_uuid() where name = 'other'| does not follow what was retired
					""")
	void aMonthThatDoesNotVerifyIsKept(String tampering, String reason) {
		this.database.tamper(tampering);
		RetentionReport report = retention(RetentionAction.DROP).apply();
		assertThat(report.retired()).containsExactly(DECEMBER);
		assertThat(report.kept()).isEqualTo(JANUARY);
		assertThat(report.reason()).contains(reason);
	}

	@Test
	void aMonthInWhichTimeGoesBackIsKept() {
		this.database.appendAt(Instant.parse("2018-12-31T00:00:00Z"), "third", Entries.entry("later"));
		this.database.appendAt(Instant.parse("2018-12-01T00:00:00Z"), "third", Entries.entry("earlier"));
		assertDecemberIsKept("recorded_at is before that of the entry before it");
	}

	@Test
	void aMonthWhoseEntriesLieInThePartitionOfAnotherIsKept() {
		this.database.execute("""
				alter table audit.audit_log_2018_12 rename to january;
				alter table audit.audit_log_2019_01 rename to audit_log_2018_12;
				alter table audit.january rename to audit_log_2019_01
				""");
		assertDecemberIsKept("it lies in audit_log_2019_01, which is not the partition of its month");
	}

	private void assertDecemberIsKept(String reason) {
		RetentionReport report = retention(RetentionAction.DROP).apply();
		assertThat(report.kept()).isEqualTo(DECEMBER);
		assertThat(report.reason()).contains(reason);
	}

	@Test
	void aHoldKeepsAMonthAndIsRecorded() {
		long hold = holds().placeOnActor("john", "case 12");
		assertThat(holds().current()).singleElement()
			.satisfies((current) -> assertThat(current.actorId()).isEqualTo("john"));
		assertThat(retention(RetentionAction.DROP).apply())
			.isEqualTo(new RetentionReport(List.of(DECEMBER), JANUARY, "a legal hold is on an entry of it"));
		assertThat(holds().lift(hold, "case closed")).isTrue();
		assertThat(holds().lift(hold, "again")).isFalse();
		assertThat(retention(RetentionAction.DROP).apply().retired()).containsExactly(JANUARY);
		assertThat(this.database.query("""
				select string_agg(action || (metadata ->> 'reason'), ' ' order by seq)
				from audit.audit_log
				where action in ('audit.hold', 'audit.release')
				""")).isEqualTo("audit.holdcase 12 audit.releasecase closed");
		assertHashes();
	}

	@Test
	void whatIsHeldIsNotRedacted() {
		holds().placeOnTarget("Order", 43, "case 12");
		Redaction redaction = new Redaction(Roles.user(this.database.dataSource(), "audit_redactor"),
				this.database.schema(), () -> Entries.entry("by"));
		assertThat(redaction.erase(Subject.actor("john"), "r").left())
			.isEqualTo(Map.of(ErasureReport.Cause.HELD, List.of(JANUARYS.id())));
		assertThat(this.database.query("select actor_id from audit.audit_log where seq = 1")).isEqualTo("john");
	}

	@Test
	void aHoldIsOnAThingUnderEachNameThatEntriesMayShow() {
		LegalHolds holds = new LegalHolds(this.user, this.database.schema(), "main",
				() -> Entries.entry("by", "-", "-", "clerk"), new ShownNames("Purchase", "Order"));
		long hold = holds.placeOnTarget("Purchase", "forty-three", "case 12");
		assertThat(holds.current()).singleElement()
			.isEqualTo(new LegalHold(hold, null, new Resource("Order", "43"), "case 12",
					holds.current().get(0).placedAt()));
		assertThat(this.database.query("""
				select string_agg(concat_ws(' ', action, target_type, target_id), ', ' order by seq)
				from audit.audit_log
				where action = 'audit.hold'
				""")).isEqualTo("audit.hold Order 43, audit.hold Purchase 43");
		assertThat(retention(RetentionAction.DROP).apply().kept()).isEqualTo(JANUARY);
		this.database.appendAt(Instant.parse("2018-12-05T00:00:00Z"), "third",
				Entries.entry("said", "Purchase", "43", "jane"));
		long other = holds.placeOnTarget("Purchase", "forty-three", "case 12");
		assertThat(holds.lift(hold, "closed")).isTrue();
		assertThat(holds.current()).extracting(LegalHold::id).containsExactly(other);
		assertThat(retention(RetentionAction.DROP).apply().kept()).isNotNull();
		// By any of its numbers.
		assertThat(holds.lift(other + 1, "closed")).isTrue();
		assertThat(this.database.query("select count(*) from audit.audit_legal_hold")).isEqualTo("0");
		assertThat(retention(RetentionAction.DROP).apply().kept()).isNull();
		assertHashes();
	}

	@Test
	void aHoldOnARelatedThingOrAnImpersonatorCounts() {
		LegalHolds holds = holds();
		for (long hold : new long[] { holds.placeOnTarget("Connector", 9, "r"), holds.placeOnActor("root", "r") }) {
			assertThat(retention(RetentionAction.DROP).apply().kept()).isEqualTo(DECEMBER);
			holds.lift(hold, "r");
		}
		assertThat(retention(RetentionAction.DROP).apply().retired()).hasSize(2);
	}

	@Test
	void aHoldOnSomebodyWhoHadOthersActCounts() {
		Entry entry = Entries.delegated("agent", "kari");
		this.database.appendAt(Instant.parse("2018-12-31T23:59:59.999999Z"), "second", entry);
		LegalHolds holds = holds();
		long hold = holds.placeOnActor("kari", "case 12");
		assertThat(retention(RetentionAction.DROP).apply().kept()).isEqualTo(DECEMBER);
		Redaction redaction = new Redaction(Roles.user(this.database.dataSource(), "audit_redactor"),
				this.database.schema(), () -> Entries.entry("by"));
		assertThat(redaction.redact(List.of(entry.id()), EntryGroup.ACTOR, "r").left())
			.containsOnlyKeys(ErasureReport.Cause.HELD);
		assertThat(redaction.erase(Subject.actor("kari"), "r").left()).containsEntry(ErasureReport.Cause.HELD,
				List.of(entry.id()));
		holds.lift(hold, "closed");
		holds.placeOnActor("kar", "case 13");
		assertThat(retention(RetentionAction.DROP).apply().retired()).hasSize(2);
	}

	@Test
	void whatAHoldWasOnStaysInItsEntriesAndTheReportSaysSo() {
		holds().lift(holds().placeOnActor("john", "case 12"), "closed");
		Redaction redaction = new Redaction(Roles.user(this.database.dataSource(), "audit_redactor"),
				this.database.schema(), () -> Entries.entry("by"));
		ErasureReport report = redaction.erase(Subject.actor("john"), "r");
		assertThat(report.erased()).isEqualTo(Map.of(EntryGroup.ACTOR, 1L));
		assertThat(report.left()).containsOnlyKeys(ErasureReport.Cause.KEPT);
		assertThat(this.database.query(
				"select string_agg(action, ' ' order by seq) from audit.audit_log where audit_log::text like '%john%'"))
			.isEqualTo("audit.hold audit.release");
		assertHashes();
	}

	@Test
	void readersAreWaitedForWhileWritersGoOn() throws Exception {
		try (Connection reader = this.database.begin(); Statement statement = reader.createStatement()) {
			statement.execute("select * from audit.audit_log");
			Thread retiring = new Thread(() -> retention(RetentionAction.DROP).apply());
			retiring.start();
			while (retiring.isAlive() && "0".equals(this.database
				.query("select count(*) from pg_locks where mode = 'AccessExclusiveLock' and not granted"))) {
				Thread.onSpinWait();
			}
			this.database.append("main", Entries.entries(3));
			reader.commit();
			retiring.join();
		}
		assertThat(this.database.query("select min(seq) from audit.audit_log where chain = 'main'")).isEqualTo("3");
		assertHashes();
	}

	/**
	 * The month is any of its days, and a hold is on what was recorded before that day.
	 */
	@Test
	void aHoldIsNotPassedByInTheMiddleOfAMonth() {
		this.database.execute("drop table audit.audit_log_2018_12 cascade");
		holds().placeOnActor("john", "case 12");
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> retireJanuary("2019-01-30", "1"))
			.withMessageContaining("legal hold");
	}

	@Test
	void aHoldThatIsBeingPlacedIsWaitedFor() throws SQLException {
		this.database.execute("drop table audit.audit_log_2018_12 cascade");
		try (Connection placing = this.database.begin(); Statement statement = placing.createStatement()) {
			statement.execute(
					"""
							select audit.audit_hold('holds', 'john', null, null, 'case 12',
								'{"operation": "00000000-0000-7000-8000-000000000000", "actorType": "user", "actor": {"id": "x"}}')
							""");
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> retireJanuary("2019-01-01", "1"))
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("55P03"));
			placing.commit();
		}
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> retireJanuary("2019-01-01", "1"))
			.withMessageContaining("legal hold");
	}

	/** Equal to the truth, but not its canonical form. */
	@Test
	void whatIsRecordedHasItsCanonicalForm() throws SQLException {
		this.database.execute("drop table audit.audit_log_2018_12 cascade");
		retireJanuary("2019-01-01", "1.0");
		assertHashes();
	}

	private void retireJanuary(String month, String one) throws SQLException {
		String chains = this.database
			.query("""
					select jsonb_agg(jsonb_build_object('chain', chain, 'partition', 'audit_log_2019_01', 'firstSeq', first,
						'lastSeq', last, 'entries', entries, 'action', 'drop',
						'firstPrevHash', (select encode(prev_hash, 'hex') from audit.audit_log where chain = c.chain and seq = first),
						'lastHash', (select encode(hash, 'hex') from audit.audit_log where chain = c.chain and seq = last))
						order by chain)::text
					from (
						select chain, min(seq) as first, max(seq) as last, count(*) as entries
						from audit.audit_log_2019_01
						group by chain
					) as c
					""");
		try (Connection connection = this.user.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute("select audit.audit_retire('%s', true, '%s', '%s')".formatted(month,
					String.valueOf(chains).replace("\"firstSeq\": 1", "\"firstSeq\": " + one),
					"{\"operation\": \"00000000-0000-7000-8000-000000000000\", \"actorType\": \"user\", \"actor\": {\"id\": \"x\"}}"));
		}
	}

	static Stream<String> forbidden() {
		String metadata = "[{\"chain\": \"main\", \"partition\": \"audit_log_2018_12\", \"firstSeq\": 0, \"lastSeq\": 0, \"firstPrevHash\": \"%s\", \"lastHash\": \"%s\", \"entries\": 1, \"action\": \"drop\"}]";
		String call = "select audit.audit_retire('%s', true, '%s', '{}')";
		return Stream.of(call.formatted("2019-01-01", "[]"), call.formatted("2018-12-02", "[]"),
				call.formatted("2026-11-01", "[]"), call.formatted("2018-12-01", "[]"),
				call.formatted("2018-12-01", metadata.formatted("00", "00")), "drop table audit.audit_log_2018_12",
				"alter table audit.audit_log detach partition audit.audit_log_2018_12",
				"delete from audit.audit_legal_hold", "insert into audit.audit_log select * from audit.audit_log",
				"select audit.audit_redact('main', '[]', 'actor', '', '{}')");
	}

	@ParameterizedTest
	@MethodSource("forbidden")
	void nothingElseCanBeRetired(String sql) {
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> {
			try (Connection connection = this.user.getConnection();
					Statement statement = connection.createStatement()) {
				statement.execute(sql);
			}
		}).satisfies((ex) -> assertThat(ex.getSQLState()).isIn("42501", "55000"));
		assertThat(this.database.query("select min(seq) from audit.audit_log where chain = 'main'")).isEqualTo("0");
	}

	@Test
	void theCurrentMonthIsNeverRetired() {
		for (String month : List.of("2018-12-01", "2019-01-01", "2019-10-01")) {
			this.database.tamper("drop table audit.audit_log_" + month.substring(0, 7).replace('-', '_'));
		}
		String current = LedgerDatabase.thisMonth() + "-01";
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(
					() -> this.database.execute("select audit.audit_retire('%s', true, '[]', '{}')".formatted(current)))
			.withMessageContaining("is not over yet");
	}

	@Test
	void oneInstanceADayLooksWhatIsDue() {
		DataSource keeper = Roles.user(this.database.dataSource(), "audit_retention");
		LedgerUpkeep first = new LedgerUpkeep(keeper, this.database.schema(), retention(RetentionAction.DROP), null,
				null, () -> Entries.entry("by"), List.of());
		first.run();
		assertThat(this.database.query("select min(seq) from audit.audit_log where chain = 'main'")).isEqualTo("3");
		this.database.appendAt(Instant.parse("2017-01-01T00:00:00Z"), "third", Entries.entry("late"));
		first.run();
		assertThat(this.database.query("select count(*) from audit.audit_log where chain = 'third'")).isEqualTo("1");
		this.database.execute("update audit.audit_upkeep set due_at = clock_timestamp()");
		first.run();
		assertThat(this.database.query("select min(action) from audit.audit_log where chain = 'third'"))
			.isEqualTo("audit.retirement");
	}

	/** What is retired is gone for good; a host may come up with any time. */
	@Test
	void aClockThatIsAheadOfTheDatabasesIsNotBelieved() {
		YearMonth recent = LedgerDatabase.thisMonth().minusMonths(2);
		this.database.appendAt(recent.atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC), "third",
				Entries.entry("recent"));
		assertThat(new Retention(this.user, this.database.schema(), Period.ofYears(7), RetentionAction.DROP,
				() -> Entries.entry("by"), Clock.fixed(Instant.parse("2099-01-01T00:00:00Z"), ZoneOffset.UTC), null)
			.apply()
			.retired()).startsWith(DECEMBER, JANUARY).doesNotContain(recent);
	}

	@Test
	void theLongestPeriodCountsOfAllThatShareTheLedger() {
		assertThat(retention(Period.ofYears(10)).apply().retired()).isEmpty();
		Retention newsletter = retention(Period.ofMonths(3));
		assertThat(newsletter.apply().retired()).isEmpty();
		this.database.execute("update audit.audit_upkeep set kept = 'P7Y' where name = 'retention'");
		YearMonth recent = LedgerDatabase.thisMonth().minusMonths(5);
		this.database.appendAt(recent.atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC), "third",
				Entries.entry("recent"));
		assertThat(newsletter.apply().retired()).startsWith(DECEMBER, JANUARY).doesNotContain(recent);
		assertThat(retention(Period.ofMonths(7 * 12 + 1)).apply().retired()).isEmpty();
		assertThat(this.database.query("select kept::text from audit.audit_upkeep where name = 'retention'"))
			.isEqualTo("7 years 1 mon");
	}

	private Retention retention(Period kept) {
		return new Retention(this.user, this.database.schema(), kept, RetentionAction.DROP, () -> Entries.entry("by"),
				IN_2026, null);
	}

	/** Else somebody else begins where a month takes long. */
	@Test
	void whoeverRetiresKeepsTheOthersAwayMonthByMonth() {
		List<Instant> claimed = new ArrayList<>();
		upkeep((chain, first, last, by) -> claimed.add(due())).run();
		assertThat(claimed).hasSize(3);
		assertThat(claimed.get(1)).isAfter(claimed.get(0));
	}

	@Test
	void whoeverFindsThatSomebodyElseHasTakenOverStops() {
		String other = "clock_timestamp() + interval '30 minutes'";
		List<Instant> dues = new ArrayList<>();
		upkeep((chain, first, last, by) -> {
			this.database
				.execute("update audit.audit_upkeep set due_at = %s where name = 'retention'".formatted(other));
			dues.add(due());
		}).run();
		assertThat(dues).hasSize(1);
		assertThat(due()).isEqualTo(dues.get(0));
		assertThat(this.database.query("select min(action) from audit.audit_log where recorded_at < '2019-02-01'"))
			.isEqualTo("january");
	}

	private LedgerUpkeep upkeep(MonthArchive archive) {
		Retention retention = new Retention(this.user, this.database.schema(), Period.ofYears(7),
				RetentionAction.ARCHIVE, () -> Entries.entry("by"), IN_2026, null, archive);
		return new LedgerUpkeep(this.user, this.database.schema(), retention, null, null, () -> Entries.entry("by"),
				List.of());
	}

	private Instant due() {
		return Instant.parse(String.valueOf(this.database.query("""
				select to_char(due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
				from audit.audit_upkeep
				where name = 'retention'
				""")));
	}

	@Test
	void comingMonthsAreMadeWhileTheApplicationRuns() {
		new LedgerUpkeep(Roles.user(this.database.dataSource(), "audit_writer"), this.database.schema(), null, null,
				null, () -> Entries.entry("by"), List.of())
			.run();
		assertThat(this.database.query("select to_regclass('audit.%s')::text"
			.formatted(LedgerDatabase.partition(LedgerDatabase.thisMonth().plusMonths(Partitions.MONTHS_AHEAD)))))
			.isNotNull();
	}

	private void assertHashes() {
		assertThat(this.database.entries()).isNotEmpty().allMatch((entry) -> entry.findings().isEmpty());
	}

}
