package io.auditspring.ledger.internal.tree;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.merkle.MerkleTree;
import io.auditspring.ledger.internal.merkle.Sha256;
import io.auditspring.ledger.internal.merkle.TreeTile;
import io.auditspring.ledger.internal.table.FilledServer;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.signing.Checkpoints;

/**
 * Measures checkpoints and proofs, and prints the figures. Run it with the test class
 * path, and one of
 * <ul>
 * <li>a number of entries: all of them but the newest are gone with their months, as
 * after retention, so that only their tree is there; what is measured reads nothing
 * else;</li>
 * <li>the URL of a database that has a ledger, as {@link FilledServer} makes one, and a
 * directory for a key and what was signed: its tree is made first if it is not there yet,
 * and 70,070 entries are added.</li>
 * </ul>
 */
public final class CheckpointFigures {

	private static final int ROUNDS = 200;

	private static final int CHECKPOINTS = 50;

	private static final int WARM_UP = 20;

	private final LedgerDatabase database;

	private final CheckpointSigner signer;

	private final Random random = new Random(42);

	private final Checkpoints checkpoints;

	private CheckpointFigures(LedgerDatabase database, Path directory) throws IOException {
		this.database = database;
		Path key = directory.resolve("figures.pem");
		if (!Files.exists(key)) {
			Files.writeString(key, Ed25519Signer.newPem());
		}
		this.signer = Ed25519Signer.ofPem("figures", Files.readString(key));
		HikariDataSource pool = new HikariDataSource();
		pool.setDataSource(this.database.dataSource());
		this.checkpoints = new Checkpoints(pool, this.database.schema(), "figures",
				TrustedKeys.of(VerifierKey.of(this.signer)),
				new CheckpointSigning(this.signer, new SignerMemory(directory), List.of()));
	}

	public static void main(String[] arguments) throws Exception {
		if (arguments.length == 1) {
			CheckpointFigures figures = new CheckpointFigures(LedgerDatabase.create(),
					Files.createTempDirectory("figures"));
			figures.retired(Long.parseLong(arguments[0]));
			figures.run(Long.parseLong(arguments[0]), "inclusion proof of a gone entry");
		}
		else {
			CheckpointFigures figures = new CheckpointFigures(LedgerDatabase.at(arguments[0]), Path.of(arguments[1]));
			figures.run(figures.signed(), "inclusion proof of any entry by its place");
		}
	}

	/** Makes the tree and two checkpoints of the entries that are there. */
	private long signed() {
		long start = System.nanoTime();
		long size = this.checkpoints.create("main").orElseThrow().size();
		System.out.printf("the tree of %d entries, or what was missing of it, took %.1f s%n", size,
				(System.nanoTime() - start) / 1e9);
		return size;
	}

	private void run(long size, String inclusion) throws Exception {
		long newest = measureCheckpoints(size, 1, 1_000);
		report(newest, inclusion, () -> this.checkpoints.inclusion("main", any(size), newest));
		List<UUID> ids = ids(newest);
		report(newest, "inclusion proof of any entry by its id",
				() -> this.checkpoints.inclusion(ids.get(this.random.nextInt(ids.size()))));
		report(newest, "consistency proof", () -> this.checkpoints.consistency("main", size, newest));
		List<Long> sizes = sizes(size);
		report(newest, "consistency proof of an early one",
				() -> this.checkpoints.consistency("main", sizes.get(this.random.nextInt(sizes.size())), newest));
		report(newest, "checkpoint, nothing new", () -> this.checkpoints.create("main"));
	}

	/** A chain of which nothing but the tree and two checkpoints is left. */
	private void retired(long size) throws SQLException {
		TreeRows rows = new TreeRows(this.database.schema());
		CompactRange edge = new CompactRange();
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
			long[] micros = new long[CHECKPOINTS];
			for (int i = -WARM_UP; i < micros.length; i++) {
				this.database.append("main", Entries.entries(count));
				newest += count;
				micros[Math.max(i, 0)] = micros(() -> this.checkpoints.create("main"));
			}
			print(newest, "checkpoint, %d new".formatted(count), micros);
		}
		return newest;
	}

	/** The older checkpoints. */
	private List<Long> sizes(long newest) {
		String sizes = this.database
			.query("select string_agg(size::text, ',') from audit.audit_checkpoint where size < " + newest);
		return Arrays.stream(Objects.requireNonNull(sizes).split(",")).map(Long::valueOf).toList();
	}

	private List<UUID> ids(long newest) {
		String ids = this.database.query("""
				select string_agg(id::text, ',') from audit.audit_log tablesample system (%s)
				""".formatted(Math.min(100, 2_000_000.0 / newest)));
		return Arrays.stream(Objects.requireNonNull(ids).split(",")).map(UUID::fromString).toList();
	}

	private long any(long bound) {
		return this.random.nextLong(bound);
	}

	private static void report(long size, String what, Callable<?> work) throws Exception {
		long[] micros = new long[ROUNDS];
		for (int i = -WARM_UP; i < ROUNDS; i++) {
			micros[Math.max(i, 0)] = micros(work);
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
