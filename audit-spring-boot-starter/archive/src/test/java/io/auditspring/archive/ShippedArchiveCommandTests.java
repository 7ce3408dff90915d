/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import io.auditspring.CheckpointSigner;
import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.archive.internal.range.RangeWriter;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.table.StoredEntry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The jar of the command line as it is shipped, on an archive and without a database.
 */
@Tag("shipped")
class ShippedArchiveCommandTests {

	private static final CheckpointSigner SIGNER = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());

	@TempDir
	Path directory;

	@Test
	void anArchiveIsVerifiedAndWhatWasDoneToItIsNamed() throws Exception {
		Path archive = this.directory.resolve("archive");
		List<StoredEntry> entries = new SampleChain("main", 7).entries(500);
		new RangeWriter(new DirectoryArchiveStore(archive), new ArchiveOptions(null, "256MB", 2), SIGNER)
			.write(SampleChain.seal(entries, 0, 499, SIGNER), entries::forEach, UnaryOperator.identity());
		String key = VerifierKey.of(SIGNER).toString();
		assertThat(run(0, "verify-archive", archive.toString(), "--public-key", key))
			.contains("Chain main: 500 entries from 0 on")
			.endsWith("VALID\n");
		assertThat(run(0, "verify-archive", archive.toString(), "--public-key", key, "--json"))
			.contains("\"valid\":true");
		assertThat(run(0, "prove-archived", archive.toString(), entries.get(7).place().id().toString()))
			.startsWith("c2sp.org/tlog-proof@v1\nextra ")
			.contains("\nindex 7\n", "\nexample.com/audit/main\n500\n");
		assertThat(run(2, "prove-archived", archive.toString(), SampleChain.LEDGER.toString()))
			.contains("There is no entry " + SampleChain.LEDGER);
		Path tiles = archive.resolve(new RangeName("main", 0, 499).tiles());
		byte[] content = Files.readAllBytes(tiles);
		content[0] ^= 1;
		Files.write(tiles, content);
		assertThat(run(1, "verify-archive", archive.toString(), "--public-key", key)).contains("tiles.bin", "TILE");
		assertThat(run(2, "verify-archive", this.directory.resolve("nowhere").toString()))
			.contains("There is no directory");
		assertThat(run(0, "verify-archive", "--help")).contains("--policy", "--anchor");
	}

	private String run(int status, String... arguments) throws Exception {
		Path out = this.directory.resolve("out");
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar",
						System.getProperty("audit.archive.cli.jar")));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
		assertThat(process.waitFor()).as(Files.readString(out)).isEqualTo(status);
		return Files.readString(out);
	}

}
