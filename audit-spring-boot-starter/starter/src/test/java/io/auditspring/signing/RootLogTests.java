package io.auditspring.signing;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.RootHead;
import io.auditspring.ledger.checkpoint.RootReceipt;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.merkle.Sha256;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.internal.table.LedgerLab;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.retention.Retention;
import io.auditspring.retention.RetentionAction;
import io.auditspring.retention.RetentionReport;
import io.auditspring.retention.RetirementSeal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The chain that says where all others end.
 */
class RootLogTests {

	private final LedgerDatabase database = LedgerDatabase.create();

	@TempDir
	private Path memory;

	private RootLog rootLog() {
		return new RootLog(this.database.dataSource(), this.database.schema(), () -> Entries.entries(1).get(0));
	}

	private Checkpoints checkpoints() {
		return new Checkpoints(this.database.dataSource(), this.database.schema(), LedgerLab.ORIGIN, LedgerLab.KEYS,
				new CheckpointSigning(LedgerLab.SIGNER, new SignerMemory(this.memory), List.of()));
	}

	private boolean record() {
		return rootLog().record(Duration.ZERO);
	}

	private List<ChainVerification> verified() {
		return new LedgerVerifier(this.database.dataSource(), this.database.schema(),
				new TrustPolicy(LedgerLab.KEYS, List.of(), LedgerLab.ORIGIN), VerificationProgress.NONE)
			.verify()
			.chains();
	}

	private List<String> problems() {
		return verified().stream()
			.flatMap((chain) -> chain.problems().stream())
			.map((problem) -> "%s %s %s: %s".formatted(problem.kind(), problem.chain(), problem.seq(), problem.what()))
			.toList();
	}

	private String query(String sql) {
		return Objects.requireNonNull(this.database.query(sql));
	}

	/**
	 * Three entries of the root log over three chains, signed; two chains have no
	 * checkpoint.
	 */
	private void fill() {
		this.database.append("main", Entries.entries(300));
		this.database.append("billing", Entries.entries(5));
		record();
		this.database.append("main", Entries.entries(10));
		record();
		this.database.append("Zürich & Söhne", Entries.entries(2));
		this.database.append("billing", Entries.entries(1));
		record();
		checkpoints().create("main");
		checkpoints().create("root");
	}

	@Test
	void saysWhereAllChainsEnd() {
		fill();
		assertThat(query("select count(*) from audit.audit_log where chain = 'root' and action = 'audit.root'"))
			.isEqualTo("3");
		assertThat(query("""
				select string_agg(concat_ws(' ', root_seq, chain, size), ', ' order by root_seq, chain collate "C")
				from audit.audit_root_head
				""")).isEqualTo("0 billing 5, 0 main 300, 1 main 310, 2 Zürich & Söhne 2, 2 billing 6");
		assertThat(query("select metadata ->> 'chains' from audit.audit_log where chain = 'root' and seq = 2"))
			.isEqualTo("3");
		assertThat(problems()).isEmpty();
	}

	@Test
	void whatTheLedgerDoesAboutOtherChainsIsSigned() {
		this.database.append("main", Entries.entries(3));
		CheckpointWorker worker = new CheckpointWorker(checkpoints(), "main", rootLog(), List.of(), Duration.ofHours(1),
				null, null, () -> 0);
		worker.run();
		assertThat(this.database.query("select string_agg(distinct chain, ' ') from audit.audit_tree"))
			.as("not made by being signed")
			.isEqualTo("main root");
		this.database.append("local", Entries.entry("audit.chain.received"));
		worker.run();
		assertThat(worker.problem()).isEmpty();
		assertThat(checkpoints().latest("local")).get().extracting(Checkpoint::size).isEqualTo(1L);
	}

	@Test
	void nothingIsRecordedWhereNothingMoved() {
		fill();
		assertThat(record()).isFalse();
	}

	@Test
	void isRecordedAtMostOnceInAnInterval() {
		this.database.append("main", Entries.entries(1));
		assertThat(rootLog().record(Duration.ofDays(30))).isTrue();
		this.database.append("main", Entries.entries(1));
		assertThat(rootLog().record(Duration.ofDays(30))).isFalse();
		assertThat(record()).isTrue();
	}

	/** The time of the root log creeps on, as that of all chains does. */
	@Test
	void aClockThatIsSetBackAccusesNobodyAndHoldsUpNothing() {
		this.database.append("main", Entries.entries(1));
		record();
		this.database
			.tamper("update audit.audit_chain set recorded_at = now() + interval '1 hour' where name = 'root'");
		this.database.append("main", Entries.entries(1));
		assertThat(rootLog().record(Duration.ofMinutes(1))).isTrue();
		this.database.append("billing", Entries.entries(1));
		assertThat(problems()).isEmpty();
		assertThat(rootLog().record(Duration.ofMinutes(1))).isTrue();
		assertThat(problems()).isEmpty();
	}

	@Test
	void aChainIsSignedWithAllThatTheRootLogKnowsOfIt() {
		this.database.append("main", Entries.entries(3));
		checkpoints().create("main");
		this.database.append("main", Entries.entries(300));
		record();
		assertThat(checkpoints().create("main")).get().extracting(Checkpoint::size).isEqualTo(303L);
		this.database.append("main", Entries.entries(1));
		record();
		this.database.append("main", Entries.entries(1));
		assertThat(checkpoints().create("main")).get().extracting(Checkpoint::size).isEqualTo(305L);
		assertThat(record()).isTrue();
		assertThat(problems()).isEmpty();
	}

	@Test
	void aChainWithoutEntriesIsRecordedAsWell() {
		this.database.execute("select audit.audit_ledger_id('begun')");
		assertThat(record()).isTrue();
		assertThat(problems()).isEmpty();
	}

	@Test
	void aClosedChainStaysAsItIs() {
		fill();
		this.database.execute(
				"""
						select audit.audit_close_chain('billing', 'It goes on under another name',
							'{"actorType": "system", "operation": "01890000-0000-7000-8000-000000000001", "actor": {"id": "system"}}')
						""");
		assertThat(record()).isTrue();
		assertThat(query("select closed from audit.audit_root_head where chain = 'billing' and size = 7"))
			.isEqualTo("t");
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.database.append("billing", Entries.entries(1)))
			.withStackTraceContaining("chain \"billing\" is closed");
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.database
				.execute("select audit.audit_close_chain('billing', 'Once more', audit.audit_by_owner(null))"))
			.withStackTraceContaining("chain \"billing\" is closed already");
		assertThat(record()).isFalse();
		assertThat(problems()).isEmpty();
	}

	@Test
	void nobodyElseWritesToIt() {
		fill();
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.database.append("root", Entries.entries(1)))
			.withStackTraceContaining("the chain \"root\" is the ledger's own");
	}

	@Test
	void oneChainThatIsNotAsItWasHoldsUpNoOther() {
		fill();
		this.database.append("main", Entries.entries(1));
		this.database.append("billing", Entries.entries(1));
		this.database.tamper("update audit.audit_log set message = 'x' where chain = 'billing' and seq = 6");
		assertThatExceptionOfType(CheckpointRefusedException.class).isThrownBy(this::record)
			.withMessageContaining("1 chains could not be recorded in the root log, first: Entry 6 of chain 'billing'");
		assertThat(query("select size from audit.audit_root_head where root_seq = 3 and chain = 'main'"))
			.isEqualTo("311");
	}

	/**
	 * What somebody with all rights in the database does.
	 *
	 * @param name what is done
	 * @param sql how
	 * @param named what the verifier says, among other things
	 */
	private record Attack(String name, String sql, String named) {

		@Override
		public String toString() {
			return this.name;
		}

	}

	static Stream<Attack> attacks() {
		return Stream.of(new Attack("a chain is dropped with its head, its tree and all", """
				delete from audit.audit_log where chain = 'billing';
				delete from audit.audit_tree where chain = 'billing';
				delete from audit.audit_chain where name = 'billing'
				""", "ROOT_LOG billing 0: entry 0 of the root log says that there were 5 entries, but the chain has 0"),
				new Attack("a head is set back with its entries and its tree", """
						delete from audit.audit_log where chain = 'billing' and seq = 5;
						delete from audit.audit_tree where chain = 'billing';
						update audit.audit_chain
						set size = 5, head = (select hash from audit.audit_log where chain = 'billing' and seq = 4)
						where name = 'billing'
						""",
						"ROOT_LOG billing 5: entry 2 of the root log says that there were 6 entries, but the chain has 5"),
				new Attack("an entry of the root log says another map", """
						update audit.audit_log set target_id = repeat('00', 32) where chain = 'root' and seq = 1
						""",
						"ROOT_LOG root 1: the root over the heads of all chains differs from the heads that are stored"),
				new Attack("a head that is stored is another", """
						update audit.audit_root_head set root = sha256('x') where root_seq = 2 and chain = 'billing'
						""",
						"ROOT_LOG billing null: entry 2 of the root log says that the first 6 entries have another root"),
				new Attack("a head that is stored is another, as the root log sees it", """
						update audit.audit_root_head set root = sha256('x') where root_seq = 2 and chain = 'billing'
						""",
						"ROOT_LOG root 2: what it says of the heads that moved differs from the heads that are stored"),
				new Attack("a chain is left out of the map", """
						delete from audit.audit_root_head where chain = 'billing'
						""",
						"ROOT_LOG root null: chain 'billing' had begun when the last entry was made, and is in none"),
				new Attack("the heads of an entry are gone", """
						delete from audit.audit_root_head where root_seq = 1
						""", "ROOT_LOG root 1: no head is stored that moved when it was made"),
				new Attack("the table of heads is dropped", "drop table audit.audit_root_head cascade",
						"ROOT_LOG root null: the table audit_root_head is gone: what the root log says of other chains is unknown"),
				new Attack("the root log is dropped with everything that it left", """
						delete from audit.audit_log where chain = 'root';
						delete from audit.audit_tree where chain = 'root';
						delete from audit.audit_root_head;
						delete from audit.audit_chain where name = 'root'
						""",
						"CUT root 0: the checkpoint of size 3 says that there were 3 entries, but the chain has 0"),
				new Attack("the guard of the heads is gone", """
						drop trigger audit_root_head_append_only on audit.audit_root_head
						""",
						"GUARD main null: the trigger audit_root_head_append_only on audit_root_head is missing, off or another one"),
				new Attack("heads are stored of an entry that there is not", """
						insert into audit.audit_root_head values (9, 'main', 310, sha256('x'), false)
						""", "ROOT_LOG root 9: heads are stored of an entry that the root log does not have"),
				new Attack("a size falls",
						"""
								insert into audit.audit_root_head
								select 9, 'main', 300, root, false from audit.audit_root_head where chain = 'main' and size = 300
								""",
						"ROOT_LOG root 9: chain 'main' went from 310 entries to 300"),
				new Attack("the root log is deleted behind its first entry",
						"""
								delete from audit.audit_log where chain = 'root' and seq > 0;
								delete from audit.audit_root_head where root_seq > 0;
								update audit.audit_chain set size = 1, head = (select hash from audit.audit_log where chain = 'root')
								where name = 'root'
								""",
						"CUT root 1: the checkpoint of size 3 says that there were 3 entries, but the chain has 1"));
	}

	@ParameterizedTest
	@MethodSource("attacks")
	void isNamedByTheVerifier(Attack attack) {
		fill();
		this.database.tamper(attack.sql());
		assertThat(problems()).contains(attack.named());
	}

	@Test
	void anEntryIsProvenByTheSignatureOverAllChains() {
		fill();
		UUID id = UUID.fromString(query("select id from audit.audit_log where chain = 'billing' and seq = 5"));
		RootReceipt proof = checkpoints().inclusionInAll(id).orElseThrow();
		assertThat(proof.holds()).isTrue();
		assertThat(proof.head().chain()).isEqualTo("billing");
		assertThat(proof.head().size()).isEqualTo(6);
		assertThat(proof.root().checkpoint().origin()).isEqualTo(LedgerLab.ORIGIN + "/root");
		RootHead longer = new RootHead("billing", 7, proof.head().root(), false);
		RootHead other = new RootHead("main", 6, proof.head().root(), false);
		assertThat(List.of(longer, other)).noneMatch((head) -> new RootReceipt(proof.hash(), proof.inChain(), head,
				proof.inMap(), proof.rootEntry(), proof.root())
			.holds());
		assertThat(new RootReceipt(new byte[32], proof.inChain(), proof.head(), proof.inMap(), proof.rootEntry(),
				proof.root())
			.holds()).isFalse();
		assertThat(new RootReceipt(proof.hash(), proof.inChain(), proof.head(), proof.inMap(),
				proof.rootEntry().replace("\"seq\":2", "\"seq\":3"), proof.root())
			.holds()).isFalse();
		this.database.append("billing", Entries.entries(1));
		UUID newer = UUID.fromString(query("select id from audit.audit_log where chain = 'billing' and seq = 6"));
		assertThat(checkpoints().inclusionInAll(newer)).isEmpty();
	}

	@Test
	void monthsOfTheRootLogAreRetiredAsOthersAre() {
		Instant january = Instant.parse("2019-01-15T00:00:00Z");
		this.database.appendAt(january, "main", Entries.entry("january"));
		checkpoints().create("main");
		RootHead head = new RootHead("main", 1, checkpoints().root("main", 1), false);
		HexFormat hex = HexFormat.of();
		this.database.appendAt(january.plusSeconds(60), "root",
				Entries.root(hex.formatHex(head.leafHash()), "{\"chains\":1,\"heads\":\"%s\"}"
					.formatted(hex.formatHex(Sha256.hash(Sha256.utf8("[" + head + "]"))))));
		this.database.execute("insert into audit.audit_root_head values (0, 'main', 1, '\\x%s', false)"
			.formatted(hex.formatHex(head.root())));
		this.database.append("main", Entries.entries(2));
		record();
		assertThat(problems()).isEmpty();
		RetentionReport report = new Retention(this.database.dataSource(), this.database.schema(), Period.ofYears(7),
				RetentionAction.DROP, () -> Entries.entry("by", "-", "-", "clerk"),
				Clock.fixed(Instant.parse("2026-11-30T23:59:59Z"), ZoneOffset.UTC),
				new RetirementSeal(checkpoints(), LedgerLab.SIGNER))
			.apply();
		assertThat(report.retired()).containsExactly(YearMonth.of(2019, 1));
		assertThat(query("select string_agg(action, ' ' order by seq) from audit.audit_log where chain = 'root'"))
			.isEqualTo("audit.root audit.retirement");
		assertThat(problems()).isEmpty();
		this.database.append("main", Entries.entries(1));
		assertThat(record()).isTrue();
		checkpoints().create("root");
		assertThat(problems()).isEmpty();
		UUID newest = UUID
			.fromString(query("select id from audit.audit_log where chain = 'main' order by seq desc limit 1"));
		assertThat(checkpoints().inclusionInAll(newest).orElseThrow().holds()).isTrue();
	}

	@Test
	void theWorkerRecordsAndSignsIt() {
		this.database.append("main", Entries.entries(3));
		this.database.append("billing", Entries.entries(5));
		CheckpointWorker worker = new CheckpointWorker(checkpoints(), "main", rootLog(), List.of(),
				Duration.ofMillis(1), null, null, () -> 0);
		worker.run();
		assertThat(worker.problem()).isEmpty();
		assertThat(checkpoints().latest("main")).get().extracting(Checkpoint::size).isEqualTo(3L);
		assertThat(checkpoints().latest("root")).get().extracting(Checkpoint::size).isEqualTo(1L);
		assertThat(checkpoints().latest("billing")).isEmpty();
		assertThat(problems()).isEmpty();
	}

	@Test
	void theWorkerSignsAChainUpToItsEndBeforeItSignsTheOneInWhichThatGoesOn() {
		this.database.append("main", Entries.entries(3));
		CheckpointWorker worker = new CheckpointWorker(checkpoints(), "main", rootLog(), List.of(),
				Duration.ofMillis(1), null, null, () -> 0);
		worker.run();
		this.database.append("main", Entries.entries(1));
		this.database.execute("""
				select audit.audit_close_chain('main', 'It goes on', '{"actorType": "system",
					"operation": "00000000-0000-4000-8000-000000000001", "actor": {"id": "system"}}')
				""");
		this.database.append("main@2", Entries.entries(1));
		worker.run();
		assertThat(worker.problem()).isEmpty();
		assertThat(checkpoints().latest("main")).get().extracting(Checkpoint::size).isEqualTo(5L);
		assertThat(checkpoints().latest("main@2")).get().extracting(Checkpoint::size).isEqualTo(1L);
		assertThat(problems()).isEmpty();
	}

}
