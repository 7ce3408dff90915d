package io.auditspring.archive;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.auditspring.CheckpointSigner;
import io.auditspring.archive.internal.range.Manifest;
import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.archive.internal.range.RangeWriter;
import io.auditspring.archive.internal.range.SealedRange;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.tree.LeafHashes;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.VerificationProgress;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How large an archive is, and how fast it is written, verified and read: figures instead
 * of assertions. Run by
 * {@code mvn -Pbench -pl audit-spring-boot-starter/archive -am verify -Darchive.entries=10000000}.
 */
@Tag("figures")
class ArchiveFigures {

	private static final int ENTRIES = Integer.getInteger("archive.entries", 200_000);

	private static final int MADE_AT_ONCE = 100_000;

	private final CheckpointSigner signer = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());

	private final SampleChain chain = new SampleChain("main", 1);

	private final CompactRange tree = new CompactRange();

	@TempDir
	private Path directory;

	@Test
	void measure() throws Exception {
		double written = write();
		long bytes = bytes("");
		double verified = verify();
		double grouped = group();
		String figures = """
				| figure | wanted | measured |
				|---|---|---|
				| bytes an entry, with tiles | at most 260 | %.1f (core %.1f, payload %.1f, tiles %.1f) |
				| entries written per second | at least 50,000 | %,.0f |
				| entries verified per second | at least 100,000 | %,.0f |
				| group-by over all, s | at most 3 | %.2f |
				""".formatted((double) bytes / ENTRIES, (double) bytes("core.parquet") / ENTRIES,
				(double) bytes("payload-1.parquet") / ENTRIES, (double) bytes("tiles.bin") / ENTRIES, written, verified,
				grouped);
		Path report = Files.createDirectories(Path.of("target", "bench")).resolve("archive.md");
		Files.writeString(report, String.format(Locale.ROOT, "%,d entries%n%n", ENTRIES) + figures);
		System.out.println(Files.readString(report));
	}

	/** Making entries does not count; each range is signed by itself. */
	private double write() throws Exception {
		long nanos = 0;
		byte[] previous = EntryHash.genesis(SampleChain.LEDGER, "main");
		for (long first = 0; first < ENTRIES; first += RangeName.MOST) {
			RangeName range = new RangeName("main", first, Math.min(first + RangeName.MOST, ENTRIES) - 1);
			CompactRange before = new CompactRange(this.tree.size(), this.tree.levels());
			List<StoredEntry> entries = new ArrayList<>();
			while (entries.size() < range.entries()) {
				entries.addAll(this.chain.entries((int) Math.min(MADE_AT_ONCE, range.entries() - entries.size())));
			}
			entries.forEach((entry) -> this.tree.append(entry.hash(), (tile) -> {
			}));
			Checkpoint checkpoint = Checkpoint.sign("example.com/audit/main", this.tree.size(),
					LeafHashes.root(this.tree), this.signer);
			SealedRange sealed = new SealedRange(SampleChain.LEDGER, range, false, 0, previous, before,
					new Manifest.Proof(checkpoint.note(), List.of()));
			long start = System.nanoTime();
			new RangeWriter(new DirectoryArchiveStore(this.directory), ArchiveOptions.DEFAULT, this.signer)
				.write(sealed, entries::forEach, UnaryOperator.identity());
			nanos += System.nanoTime() - start;
			previous = entries.get(entries.size() - 1).hash();
		}
		return ENTRIES / (nanos / 1e9);
	}

	private double verify() throws Exception {
		TrustPolicy evidence = new TrustPolicy(TrustedKeys.of(VerifierKey.of(this.signer)), List.of(),
				"example.com/audit");
		long start = System.nanoTime();
		ChainVerification found = new ArchiveVerifier(new DirectoryArchiveStore(this.directory), evidence,
				ArchiveOptions.DEFAULT, VerificationProgress.NONE)
			.verify()
			.chains()
			.get(0);
		double rate = ENTRIES / ((System.nanoTime() - start) / 1e9);
		assertThat(found.problems()).isEmpty();
		assertThat(found.entries()).isEqualTo(ENTRIES);
		return rate;
	}

	private double group() throws Exception {
		try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
				Statement statement = duckDb.createStatement()) {
			long start = System.nanoTime();
			try (ResultSet groups = statement.executeQuery("""
					select action, outcome, date_trunc('day', recorded_at) as day, count(*), avg(duration_micros)
					from read_parquet('%s/chain=*/*/core.parquet', hive_partitioning = true)
					group by all
					""".formatted(this.directory))) {
				assertThat(groups.next()).isTrue();
			}
			return (System.nanoTime() - start) / 1e9;
		}
	}

	private long bytes(String name) throws Exception {
		try (Stream<Path> files = Files.walk(this.directory)) {
			return files.filter((file) -> Files.isRegularFile(file) && file.toString().endsWith(name))
				.mapToLong((file) -> file.toFile().length())
				.sum();
		}
	}

}
