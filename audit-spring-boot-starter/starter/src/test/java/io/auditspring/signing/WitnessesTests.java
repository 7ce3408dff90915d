package io.auditspring.signing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

import io.auditspring.CheckpointAnchor;
import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.Roles;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.DirectoryAnchor;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.checkpoint.WitnessPolicy;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.ExportVerifier;
import io.auditspring.ledger.verify.LedgerExport;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.VerificationProgress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Checkpoints that witnesses cosign over HTTP.
 */
class WitnessesTests {

	private static final String ORIGIN = "example.com/audit";

	private static final CheckpointSigner SIGNER = Ed25519Signer.ofPem(ORIGIN, Ed25519Signer.newPem());

	private static final VerifierKey KEY = VerifierKey.of(SIGNER);

	private final LedgerDatabase database = LedgerDatabase.create();

	private final TestWitness first = new TestWitness("w1.example").watching(ORIGIN + "/main", KEY);

	private final TestWitness second = new TestWitness("w2.example").watching(ORIGIN + "/main", KEY);

	private final WitnessPolicy policy = WitnessPolicy.parse("log " + KEY + "\n" + this.first.line("first")
			+ this.second.line("second") + "group both all first second\nquorum both\n");

	@TempDir
	private Path directory;

	@AfterEach
	void stop() {
		this.first.close();
		this.second.close();
	}

	private Checkpoints checkpoints(LedgerDatabase ledger, String memory) {
		return new Checkpoints(ledger.dataSource(), ledger.schema(), ORIGIN, TrustedKeys.of(KEY),
				new CheckpointSigning(SIGNER, new SignerMemory(this.directory.resolve(memory)), List.of()));
	}

	private CheckpointWorker worker(CheckpointAnchor... anchors) {
		Checkpoints checkpoints = checkpoints(this.database, "memory");
		return new CheckpointWorker(checkpoints, "main", null, List.of(anchors), Duration.ofHours(1),
				new Witnesses(checkpoints, this.policy), null, () -> 0);
	}

	private ChainVerification verify() {
		return verifier().verify("main");
	}

	private LedgerVerifier verifier() {
		return new LedgerVerifier(this.database.dataSource(), this.database.schema(),
				new TrustPolicy(TrustedKeys.of(KEY), List.of(), ORIGIN, this.policy, null), VerificationProgress.NONE);
	}

	@Test
	void eachCheckpointIsCosignedAndKeptEverywhere() throws Exception {
		DirectoryAnchor anchor = new DirectoryAnchor(this.directory.resolve("anchor"), ORIGIN);
		CheckpointWorker worker = worker(anchor);
		int before = 0;
		for (int size : new int[] { 3, 300, 301 }) {
			this.database.append("main", Entries.entries(size - before));
			before = size;
			worker.run();
			Checkpoint latest = checkpoints(this.database, "memory").latest("main").orElseThrow();
			assertThat(latest.size()).isEqualTo(size);
			assertThat(this.policy.missing(latest)).isNull();
			assertThat(anchor.latest("main")).hasValue(latest.note());
			assertThat(worker.witnessed()).hasValueSatisfying((known) -> assertThat(known.size()).isEqualTo(size));
			assertThat(verify().problems()).isEmpty();
			assertThat(verifier().verifyNew().valid()).isTrue();
			assertThat(this.first.answers()).containsExactly(200);
		}
		worker.run();
		assertThat(this.first.answers()).as("nobody is asked twice").isEmpty();
		assertThat(worker.problem()).isEmpty();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whatFailsAgainIsToldInOneLine(CapturedOutput output) {
		AtomicBoolean torn = new AtomicBoolean();
		CheckpointWorker worker = worker((chain, size, note) -> {
			if (torn.get()) {
				throw new IllegalStateException("The tape is torn");
			}
			throw new IOException("The tape is full");
		});
		this.database.append("main", Entries.entries(1));
		worker.run();
		this.database.append("main", Entries.entries(1));
		worker.run();
		worker.run();
		assertThat(output.toString().split("tape is full", -1)).as("the trace of the first").hasSize(2);
		assertThat(output.toString().split("did not take the newest checkpoint", -1)).hasSize(4);
		torn.set(true);
		worker.run();
		assertThat(output).as("another failure").contains("IllegalStateException: The tape is torn");
	}

	@Test
	void anExportHoldsTheCosignatures() throws Exception {
		this.database.append("main", Entries.entries(5));
		worker().run();
		StringBuilder export = new StringBuilder();
		new LedgerExport(this.database.dataSource(), this.database.schema()).write("main", export);
		assertThat(verify(export.toString()).problems()).isEmpty();
		assertThat(verify(export.toString().replace("w2.example", "w3.example")).counts())
			.containsOnlyKeys(Problem.Kind.QUORUM);
	}

	private ChainVerification verify(String export) throws IOException {
		return new ExportVerifier(new TrustPolicy(TrustedKeys.of(KEY), List.of(), ORIGIN, this.policy, null),
				VerificationProgress.NONE)
			.verify(new BufferedReader(new StringReader(export)))
			.chains()
			.get(0);
	}

	/** Whoever takes away all checkpoints takes away what the witnesses said. */
	@Test
	void whereNoCheckpointIsLeftNobodyVouches() throws Exception {
		this.database.append("main", Entries.entries(5));
		assertThat(verify().counts()).containsOnlyKeys(Problem.Kind.QUORUM);
		worker().run();
		assertThat(verify().problems()).isEmpty();
		this.database
			.tamper("delete from audit.audit_checkpoint; delete from audit.audit_tile; delete from audit.audit_tree");
		assertThat(verify().counts()).containsOnlyKeys(Problem.Kind.QUORUM);
		StringBuilder export = new StringBuilder();
		new LedgerExport(this.database.dataSource(), this.database.schema()).write("main", export);
		assertThat(verify(export.toString()).counts()).containsOnlyKeys(Problem.Kind.QUORUM);
	}

	@Test
	void afterARestartTheWitnessTellsWhatItSawLast() {
		this.database.append("main", Entries.entries(5));
		worker().run();
		this.first.answers();
		this.database.append("main", Entries.entries(5));
		CheckpointWorker restarted = worker();
		restarted.run();
		assertThat(this.first.answers()).containsExactly(409, 200);
		assertThat(restarted.missingWitnesses()).isEmpty();
	}

	@Test
	void aMissingQuorumIsLoudUntilItIsThere() {
		this.database.append("main", Entries.entries(5));
		this.second.answerAlways(503, new byte[0]);
		CheckpointWorker worker = worker();
		worker.run();
		worker.run();
		assertThat(worker.missingWitnesses())
			.hasValueSatisfying((missing) -> assertThat(missing).contains("'both'", "[first, second]", "only [first]"));
		assertThat(worker.unwitnessed()).isEqualTo(2);
		assertThat(worker.witnessed()).isEmpty();
		assertThat(worker.problem()).as("the ledger is well").isEmpty();
		assertThat(verify().counts()).containsOnlyKeys(Problem.Kind.QUORUM);
		assertThat(verify().tampered()).isFalse();
		assertThat(verifier().verifyNew().chains()).allSatisfy((chain) -> assertThat(chain.valid()).isFalse());
		this.second.answerAlways(0, new byte[0]);
		worker.run();
		assertThat(worker.missingWitnesses()).isEmpty();
		assertThat(verify().problems()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "404, ''", "403, ''", "400, what", "500, ''", "409, x", "409, 99999999999999999999", "200, ''",
			"200, what", "200, '\u2014 w2.example AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=='", "302, ''" })
	void whateverAWitnessAnswersOthersCosign(int status, String body) {
		this.database.append("main", Entries.entries(5));
		this.second.answerAlways(status, body.getBytes(StandardCharsets.UTF_8));
		CheckpointWorker worker = worker();
		worker.run();
		assertThat(worker.missingWitnesses()).isPresent();
		assertThat(worker.refusals()).isZero();
		assertThat(this.database.query("select count(*) from audit.audit_cosignature")).isEqualTo("1");
	}

	@Test
	void anAnswerWithoutEndIsCutOff() {
		this.database.append("main", Entries.entries(5));
		this.second.answerAlways(200, new byte[1_000_000]);
		CheckpointWorker worker = worker();
		worker.run();
		assertThat(worker.missingWitnesses()).isPresent();
	}

	@Test
	void aForkIsRefusedAndTold() {
		this.database.append("main", Entries.entries(5));
		LedgerDatabase other = this.database.copy();
		this.database.append("main", Entries.entries(5));
		other.append("main", Entries.entries(6));
		worker().run();
		Checkpoints forked = checkpoints(other, "other");
		CheckpointWorker worker = new CheckpointWorker(forked, "main", null, List.of(), Duration.ofHours(1),
				new Witnesses(forked, this.policy), null, () -> 0);
		worker.run();
		assertThat(worker.refusals()).isOne();
		assertThat(worker.problem()).hasValueSatisfying((problem) -> assertThat(problem).contains("another history"));
		assertThat(worker.missingWitnesses()).isPresent();
		assertThat(other.query("select count(*) from audit.audit_cosignature")).isEqualTo("0");
	}

	@Test
	void aLedgerThatWentBackIsTold() {
		this.database.append("main", Entries.entries(5));
		LedgerDatabase backup = this.database.copy();
		this.database.append("main", Entries.entries(5));
		worker().run();
		Checkpoints restored = checkpoints(backup, "new");
		CheckpointWorker worker = new CheckpointWorker(restored, "main", null, List.of(), Duration.ofHours(1),
				new Witnesses(restored, this.policy), null, () -> 0);
		worker.run();
		assertThat(worker.problem()).hasValueSatisfying((problem) -> assertThat(problem).contains("went back"));
	}

	@Test
	void whoMayWriteCheckpointsCannotMakeThemUnreadable() {
		this.database.append("main", Entries.entries(5));
		worker().run();
		for (int i = 0; i < 100; i++) {
			this.database.execute("""
					insert into audit.audit_cosignature (chain, size, line)
					values ('main', 5, '\u2014 w1.example %s' || chr(10))
					""".formatted(UUID.randomUUID().toString().replace("-", "")));
		}
		String own = checkpoints(this.database, "memory").latest("main").orElseThrow().signed();
		String forged = own.substring(own.indexOf('\u2014')).replaceFirst("[A-Za-z]{3}(=*)\n$", "AAA$1\n");
		this.database.execute(
				"insert into audit.audit_cosignature (chain, size, line) values ('main', 5, '%s')".formatted(forged));
		assertThat(verify().problems()).isEmpty();
		assertThat(verifier().verifyNew().valid()).isTrue();
		assertThat(checkpoints(this.database, "memory").latest("main")).hasValueSatisfying(
				(latest) -> assertThat(Checkpoint.open(latest.note(), TrustedKeys.of(KEY))).isEqualTo(latest));
	}

	/** Of each checkpoint only so many lines are read: the first ones. */
	@Test
	void whoMayWriteCheckpointsCannotPutLinesBeforeThoseOfWitnesses() {
		this.database.append("main", Entries.entries(5));
		Roles.apply(this.database.dataSource(), this.database.schema());
		JdbcTemplate writer = new JdbcTemplate(Roles.user(this.database.dataSource(), "audit_writer", "audit_reader"));
		for (int i = 0; i < 100; i++) {
			writer.execute("""
					insert into audit.audit_cosignature (chain, size, line)
					values ('main', 5, '\u2014 w1.example %s' || chr(10))
					""".formatted(UUID.randomUUID().toString().replace("-", "")));
		}
		worker().run();
		for (String columns : List.of("audit_cosignature (chain, size, line, created_at) values ('', 1, '', now())",
				"audit_checkpoint (chain, size, root, note, created_at) values ('', 1, '', '', now())")) {
			assertThatExceptionOfType(DataAccessException.class)
				.isThrownBy(() -> writer.update("insert into audit." + columns))
				.havingRootCause()
				.withMessageContaining("permission denied");
		}
		assertThat(verify().problems()).isEmpty();
	}

}
