package io.auditspring.ledger;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;

import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;

/**
 * Measures checkpoints and proofs of a ledger that grows to as many entries as the first
 * argument says, and prints the figures. Run it with the test class path.
 */
public final class CheckpointFigures {

	private static final long STEP = 100_000;

	private static final int ROUNDS = 200;

	private final LedgerDatabase database = LedgerDatabase.create();

	private final GeneratedLedger ledger = new GeneratedLedger(this.database, "main").withoutSearchIndexes();

	private final Checkpoints checkpoints;

	private final Random random = new Random(42);

	private CheckpointFigures() throws IOException {
		CheckpointSigner signer = Ed25519Signer.ofPem("figures", Ed25519Signer.newPem());
		this.checkpoints = new Checkpoints(this.database.dataSource(), this.database.schema(), "figures",
				TrustedKeys.of(VerifierKey.of(signer)),
				new CheckpointSigning(signer, new SignerMemory(Files.createTempDirectory("figures")), List.of()));
	}

	public static void main(String[] arguments) throws Exception {
		new CheckpointFigures().run(Long.parseLong(arguments[0]));
	}

	private void run(long wanted) throws Exception {
		for (long size = STEP; size <= wanted; size += STEP) {
			long start = System.nanoTime();
			this.ledger.growTo(size);
			long written = System.nanoTime();
			this.checkpoints.create("main");
			long signed = System.nanoTime();
			System.out.printf("%d entries: %d written/s, %d checked and signed/s%n", size,
					STEP * 1_000_000_000L / (written - start), STEP * 1_000_000_000L / (signed - written));
			if (size % (10 * STEP) == 0 || size == wanted) {
				measure(size);
			}
		}
	}

	private void measure(long size) throws Exception {
		report(size, "inclusion proof by position", () -> this.checkpoints.inclusion("main", any(size), size));
		report(size, "inclusion proof by id", () -> {
			long number = any(size);
			return this.checkpoints.inclusion(new UUID(number, number));
		});
		report(size, "consistency proof",
				() -> this.checkpoints.consistency("main", STEP * (1 + any(size / STEP)), size));
		report(size, "checkpoint, nothing new", () -> this.checkpoints.create("main"));
	}

	private long any(long bound) {
		return this.random.nextLong(bound);
	}

	private static void report(long size, String what, Callable<?> work) throws Exception {
		long[] micros = new long[ROUNDS];
		for (int i = 0; i < ROUNDS; i++) {
			long start = System.nanoTime();
			work.call();
			micros[i] = (System.nanoTime() - start) / 1000;
		}
		Arrays.sort(micros);
		System.out.printf("%d entries: %s: median %d us, p99 %d us%n", size, what, micros[ROUNDS / 2],
				micros[ROUNDS * 99 / 100]);
	}

}
