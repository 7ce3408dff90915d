/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import io.auditspring.CheckpointSigner;
import io.auditspring.archive.internal.range.Manifests;
import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.archive.internal.range.RangeWriter;
import io.auditspring.archive.internal.range.SealedRange;
import io.auditspring.cli.AuditCommand;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.TimeStampAuthority;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.VerificationProgress;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Time stamps of archived checkpoints. The authority is OpenSSL's ({@code openssl ts}).
 */
class ArchivedTimeStampTests {

	private static final String KEY = Ed25519Signer.newPem();

	private static final CheckpointSigner SIGNER = Ed25519Signer.ofPem("example.com/audit", KEY);

	private static final ArchiveOptions OPTIONS = new ArchiveOptions(null, "256MB", 2);

	private static final RangeName FIRST = new RangeName("main", 0, 19);

	private static final RangeName SECOND = new RangeName("main", 20, 39);

	@TempDir
	static Path office;

	@TempDir
	Path directory;

	@BeforeAll
	static void open() throws Exception {
		assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not installed");
		Files.writeString(office.resolve("tsa.cnf"), """
				[req]
				distinguished_name = name
				[name]
				[root]
				basicConstraints = critical,CA:true
				keyUsage = critical,keyCertSign
				[stamps]
				basicConstraints = critical,CA:false
				extendedKeyUsage = critical,timeStamping
				[tsa]
				default_tsa = office
				[office]
				serial = ./serial
				default_policy = 1.2.3.4.1
				digests = sha256
				accuracy = secs:1
				signer_digest = sha256
				ess_cert_id_alg = sha256
				""");
		for (String root : List.of("root", "other")) {
			openssl("req -x509 -newkey rsa:2048 -nodes -keyout %1$s.key -out %1$s.pem -subj /CN=%1$s -days 30 -config tsa.cnf -extensions root"
				.formatted(root));
		}
		openssl("req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=tsa -config tsa.cnf");
		openssl("x509 -req -in tsa.csr -CA root.pem -CAkey root.key -set_serial 7 -out tsa.pem -days 30 -extfile tsa.cnf -extensions stamps");
	}

	private static void openssl(String arguments) throws Exception {
		Process process = new ProcessBuilder(("openssl " + arguments).split(" ")).directory(office.toFile())
			.redirectErrorStream(true)
			.start();
		process.getOutputStream().close();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(output).isZero();
	}

	private static TimeStampAuthority trusting(String root) throws IOException {
		return TimeStampAuthority.trusting(Files.readAllBytes(office.resolve(root + ".pem")));
	}

	private static Checkpoint stamped(Checkpoint checkpoint) throws Exception {
		TimeStampAuthority authority = trusting("root");
		byte[] query = authority.request(checkpoint);
		Files.write(office.resolve("query"), query);
		openssl("ts -reply -config tsa.cnf -queryfile query -signer tsa.pem -inkey tsa.key -out reply");
		return checkpoint.with(List
			.of(authority.line("example.com/tsa", checkpoint, query, Files.readAllBytes(office.resolve("reply")))));
	}

	private void write(List<StoredEntry> entries, RangeName range, boolean stamp) throws Exception {
		SealedRange sealed = SampleChain.seal(entries, (int) range.first(), (int) range.last(), SIGNER);
		new RangeWriter(new DirectoryArchiveStore(this.directory), OPTIONS, SIGNER).write(
				stamp ? SampleChain.with(sealed, stamped(Checkpoint.parse(sealed.proof().checkpoint()))) : sealed,
				(sink) -> entries.subList((int) range.first(), (int) range.last() + 1).forEach(sink),
				UnaryOperator.identity());
	}

	private static TrustPolicy evidence(String root) throws IOException {
		return new TrustPolicy(TrustedKeys.of(VerifierKey.of(SIGNER)), List.of(), "example.com/audit", null,
				trusting(root));
	}

	private List<Problem> problems(String root) throws IOException {
		return new ArchiveVerifier(new DirectoryArchiveStore(this.directory), evidence(root), OPTIONS,
				VerificationProgress.NONE)
			.verify()
			.chains()
			.get(0)
			.problems();
	}

	@Test
	void theCheckpointOfTheNewestRangeMustHaveATimeStamp() throws Exception {
		List<StoredEntry> entries = new SampleChain("main", 7).entries(50);
		write(entries, FIRST, false);
		assertThat(problems("root")).singleElement().satisfies((problem) -> {
			assertThat(problem.kind()).isEqualTo(Problem.Kind.TIME_STAMP);
			assertThat(problem.what()).contains("of size 50", "it has no time stamp");
		});
		write(entries, SECOND, true);
		assertThat(problems("root")).isEmpty();
		assertThat(problems("other")).extracting(Problem::kind).containsExactly(Problem.Kind.TIME_STAMP);
	}

	@Test
	void aTimeStampFromBeforeTheLastEntryIsNamed() throws Exception {
		SampleChain samples = new SampleChain("main", 7);
		List<StoredEntry> entries = new ArrayList<>(samples.entries(19));
		samples.goOnAt(Instant.parse("2100-01-01T00:00:00Z"));
		entries.addAll(samples.entries(1));
		write(entries, FIRST, true);
		assertThat(problems("root")).singleElement().satisfies((problem) -> {
			assertThat(problem.kind()).isEqualTo(Problem.Kind.TIME_STAMP);
			assertThat(problem.what()).endsWith("was stamped before the last entry was recorded");
		});
	}

	@Test
	void theFirstCheckpointThatHasATimeStampIsKept(@TempDir Path memory) throws Exception {
		DirectoryArchiveStore store = new DirectoryArchiveStore(this.directory);
		ArchivedLedger ledger = ArchivedLedger.create(store, KEY, memory);
		SampleChain samples = new SampleChain("main", 5);
		List<Entry> clerk = samples.unplaced(1);
		for (String month : List.of("2018-12", "2026-10", "2026-11")) {
			ledger.appendAt(Instant.parse(month + "-01T00:00:00Z"), "main", samples.unplaced(10));
			ledger.checkpoint("main");
		}
		Checkpoint checkpoint = Checkpoint
			.parse(ledger.query("select note from audit.audit_checkpoint where size = 20"));
		String note = stamped(checkpoint).note();
		ledger.execute("insert into audit.audit_cosignature (chain, size, line) values ('main', 20, '%s')"
			.formatted(note.substring(checkpoint.note().length())));
		LedgerArchive archive = new LedgerArchive(ledger.dataSource(), ledger.schema(), store, OPTIONS, SIGNER,
				evidence("root"));
		archive.archive("main", 0, 9, EntryCodec.write(clerk));
		assertThat(Manifests.read(store, new RangeName("main", 0, 9).manifest(1)).proof().checkpoint()).isEqualTo(note);
		assertThat(problems("root")).isEmpty();
	}

	@Test
	void theCommandLineAsksForTimeStamps() throws Exception {
		List<StoredEntry> entries = new SampleChain("main", 7).entries(50);
		write(entries, FIRST, false);
		assertThat(execute()).contains("TIME_STAMP", "it has no time stamp").doesNotContain("VALID");
		assertThat(execute("--public-key", VerifierKey.of(SIGNER).toString())).contains("TIME_STAMP");
		write(entries, SECOND, true);
		assertThat(execute()).endsWith("VALID\n");
	}

	private String execute(String... further) throws ReflectiveOperationException {
		List<String> arguments = new ArrayList<>(List.of("verify-archive", this.directory.toString(),
				"--time-stamp-certificates", office.resolve("root.pem").toString()));
		arguments.addAll(List.of(further));
		StringWriter out = new StringWriter();
		var factory = AuditCommand.class.getDeclaredMethod("commandLine");
		factory.setAccessible(true);
		int status = ((picocli.CommandLine) factory.invoke(null)).setOut(new PrintWriter(out, true))
			.execute(arguments.toArray(String[]::new));
		assertThat(status).isEqualTo(out.toString().endsWith("VALID\n") ? 0 : 2);
		return out.toString();
	}

}
