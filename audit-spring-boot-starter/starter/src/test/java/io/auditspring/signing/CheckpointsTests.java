package io.auditspring.signing;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.InclusionReceipt;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.merkle.MerkleTree;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.internal.table.LedgerLab;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.VerificationProgress;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Checkpoints of a ledger that nobody tampered with, and the proofs that lead to them.
 */
class CheckpointsTests {

	private static final CheckpointSigner SIGNER = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());

	private static final TrustedKeys KEYS = TrustedKeys.of(VerifierKey.of(SIGNER));

	private final LedgerDatabase database = LedgerDatabase.create();

	@TempDir
	private Path memory;

	private Checkpoints checkpoints() {
		return checkpoints(100_000);
	}

	private Checkpoints checkpoints(long maxEntries) {
		return new Checkpoints(this.database.dataSource(), this.database.schema(), "example.com/audit", KEYS,
				new CheckpointSigning(SIGNER, new SignerMemory(this.memory), List.of()), maxEntries);
	}

	private List<byte[]> leafHashes() throws SQLException {
		try (Connection connection = this.database.connect();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery("select hash from audit.audit_log order by seq")) {
			List<byte[]> hashes = new ArrayList<>();
			while (rows.next()) {
				hashes.add(rows.getBytes(1));
			}
			return hashes;
		}
	}

	private byte[] root(long size) throws SQLException {
		MerkleTree tree = new MerkleTree();
		leafHashes().subList(0, (int) size).forEach(tree::append);
		return tree.root();
	}

	private String count(String table) {
		return Objects.requireNonNull(this.database.query("select count(*) from audit." + table));
	}

	@Test
	void thereIsNoneOfAnEmptyChain() {
		assertThat(checkpoints().create("main")).isEmpty();
		assertThat(checkpoints().latest("main")).isEmpty();
	}

	@Test
	void statesSizeAndRoot() throws SQLException {
		this.database.append("main", Entries.entries(3));
		Checkpoint checkpoint = checkpoints().create("main").orElseThrow();
		assertThat(Checkpoint.open(checkpoint.note(), KEYS)).isEqualTo(checkpoint);
		assertThat(checkpoint.origin()).isEqualTo("example.com/audit/main");
		assertThat(checkpoint.size()).isEqualTo(3);
		assertThat(checkpoint.root()).isEqualTo(root(3));
		assertThat(checkpoints().latest("main")).contains(checkpoint);
		assertThat(checkpoints().find("main", 3)).contains(checkpoint);
		assertThat(checkpoints().find("main", 2)).isEmpty();
	}

	@Test
	void isNotRepeatedWhileNothingIsNew() {
		this.database.append("main", Entries.entries(3));
		Checkpoint checkpoint = checkpoints().create("main").orElseThrow();
		assertThat(checkpoints().create("main")).contains(checkpoint);
		assertThat(count("audit_checkpoint")).isEqualTo("1");
	}

	@Test
	void growsWithTheChain() throws SQLException {
		Checkpoints checkpoints = checkpoints();
		for (int count : new int[] { 1, 1, 253, 1, 1, 300, 512, 3 }) {
			this.database.append("main", Entries.entries(count));
			Checkpoint checkpoint = checkpoints.create("main").orElseThrow();
			assertThat(checkpoint.root()).isEqualTo(root(checkpoint.size()));
		}
		assertThat(count("audit_checkpoint")).isEqualTo("8");
		assertThat(count("audit_tile")).isEqualTo("4");
	}

	@Test
	void manyNewEntriesAreCoveredStepByStep() throws SQLException {
		this.database.append("main", Entries.entries(1000));
		Checkpoint checkpoint = checkpoints(300).create("main").orElseThrow();
		assertThat(checkpoint.size()).isEqualTo(1000);
		assertThat(checkpoint.root()).isEqualTo(root(1000));
		assertThat(checkpoints().find("main", 300).orElseThrow().root()).isEqualTo(root(300));
		assertThat(count("audit_checkpoint")).isEqualTo("4");
	}

	/** A verification reads 65,536 entries at a time. */
	@Test
	void oneAtTheEndOfWhatIsReadAtOnceIsCompared() {
		for (int i = 0; i < 8; i++) {
			this.database.append("main", Entries.entries(8_192));
		}
		assertThat(checkpoints().create("main")).get().extracting(Checkpoint::size).isEqualTo(65_536L);
		this.database.append("main", Entries.entries(1));
		checkpoints().create("main");
		Checkpoint other = Checkpoint.sign("example.com/audit/main", 65_536, new byte[32], SIGNER);
		this.database.tamper("update audit.audit_checkpoint set root = '\\x%s', note = '%s' where size = 65536"
			.formatted("00".repeat(32), other.note()));
		assertThat(new LedgerVerifier(this.database.dataSource(), this.database.schema(),
				new TrustPolicy(KEYS, List.of(), "example.com/audit"), VerificationProgress.NONE)
			.verify("main")
			.counts()).containsOnlyKeys(Problem.Kind.ROOT);
	}

	@Test
	void chainsAreApart() {
		this.database.append("main", Entries.entries(300));
		this.database.append("other", Entries.entries(257));
		checkpoints().create("main");
		Checkpoint other = checkpoints().create("other").orElseThrow();
		assertThat(other.origin()).isEqualTo("example.com/audit/other");
		assertThat(other.size()).isEqualTo(257);
		assertThat(checkpoints().latest("main").orElseThrow().size()).isEqualTo(300);
	}

	@Test
	void aNameThatANoteCannotHoldIsRefused() {
		this.database.append("two words", Entries.entries(1));
		assertThatIllegalArgumentException().isThrownBy(() -> checkpoints().create("two words"))
			.withMessageContaining("neither white space nor plus signs", "two words");
	}

	@Test
	void withoutKeyTheyAreReadButNotMade() {
		this.database.append("main", Entries.entries(1));
		Checkpoint checkpoint = checkpoints().create("main").orElseThrow();
		Checkpoints reader = new Checkpoints(this.database.dataSource(), this.database.schema(), "example.com/audit",
				KEYS, null);
		assertThat(reader.latest("main")).contains(checkpoint);
		assertThat(reader.inclusion("main", 0, 1)).isPresent();
		assertThatIllegalStateException().isThrownBy(() -> reader.create("main"))
			.withMessageContaining("audit.checkpoint.private-key-location");
	}

	@Test
	void everyEntryIsProvedUnderEveryCheckpointThatCoversIt() throws SQLException {
		for (int count : new int[] { 5, 260, 300 }) {
			this.database.append("main", Entries.entries(count));
			checkpoints().create("main");
		}
		List<byte[]> leaves = leafHashes();
		for (long size : new long[] { 5, 265, 565 }) {
			for (int seq = 0; seq < size; seq += 11) {
				InclusionReceipt proof = checkpoints().inclusion("main", seq, size).orElseThrow();
				assertThat(proof.hash()).isEqualTo(leaves.get(seq));
				assertThat(proof.checkpoint().size()).isEqualTo(size);
				assertThat(proof.holds()).isTrue();
			}
		}
		assertThat(checkpoints().inclusion("main", 0, 4)).isEmpty();
		assertThatIllegalArgumentException().isThrownBy(() -> checkpoints().inclusion("main", 5, 5))
			.withMessageContaining("no leaf 5");
	}

	@Test
	void anEntryIsProvedByItsIdOnceACheckpointCoversIt() {
		List<Entry> entries = Entries.entries(3);
		this.database.append("main", entries);
		UUID id = entries.get(1).id();
		assertThat(checkpoints().inclusion(id)).isEmpty();
		checkpoints().create("main");
		InclusionReceipt proof = checkpoints().inclusion(id).orElseThrow();
		assertThat(proof.seq()).isEqualTo(1);
		assertThat(proof.holds()).isTrue();
		assertThat(checkpoints().inclusion(UUID.randomUUID())).isEmpty();
		Entry later = Entries.entry("later");
		this.database.append("main", later);
		assertThat(checkpoints().inclusion(later.id())).isEmpty();
	}

	@Test
	void everyTwoCheckpointsAreConsistent() {
		int[] counts = { 1, 4, 251, 1, 300, 99 };
		for (int count : counts) {
			this.database.append("main", Entries.entries(count));
			checkpoints().create("main");
		}
		long[] sizes = { 1, 5, 256, 257, 557, 656 };
		for (long older : sizes) {
			for (long newer : sizes) {
				if (older <= newer) {
					assertThat(checkpoints().consistency("main", older, newer).orElseThrow().holds()).isTrue();
				}
			}
		}
		assertThat(checkpoints().consistency("main", 2, 5)).isEmpty();
		assertThatIllegalArgumentException().isThrownBy(() -> checkpoints().consistency("main", 5, 1))
			.withMessageContaining("does not begin with");
	}

	@Test
	void proofsOutliveTheEntriesOfRetiredMonths() throws SQLException {
		this.database.append("main", Entries.entries(300));
		checkpoints().create("main");
		List<byte[]> leaves = leafHashes();
		this.database.execute("alter table audit.audit_log detach partition audit.%s"
			.formatted(LedgerDatabase.partition(LedgerDatabase.thisMonth())));
		for (int seq : new int[] { 0, 255, 256, 299 }) {
			InclusionReceipt proof = checkpoints().inclusion("main", seq, 300).orElseThrow();
			assertThat(proof.hash()).isEqualTo(leaves.get(seq));
		}
		this.database.execute("update audit.audit_chain set recorded_at = '2098-08-01 00:00:00+00'");
		this.database.append("main", Entries.entries(300));
		assertThat(checkpoints().create("main").orElseThrow().size()).isEqualTo(600);
		assertThat(checkpoints().consistency("main", 300, 600).orElseThrow().holds()).isTrue();
	}

	@Test
	void writersNeverWaitForIt() throws SQLException {
		this.database.append("main", Entries.entries(1));
		checkpoints().create("main");
		try (Connection busy = this.database.begin(); Statement statement = busy.createStatement()) {
			statement.execute("select from audit.audit_tree where chain = 'main' for update");
			this.database.append("main", Entries.entries(1));
			assertThat(checkpoints().createUnlessBusy("main").checkpoint()).hasFieldOrPropertyWithValue("size", 1L);
			// The server learns only later of a connection that was closed.
			busy.rollback();
		}
		assertThat(checkpoints().createUnlessBusy("main").checkpoint()).hasFieldOrPropertyWithValue("size", 2L);
	}

	@Test
	void whoLocksTheTreeAndSignsNothingIsTold() throws SQLException {
		LedgerLab lab = LedgerLab.create();
		CheckpointWorker worker = new CheckpointWorker(
				new Checkpoints(lab.database.dataSource(), lab.database.schema(), LedgerLab.ORIGIN, LedgerLab.KEYS,
						new CheckpointSigning(LedgerLab.SIGNER, new SignerMemory(this.memory), List.of())),
				"main", null, List.of(), Duration.ofDays(1), null, null, () -> 0);
		worker.run();
		lab.database.append("main", Entries.entries(1));
		try (Connection holder = lab.database.begin(); Statement statement = holder.createStatement()) {
			statement.execute("select from audit.audit_tree where chain = 'main' for update");
			for (int i = 1; i < CheckpointWorker.MOST_PASSED_OVER; i++) {
				worker.run();
				assertThat(worker.problem()).isEmpty();
			}
			worker.run();
			assertThat(worker.problem()).get(InstanceOfAssertFactories.STRING)
				.contains("kept the chain's row in audit_tree locked");
			holder.rollback();
		}
		worker.run();
		assertThat(worker.problem()).isEmpty();
		assertThat(worker.latest().orElseThrow().size()).isEqualTo(601);
	}

	@Test
	void instancesDoNotDisturbEachOther() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			List<Future<?>> work = new ArrayList<>();
			for (int instance = 0; instance < 3; instance++) {
				Checkpoints checkpoints = new Checkpoints(this.database.dataSource(), this.database.schema(),
						"example.com/audit", KEYS,
						new CheckpointSigning(SIGNER, new SignerMemory(this.memory.resolve("" + instance)), List.of()));
				work.add(threads.submit(() -> IntStream.range(0, 15).forEach((i) -> checkpoints.create("main"))));
			}
			work.add(threads.submit(
					() -> IntStream.range(0, 30).forEach((i) -> this.database.append("main", Entries.entries(20)))));
			for (Future<?> done : work) {
				done.get();
			}
		}
		finally {
			threads.shutdown();
		}
		Checkpoint last = checkpoints().create("main").orElseThrow();
		assertThat(last.size()).isEqualTo(600);
		assertThat(last.root()).isEqualTo(root(600));
	}

}
