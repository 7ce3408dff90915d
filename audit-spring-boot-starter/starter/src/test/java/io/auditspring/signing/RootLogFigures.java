package io.auditspring.signing;

import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.RootReceipt;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.internal.table.LedgerLab;
import io.auditspring.web.internal.export.Proofs;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures the root log over many chains, and prints the figures. Run it with the test
 * class path and the number of chains.
 */
public final class RootLogFigures {

	private static final int ROUNDS = 100;

	private RootLogFigures() {
	}

	public static void main(String[] arguments) throws Exception {
		int chains = Integer.parseInt(arguments[0]);
		LedgerDatabase database = LedgerDatabase.create();
		database.execute("select audit.audit_allow_chains(1000000)");
		for (int i = 0; i < chains; i++) {
			database.append("service-" + i, Entries.entries(3));
		}
		HikariDataSource pool = new HikariDataSource();
		pool.setDataSource(database.dataSource());
		RootLog rootLog = new RootLog(pool, database.schema(), () -> Entries.entry("by"));
		Checkpoints checkpoints = new Checkpoints(pool, database.schema(), LedgerLab.ORIGIN, LedgerLab.KEYS,
				new CheckpointSigning(LedgerLab.SIGNER, new SignerMemory(Files.createTempDirectory("figures")),
						List.of()));
		report("entry, all %d chains moved, their trees with it".formatted(chains), 1,
				() -> rootLog.record(Duration.ZERO));
		database.execute("analyze audit.audit_root_head, audit.audit_chain, audit.audit_tree");
		Random random = new Random(42);
		for (int moved : new int[] { 1, 10, 100 }) {
			report("entry, %d of %d chains moved, their trees with it".formatted(moved, chains), 20, () -> {
				for (int i = 0; i < moved; i++) {
					database.append("service-" + random.nextInt(chains), Entries.entries(1));
				}
			}, () -> rootLog.record(Duration.ZERO));
		}
		checkpoints.create("root");
		List<UUID> ids = Arrays.stream(Objects.requireNonNull(database.query("""
				select string_agg(id::text, ',') from (
					select id from audit.audit_log where chain <> 'root' order by hash limit 1000
				) as chosen
				""")).split(",")).map(UUID::fromString).toList();
		List<Integer> sizes = new ArrayList<>();
		report("proof of an entry", ROUNDS, () -> {
			RootReceipt proof = checkpoints.inclusionInAll(ids.get(random.nextInt(ids.size()))).orElseThrow();
			sizes.add(new JsonMapper().writeValueAsString(Proofs.of(proof)).length());
		});
		System.out.printf("bytes of a proof: %d at most%n", sizes.stream().mapToInt(Integer::intValue).max().orElse(0));
		pool.close();
	}

	private static void report(String what, int rounds, Work work) throws Exception {
		report(what, rounds, () -> {
		}, work);
	}

	private static void report(String what, int rounds, Work before, Work work) throws Exception {
		double[] millis = new double[rounds];
		for (int i = 0; i < rounds; i++) {
			before.run();
			long start = System.nanoTime();
			work.run();
			millis[i] = (System.nanoTime() - start) / 1e6;
		}
		Arrays.sort(millis);
		System.out.printf("%s: median %.1f ms, most %.1f ms%n", what, millis[rounds / 2], millis[rounds - 1]);
	}

	private interface Work {

		void run() throws Exception;

	}

}
