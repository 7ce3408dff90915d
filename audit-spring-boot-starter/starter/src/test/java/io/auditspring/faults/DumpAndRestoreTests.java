package io.auditspring.faults;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.auditspring.TestDatabase;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.retention.Redaction;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A ledger that is dumped by {@code pg_dump} and restored into a server of another major
 * version, with another encoding and order of texts, is the same ledger: it verifies, and
 * goes on. Skipped where no second version of PostgreSQL is installed.
 */
class DumpAndRestoreTests {

	/** Debian's, of another version than the embedded one. */
	private static final Path BINARIES = Path.of("/usr/lib/postgresql/15/bin");

	private static final Ed25519Signer SIGNER = Ed25519Signer.ofPem("shop", Ed25519Signer.newPem());

	private static final TrustedKeys KEYS = TrustedKeys.of(VerifierKey.of(SIGNER));

	@TempDir
	private Path directory;

	@Test
	void theLedgerIsTheSameWhereverItIsRestored() throws Exception {
		Assumptions.assumeTrue(Files.isExecutable(BINARIES.resolve("pg_dump")), "No second PostgreSQL is installed");
		try (PostgresServer server = PostgresServer.of(BINARIES, Files.createTempDirectory("faults"))) {
			LedgerDatabase original = LedgerDatabase.empty(server.url() + "?user=postgres");
			fill(original);
			assertIsTrue(original);
			Path dump = this.directory.resolve("dump.sql");
			run("pg_dump", "-h", "localhost", "-p", String.valueOf(server.port()), "-U", "postgres", "-f",
					dump.toString(), "postgres");
			for (String options : new String[] { "", "encoding 'WIN1252' lc_collate 'C' lc_ctype 'C'",
					"encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8'" }) {
				LedgerDatabase restored = restored(dump, options);
				assertIsTrue(restored);
				restored.append("main", Entries.entries(3));
				assertThat(checkpoints(restored).create("main").orElseThrow().size()).isEqualTo(315);
				assertIsTrue(restored);
			}
		}
	}

	private void fill(LedgerDatabase ledger) {
		ledger.appendAt(Instant.parse("2025-12-31T00:00:00Z"), "main", Entries.entries(5).toArray(Entry[]::new));
		Entry erased = Entries.entry("\u00e5 \u00df \u00ff erased");
		ledger.append("main", Entries.entries(300));
		ledger.append("main", erased,
				Entries.withMetadata("{\"b\": 1.50, \"a\": \"\u00e4\", \"B\": 9007199254740993}"));
		checkpoints(ledger).create("main");
		assertThat(new Redaction(ledger.dataSource(), ledger.schema(), () -> Entries.entry("by"))
			.redact(List.of(erased.id()), EntryGroup.ACTOR, "asked for")
			.complete()).isTrue();
		ledger.append("main", Entries.entries(4));
	}

	private LedgerDatabase restored(Path dump, String options) throws IOException, InterruptedException {
		PGSimpleDataSource any = (PGSimpleDataSource) TestDatabase.newDatabase();
		String port = String.valueOf(any.getPortNumbers()[0]);
		String name = "restored_" + Math.abs(options.hashCode());
		run("psql", "-h", "localhost", "-p", port, "-U", "postgres", "-c",
				"create database %s template template0 %s".formatted(name, options));
		run("psql", "-h", "localhost", "-p", port, "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-q", "-f",
				dump.toString(), name);
		return LedgerDatabase.at("jdbc:postgresql://localhost:%s/%s?user=postgres".formatted(port, name));
	}

	private void run(String program, String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(List.of(BINARIES.resolve(program).toString()));
		command.addAll(List.of(arguments));
		File log = this.directory.resolve("log").toFile();
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(log))
			.start();
		assertThat(process.waitFor()).as(() -> "%s %s".formatted(command, text(log))).isZero();
	}

	private static String text(File log) {
		try {
			return Files.readString(log.toPath());
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	private Checkpoints checkpoints(LedgerDatabase ledger) {
		// Each restored one goes on for itself, so none may remember another.
		Path memory = this.directory.resolve(String.valueOf(ledger.query("select current_database()")));
		return new Checkpoints(ledger.dataSource(), ledger.schema(), "shop", KEYS,
				new CheckpointSigning(SIGNER, new SignerMemory(memory), List.of()));
	}

	private static void assertIsTrue(LedgerDatabase ledger) {
		TrustPolicy evidence = new TrustPolicy(KEYS, List.of(), "shop");
		LedgerVerifier verifier = new LedgerVerifier(ledger.dataSource(), ledger.schema(), evidence,
				VerificationProgress.NONE);
		assertThat(verifier.verify().chains()).flatMap(ChainVerification::problems).isEmpty();
		assertThat(verifier.verifyNew().chains()).flatMap(ChainVerification::problems).isEmpty();
	}

}
