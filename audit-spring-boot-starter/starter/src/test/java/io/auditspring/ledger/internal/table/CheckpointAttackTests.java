package io.auditspring.ledger.internal.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.auditspring.CheckpointAnchor;
import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.DirectoryAnchor;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.SplitViewException;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.merkle.Sha256;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;

/**
 * What a superuser does to the database, and who notices it before anything is signed.
 */
class CheckpointAttackTests {

	private static final String ORIGIN = "example.com/audit";

	private static final CheckpointSigner SIGNER = Ed25519Signer.ofPem(ORIGIN, Ed25519Signer.newPem());

	private static final TrustedKeys KEYS = TrustedKeys.of(VerifierKey.of(SIGNER));

	private final LedgerDatabase database = LedgerDatabase.create();

	@TempDir
	private Path directory;

	private CheckpointAnchor anchor;

	@BeforeEach
	void checkpointOf300() {
		this.anchor = new DirectoryAnchor(this.directory.resolve("anchor"), ORIGIN);
		this.database.append("main", Entries.entries(300));
		checkpoints("memory").create("main");
	}

	private Checkpoints checkpoints(String memory) {
		return checkpoints(this.database, memory);
	}

	private Checkpoints checkpoints(LedgerDatabase database, String memory, CheckpointAnchor... anchors) {
		return new Checkpoints(database.dataSource(), database.schema(), ORIGIN, KEYS,
				new CheckpointSigning(SIGNER, new SignerMemory(this.directory.resolve(memory)), List.of(anchors)));
	}

	private void anchor(Checkpoint checkpoint) throws IOException {
		this.anchor.publish("main", checkpoint.size(), checkpoint.note());
	}

	/** Behind the protection of the tables. */
	private static void tamper(LedgerDatabase database, String sql) {
		database.tamper(sql);
	}

	private void assertRefused(String... words) {
		String before = this.database.query("select count(*) from audit.audit_checkpoint");
		assertThatExceptionOfType(CheckpointRefusedException.class)
			.isThrownBy(() -> checkpoints("memory").create("main"))
			.withMessageContainingAll(words);
		assertThat(this.database.query("select count(*) from audit.audit_checkpoint")).isEqualTo(before);
	}

	@ParameterizedTest
	@ValueSource(strings = { "update audit.%s set chain = 'x'", "delete from audit.%s", "truncate audit.%s" })
	void theDatabaseRefusesChanges(String sql) {
		for (String table : new String[] { "audit_checkpoint", "audit_tile" }) {
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(
						() -> this.database.execute("set session_replication_role = replica; " + sql.formatted(table)))
				.withMessageContaining("cannot be changed");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "message = 'never happened'", "actor_id = 'joe'", "hash = sha256('x')",
			"prev_hash = sha256('x')", "salt = sha256('x')", "seq = 1000", "recorded_at = recorded_at - interval '1s'",
			"metadata = '{\"amount\": 101}'" })
	void anEntryThatWasChangedBeforeTheCheckpointIsNotSigned(String change) {
		this.database.append("main", Entries.entries(5));
		tamper(this.database, "update audit.audit_log set %s where seq = 302".formatted(change));
		assertRefused("Entry 302 of chain 'main'");
	}

	@Test
	void missingEntriesAreNotSigned() {
		this.database.append("main", Entries.entries(5));
		tamper(this.database, "delete from audit.audit_log where seq = 304");
		assertRefused("Entry 304 of chain 'main' is not as it was written: entry 304 is missing");
	}

	/** Whoever drops a month could otherwise get a signature that covers the excuse. */
	@Test
	void aRetirementThatNobodyTrustedSignedIsNotSigned() {
		LedgerLab lab = LedgerLab.create();
		assertRetirementIsRefused(lab, null, "but is not signed by a trusted key");
		assertRetirementIsRefused(lab, Ed25519Signer.ofPem("shop", Ed25519Signer.newPem()),
				"but is not signed by a trusted key");
		lab.enterRetirement("main", 0, 99);
		assertRefused(checkpoints(lab), "it says that entries 0 to 99 are retired, but the chain begins with entry 0");
		lab.database.execute("drop table " + lab.partitionOf(0));
		assertThat(checkpoints(lab).create("main").orElseThrow().size()).isEqualTo(601);
	}

	@Test
	void aRetirementThatWasSignedOfAnotherHistoryIsNotSigned() {
		LedgerLab lab = LedgerLab.create();
		LedgerLab other = lab.copy();
		other.tamper("update audit.audit_log set message = 'never happened' where chain = 'main' and seq = 50");
		other.rechain("main");
		other.enterRetirement("main", 0, 99);
		lab.database.append("main", Entries.controlEntry(ControlEntry.RETIREMENT, String
			.valueOf(other.database.query("select metadata from audit.audit_log where action = 'audit.retirement'"))));
		assertRefused(checkpoints(lab), "entries 0 to 99 are retired, but not by the hash");
	}

	@Test
	void aRetirementThatIsEnteredAgainIsNotSigned() {
		LedgerLab lab = LedgerLab.create();
		lab.enterRetirement("main", 0, 99);
		lab.database.execute("drop table " + lab.partitionOf(0));
		String entered = lab.database.query("select metadata from audit.audit_log where action = 'audit.retirement'");
		assertThat(checkpoints(lab).create("main").orElseThrow().size()).isEqualTo(601);
		lab.database.append("main", Entries.controlEntry(ControlEntry.RETIREMENT, String.valueOf(entered)));
		assertThatExceptionOfType(CheckpointRefusedException.class).isThrownBy(() -> checkpoints(lab).create("main"))
			.withMessageContaining("Entry 601")
			.withMessageContaining("of which some were retired before");
		assertThat(lab.verifier().verify("main").problems()).extracting(Problem::kind, Problem::seq)
			.containsExactly(tuple(Problem.Kind.RETIREMENT, 601L));
	}

	@Test
	void aRedactionThatVerificationCallsWrongIsNotSigned() {
		assertNotSigned("is not the first to say", (lab) -> {
			lab.enterRedaction("main", "main", 250, "actor");
			lab.enterRedaction("main", "main", 250, "actor");
		});
		assertNotSigned("but no such redaction is before it",
				(lab) -> lab.enterRedaction("main", "main", 251, "actor"));
		assertNotSigned("but no such redaction is before it", (lab) -> lab.enterRedaction("main", "main", 250, "data"));
		assertNotSigned("cannot be understood",
				(lab) -> lab.database.append("main", Entries.controlEntry(ControlEntry.REDACTION, "{}")));
		assertNotSigned("is redacted without a redaction entry", (lab) -> {
			lab.database.append("main", Entries.entries(3));
			lab.eraseActor("main", 602);
		});
	}

	/** Replayed after the first one was signed, and as one that another chain says. */
	@Test
	void aRedactionThatIsReplayedIsNotSigned() {
		LedgerLab lab = redacted();
		lab.enterRedaction("main", "main", 250, "actor");
		Checkpoints checkpoints = checkpoints(lab);
		assertThat(checkpoints.create("main").orElseThrow().size()).isEqualTo(601);
		lab.enterRedaction("main", "main", 250, "actor");
		assertThatExceptionOfType(CheckpointRefusedException.class).isThrownBy(() -> checkpoints.create("main"))
			.withMessageContaining("Entry 601")
			.withMessageContaining("is not the first to say");
		lab.enterRedaction("other", "main", 250, "actor");
		assertThatExceptionOfType(CheckpointRefusedException.class).isThrownBy(() -> checkpoints.create("other"))
			.withMessageContaining("is not the first to say");
	}

	private void assertNotSigned(String words, Consumer<LedgerLab> deed) {
		LedgerLab lab = redacted();
		deed.accept(lab);
		assertRefused(checkpoints(lab), words);
		assertThat(lab.verifier().verify("main").valid()).isFalse();
	}

	private static LedgerLab redacted() {
		LedgerLab lab = LedgerLab.create();
		lab.eraseActor("main", 250);
		return lab;
	}

	/** The first of what is new is compared with the last that was signed. */
	@Test
	void anEntryThatWasRecordedBeforeTheLastSignedOneIsNotSigned() {
		LedgerLab lab = LedgerLab.create();
		lab.database.append("main", Entries.entries(1));
		lab.tamper("""
				update audit.audit_log set recorded_at = (select recorded_at from audit.audit_log where chain = 'main'
					and seq = 250) where chain = 'main' and seq = 600
				""");
		lab.rechain("main");
		assertRefused(checkpoints(lab), "recorded_at is before that of the entry before it");
	}

	/** From before the database looked, or by somebody who can keep it from looking. */
	@ParameterizedTest
	@ValueSource(longs = { 300, 306, 9_000_000_000_000_000_000L })
	void garbageIsNamedAndCanBeSetAside(long size) {
		LedgerLab lab = LedgerLab.create();
		lab.database.append("main", Entries.entries(300));
		long garbage = 600 + size;
		lab.store("main", garbage, new byte[32], "x");
		assertThatExceptionOfType(InvalidCheckpointException.class).isThrownBy(() -> checkpoints(lab).create("main"))
			.withMessageContaining("The checkpoint of chain 'main' and size %d", garbage);
		assertThat(lab.verifier().verify("main").problems()).extracting(Problem::kind)
			.containsExactlyInAnyOrder(Problem.Kind.CHECKPOINT, Problem.Kind.TILE);
		assertThat(
				lab.database.query("select audit.audit_set_checkpoint_aside('main', %s, 'is none')".formatted(garbage)))
			.isEqualTo("t");
		assertThat(lab.database.query("select reason || size from audit.audit_checkpoint_aside"))
			.isEqualTo("is none" + garbage);
		assertThat(checkpoints(lab).create("main").orElseThrow().size()).isEqualTo(900);
		assertThat(lab.verifier().verify("main").problems()).isEmpty();
	}

	@Test
	void aTrueCheckpointThatIsSetAsideIsMissed() {
		LedgerLab lab = LedgerLab.create();
		lab.database.query("select audit.audit_set_checkpoint_aside('main', 600, 'to hide it')");
		assertThat(lab.verifier().verify("main").problems()).extracting(Problem::kind, Problem::seq)
			.containsExactly(tuple(Problem.Kind.CHECKPOINT, 300L));
	}

	private void assertRetirementIsRefused(LedgerLab original, Ed25519Signer signer, String words) {
		LedgerLab lab = original.copy();
		lab.enterRetirement("main", 0, 99, signer);
		assertRefused(checkpoints(lab), "entries 0 to 99 are retired, " + words);
	}

	private static void assertRefused(Checkpoints checkpoints, String words) {
		assertThatExceptionOfType(CheckpointRefusedException.class).isThrownBy(() -> checkpoints.create("main"))
			.withMessageContaining(words);
		assertThat(checkpoints.latest("main").orElseThrow().size()).isEqualTo(600);
	}

	private Checkpoints checkpoints(LedgerLab lab) {
		return new Checkpoints(lab.database.dataSource(), lab.database.schema(), LedgerLab.ORIGIN, LedgerLab.KEYS,
				new CheckpointSigning(LedgerLab.SIGNER, new SignerMemory(this.directory.resolve("lab")), List.of()));
	}

	@Test
	void aWrongHeadIsNotSigned() {
		this.database.append("main", Entries.entries(5));
		tamper(this.database, "update audit.audit_chain set head = sha256('x')");
		assertRefused("The head of chain 'main' in audit_chain is not the hash of its last entry 304");
	}

	@Test
	void aShorterChainIsNotSigned() {
		tamper(this.database, "update audit.audit_chain set size = 299");
		assertRefused("Chain 'main' went back");
	}

	@ParameterizedTest
	@ValueSource(strings = { "update audit.audit_tree set edges[1] = edges[1] || edges[1]",
			"update audit.audit_tree set edges[1] = set_byte(edges[1], 76, get_byte(edges[1], 76) # 255)",
			"update audit.audit_tree set edges[2] = sha256('x')",
			"update audit.audit_tree set size = 256, edges = array[''::bytea, edges[2]]" })
	void anAlteredTreeIsNotSigned(String sql) {
		this.database.append("main", Entries.entries(5));
		tamper(this.database, sql);
		assertRefused("of chain 'main'");
		assertThatExceptionOfType(CheckpointRefusedException.class)
			.isThrownBy(() -> checkpoints("memory").inclusion("main", 299, 300))
			.withMessageContaining("The tree of chain 'main'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "update audit.audit_tile set hashes = set_byte(hashes, 76, get_byte(hashes, 76) # 255)",
			"update audit.audit_tile set hashes = set_byte(hashes, 8191, get_byte(hashes, 8191) # 255)",
			"delete from audit.audit_tile" })
	void noProofIsMadeOfAnAlteredTile(String sql) {
		tamper(this.database, sql);
		assertThatExceptionOfType(CheckpointRefusedException.class)
			.isThrownBy(() -> checkpoints("memory").inclusion("main", 7, 300))
			.withMessageContaining("of chain 'main'");
	}

	@Test
	void anAlteredEntryIsNotProved() {
		tamper(this.database, "update audit.audit_log set message = 'never happened' where seq = 7");
		String id = this.database.query("select id from audit.audit_log where seq = 7");
		assertThatExceptionOfType(CheckpointRefusedException.class)
			.isThrownBy(() -> checkpoints("memory").inclusion(UUID.fromString(id)))
			.withMessageContaining("Entry 7 of chain 'main' (%s) is not the one that was signed", id);
	}

	@Test
	void aCheckpointOfAnUnknownKeyIsRefused() {
		CheckpointSigner stranger = Ed25519Signer.ofPem(ORIGIN, Ed25519Signer.newPem());
		byte[] root = checkpoints("memory").latest("main").orElseThrow().root();
		replaceNote(Checkpoint.sign(ORIGIN + "/main", 300, root, stranger));
		assertInvalid("Only unknown or retired keys signed it: [example.com/audit+");
	}

	@Test
	void aCheckpointOfARetiredKeyIsRefusedAndOneOfAReplacedKeyIsNot() {
		CheckpointSigner next = Ed25519Signer.ofPem(ORIGIN, Ed25519Signer.newPem());
		this.database.append("main", Entries.entries(5));
		CheckpointSigning signing = new CheckpointSigning(next, new SignerMemory(this.directory.resolve("memory")),
				List.of());
		assertThatExceptionOfType(InvalidCheckpointException.class)
			.isThrownBy(() -> new Checkpoints(this.database.dataSource(), this.database.schema(), ORIGIN,
					TrustedKeys.of(VerifierKey.of(next)), signing)
				.create("main"))
			.withMessageContaining("Only unknown or retired keys signed it");
		Checkpoints rotated = new Checkpoints(this.database.dataSource(), this.database.schema(), ORIGIN,
				TrustedKeys.of(VerifierKey.of(next), VerifierKey.of(SIGNER)), signing);
		assertThat(rotated.create("main").orElseThrow().size()).isEqualTo(305);
		assertThat(rotated.consistency("main", 300, 305).orElseThrow().holds()).isTrue();
	}

	@Test
	void aCheckpointWithAnotherRootOrSizeThanItsNoteIsRefused() {
		tamper(this.database, "update audit.audit_checkpoint set root = sha256('x')");
		assertInvalid("Its row has another size or root than its note");
		tamper(this.database, "update audit.audit_checkpoint set size = 299");
		assertInvalid("Its row has another size or root than its note");
	}

	@Test
	void aCheckpointWhoseNoteWasChangedIsRefused() {
		tamper(this.database, "update audit.audit_checkpoint set note = replace(note, '300', '301'), size = 301");
		assertInvalid("The signature of 'example.com/audit+");
	}

	@Test
	void aCheckpointOfAnotherLogIsRefused() {
		byte[] root = checkpoints("memory").latest("main").orElseThrow().root();
		replaceNote(Checkpoint.sign(ORIGIN + "/other", 300, root, SIGNER));
		assertInvalid("It is one of 'example.com/audit/other'", "same audit.checkpoint.origin");
	}

	@Test
	void aSignedCheckpointWithAWrongRootIsRefused() {
		Checkpoint wrong = Checkpoint.sign(ORIGIN + "/main", 300, Sha256.hash(), SIGNER);
		replaceNote(wrong);
		tamper(this.database, "update audit.audit_checkpoint set root = sha256('')");
		this.database.append("main", Entries.entries(5));
		assertRefused("does not lead to its last checkpoint (300 entries)");
	}

	private void replaceNote(Checkpoint checkpoint) {
		tamper(this.database, "update audit.audit_checkpoint set note = '%s'".formatted(checkpoint.note()));
	}

	private void assertInvalid(String... words) {
		assertThatExceptionOfType(InvalidCheckpointException.class)
			.isThrownBy(() -> checkpoints("memory").latest("main"))
			.withMessageContainingAll(words);
		this.database.append("main", Entries.entries(1));
		assertThatExceptionOfType(InvalidCheckpointException.class)
			.isThrownBy(() -> checkpoints("memory").create("main"))
			.withMessageContainingAll(words);
	}

	@Test
	void aRestoredOlderBackupIsNoticedByTheSignersMemory() {
		LedgerDatabase backup = this.database.copy();
		this.database.append("main", Entries.entries(50));
		Checkpoint signed = checkpoints("memory").create("main").orElseThrow();
		Checkpoint older = checkpoints(backup, "none").latest("main").orElseThrow();
		assertSplitView(backup, "memory", "Chain 'main' went back", "the signer's memory", signed, older);
		backup.append("main", Entries.entries(70));
		assertSplitView(backup, "memory", "Chain 'main' went another way", "the signer's memory", signed, older);
	}

	@Test
	void aRestoredOlderBackupIsNoticedByTheAnchorWhereTheMemoryIsLost() throws IOException {
		LedgerDatabase backup = this.database.copy();
		this.database.append("main", Entries.entries(50));
		Checkpoint signed = checkpoints("memory").create("main").orElseThrow();
		anchor(signed);
		Checkpoint older = checkpoints(backup, "none").latest("main").orElseThrow();
		assertSplitView(backup, "lost", "Chain 'main' went back", "the anchor directory", signed, older, this.anchor);
		backup.append("main", Entries.entries(70));
		assertSplitView(backup, "lost", "Chain 'main' went another way", "the anchor directory", signed, older,
				this.anchor);
	}

	// Of a ledger that was set back to 300 entries there were checkpoints of 350 and of
	// 400.
	@ParameterizedTest
	@ValueSource(ints = { 350, 400 })
	void whereAnchorsAreDeletedThoseThatAreLeftTellOfAnOlderBackup(int left) throws IOException {
		LedgerDatabase backup = this.database.copy();
		for (int size = 350; size <= 400; size += 50) {
			this.database.append("main", Entries.entries(50));
			Checkpoint signed = checkpoints("memory").create("main").orElseThrow();
			if (size == left) {
				anchor(signed);
			}
		}
		assertThatExceptionOfType(SplitViewException.class)
			.isThrownBy(() -> checkpoints(backup, "lost", this.anchor).create("main"))
			.withMessageContainingAll("Chain 'main' went back", "the anchor directory");
	}

	@Test
	void whereAllAnchorsAreDeletedTheSignersMemoryTells() {
		LedgerDatabase backup = this.database.copy();
		this.database.append("main", Entries.entries(50));
		checkpoints("memory").create("main");
		assertThatExceptionOfType(SplitViewException.class)
			.isThrownBy(() -> checkpoints(backup, "memory", this.anchor).create("main"))
			.withMessageContainingAll("Chain 'main' went back", "the signer's memory");
	}

	// Then only copies that others hold know of it.
	@Test
	void withoutAnchorsAndMemoryNothingOfOursKnowsOfTheOlderBackup() {
		LedgerDatabase backup = this.database.copy();
		this.database.append("main", Entries.entries(50));
		Checkpoint signed = checkpoints("memory").create("main").orElseThrow();
		backup.append("main", Entries.entries(20));
		Checkpoint other = checkpoints(backup, "lost", this.anchor).create("main").orElseThrow();
		assertThat(other.size()).isEqualTo(320);
		assertThat(signed.size()).isEqualTo(350);
	}

	@Test
	void aChainThatWasRecomputedAsAWholeIsNotSigned() {
		Checkpoint signed = checkpoints("memory").latest("main").orElseThrow();
		tamper(this.database, """
				truncate audit.audit_checkpoint, audit.audit_tile, audit.audit_tree, audit.audit_chain;
				delete from audit.audit_log
				""");
		this.database.append("main", Entries.entries(400));
		assertThat(new LedgerVerifier(this.database.dataSource(), this.database.schema()).verify().valid()).isTrue();
		assertThatExceptionOfType(SplitViewException.class).isThrownBy(() -> checkpoints("memory").create("main"))
			.withMessageContaining("Chain 'main' went another way")
			.satisfies((ex) -> assertThat(ex.known()).isEqualTo(signed.note()));
	}

	/**
	 * It is no sign that entries are missing, which came after the verification began.
	 */
	@Test
	void whatIsAnchoredWhileTheLedgerIsVerifiedIsNotHeldAgainstIt() throws IOException {
		anchor(checkpoints("memory").latest("main").orElseThrow());
		CheckpointAnchor busy = mock(CheckpointAnchor.class, delegatesTo(this.anchor));
		AtomicBoolean once = new AtomicBoolean();
		willAnswer((call) -> {
			if (!once.getAndSet(true)) {
				this.database.append("main", Entries.entries(5));
				anchor(checkpoints("memory").create("main").orElseThrow());
			}
			return this.anchor.kept("main");
		}).given(busy).kept("main");
		LedgerVerifier verifier = new LedgerVerifier(this.database.dataSource(), this.database.schema(),
				new TrustPolicy(KEYS, List.of(busy), ORIGIN), VerificationProgress.NONE);
		assertThat(verifier.verify().valid()).isTrue();
		assertThat(once).isTrue();
		tamper(this.database, "delete from audit.audit_log where seq >= 300");
		assertThat(verifier.verify().tampered()).isTrue();
	}

	@Test
	void aChainThatIsGoneIsNoticed() {
		tamper(this.database, """
				truncate audit.audit_checkpoint, audit.audit_tile, audit.audit_tree, audit.audit_chain;
				delete from audit.audit_log
				""");
		assertRefused("Chain 'main' went back");
	}

	@Test
	void twoClonesThatBothWentOnGiveTheEvidenceThemselves() throws IOException {
		LedgerDatabase clone = this.database.copy();
		Files.createDirectories(this.directory.resolve("clone"));
		for (Path file : Files.list(this.directory.resolve("memory")).toList()) {
			Files.copy(file, this.directory.resolve("clone").resolve(file.getFileName()));
		}
		this.database.append("main", Entries.entries(50));
		clone.append("main", Entries.entries(50));
		Checkpoint one = checkpoints("memory").create("main").orElseThrow();
		Checkpoint other = checkpoints(clone, "clone").create("main").orElseThrow();
		assertThat(other.size()).isEqualTo(one.size());
		anchor(one);
		assertThatExceptionOfType(SplitViewException.class).isThrownBy(() -> anchor(other))
			.satisfies(
					(ex) -> assertThat(List.of(ex.known(), ex.other())).isEqualTo(List.of(one.note(), other.note())));
		assertThat(this.anchor.notes("main")).containsExactly(one.note());
		clone.append("main", Entries.entries(5));
		assertSplitView(clone, "clone", "Chain 'main' went another way", "the anchor directory", one, other,
				this.anchor);
	}

	private void assertSplitView(LedgerDatabase database, String memory, String what, String where, Checkpoint known,
			Checkpoint other, CheckpointAnchor... anchors) {
		assertThatExceptionOfType(SplitViewException.class)
			.isThrownBy(() -> checkpoints(database, memory, anchors).create("main"))
			.withMessageContainingAll(what, where, known.note(), other.note())
			.satisfies((ex) -> assertThat(ex.known()).isEqualTo(known.note()));
		assertThat(Arrays.asList(known.note(), other.note())).allSatisfy((note) -> Checkpoint.open(note, KEYS));
	}

}
