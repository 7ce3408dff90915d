package io.auditspring.ledger;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.merkle.MerkleTree;
import io.auditspring.ledger.merkle.Sha256;
import io.auditspring.ledger.merkle.TreeEdge;
import io.auditspring.ledger.merkle.TreeTile;

/**
 * Measures checkpoints and proofs of a ledger of as many entries as the first argument
 * says, and prints the figures. All of them but the newest are gone with their months, as
 * after retention, so that only their tree is there; what is measured reads nothing else.
 * Run it with the test class path.
 */
public final class CheckpointFigures {

	private static final int ROUNDS = 200;

	private final LedgerDatabase database = LedgerDatabase.create();

	private final CheckpointSigner signer = Ed25519Signer.ofPem("figures", Ed25519Signer.newPem());

	private final Random random = new Random(42);

	private final Checkpoints checkpoints;

	private CheckpointFigures() throws IOException {
		HikariDataSource pool = new HikariDataSource();
		pool.setDataSource(this.database.dataSource());
		this.checkpoints = new Checkpoints(pool, this.database.schema(), "figures",
				TrustedKeys.of(VerifierKey.of(this.signer)),
				new CheckpointSigning(this.signer, new SignerMemory(Files.createTempDirectory("figures")), List.of()));
	}

	public static void main(String[] arguments) throws Exception {
		new CheckpointFigures().run(Long.parseLong(arguments[0]));
	}

	private void run(long size) throws Exception {
		retired(size);
		long newest = measureCheckpoints(size, 1, 1_000);
		report(newest, "inclusion proof of a gone entry", () -> this.checkpoints.inclusion("main", any(size), newest));
		List<UUID> ids = ids();
		report(newest, "inclusion proof of any entry by its id",
				() -> this.checkpoints.inclusion(ids.get(this.random.nextInt(ids.size()))));
		report(newest, "consistency proof", () -> this.checkpoints.consistency("main", size, newest));
		report(newest, "consistency proof of an early one",
				() -> this.checkpoints.consistency("main", size / 3, newest));
		report(newest, "checkpoint, nothing new", () -> this.checkpoints.create("main"));
	}

	/** A chain of which nothing but the tree and two checkpoints is left. */
	private void retired(long size) throws SQLException {
		TreeRows rows = new TreeRows(this.database.schema());
		TreeEdge edge = new TreeEdge();
		MerkleTree tree = new MerkleTree();
		List<TreeTile> full = new ArrayList<>();
		try (Connection connection = this.database.begin()) {
			rows.create(connection, "main");
			for (long i = 0; i < size; i++) {
				byte[] leaf = leaf(i);
				tree.append(leaf);
				edge.append(leaf, full::add);
				if (full.size() >= 1_000) {
					rows.write(connection, "main", edge, full);
					full.clear();
				}
				if (i + 1 == size / 3) {
					sign(connection, tree);
				}
			}
			rows.write(connection, "main", edge, full);
			sign(connection, tree);
			begin(connection, size);
			connection.commit();
		}
		this.database.execute("analyze");
	}

	private void sign(Connection connection, MerkleTree tree) throws SQLException {
		new CheckpointRows(this.database.schema(), "figures", TrustedKeys.of()).insert(connection, "main",
				Checkpoint.sign("figures/main", tree.size(), tree.root(), this.signer));
	}

	private static void begin(Connection connection, long size) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement("""
				insert into audit.audit_chain (name, ledger_id, size, head, recorded_at)
				values ('main', gen_random_uuid(), ?, ?, clock_timestamp())
				""")) {
			statement.setLong(1, size);
			statement.setBytes(2, leaf(size - 1));
			statement.executeUpdate();
		}
	}

	private static byte[] leaf(long index) {
		return Sha256.hash(Sha256.utf8("gone " + index));
	}

	private long measureCheckpoints(long size, int... counts) throws Exception {
		long newest = size;
		for (int count : counts) {
			long[] micros = new long[20];
			for (int i = 0; i < micros.length; i++) {
				this.database.append("main", Entries.entries(count));
				newest += count;
				micros[i] = micros(() -> this.checkpoints.create("main"));
			}
			print(newest, "checkpoint, %d new".formatted(count), micros);
		}
		return newest;
	}

	private List<UUID> ids() {
		String ids = this.database.query("select string_agg(id::text, ',') from audit.audit_log");
		return Arrays.stream(Objects.requireNonNull(ids).split(",")).map(UUID::fromString).toList();
	}

	private long any(long bound) {
		return this.random.nextLong(bound);
	}

	private static void report(long size, String what, Callable<?> work) throws Exception {
		long[] micros = new long[ROUNDS];
		for (int i = 0; i < ROUNDS; i++) {
			micros[i] = micros(work);
		}
		print(size, what, micros);
	}

	private static long micros(Callable<?> work) throws Exception {
		long start = System.nanoTime();
		work.call();
		return (System.nanoTime() - start) / 1000;
	}

	private static void print(long size, String what, long[] micros) {
		Arrays.sort(micros);
		System.out.printf("%d entries: %s: best %d us, median %d us, p99 %d us%n", size, what, micros[0],
				micros[micros.length / 2], micros[micros.length * 99 / 100]);
	}

}
