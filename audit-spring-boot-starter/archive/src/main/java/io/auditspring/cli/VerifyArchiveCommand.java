/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

import io.auditspring.archive.ArchiveOptions;
import io.auditspring.archive.ArchiveVerifier;
import io.auditspring.archive.DirectoryArchiveStore;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.Verification;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Verifies an archive in a directory.
 *
 * @since 0.1.0
 */
@NullMarked
@Command(name = "verify-archive", mixinStandardHelpOptions = true,
		description = "Verifies archived entries, without a database.")
public final class VerifyArchiveCommand implements FurtherCommand {

	@Spec
	@Nullable CommandSpec spec;

	@Parameters(paramLabel = "<directory>", description = "the archive")
	Path directory = Path.of("");

	@Mixin
	EvidenceOptions evidence = new EvidenceOptions();

	@Option(names = "--threads", description = "how many threads work (default: one a processor)")
	int threads = ArchiveOptions.DEFAULT.threads();

	@Option(names = "--memory", description = "how much memory DuckDB may use (default: 512MB)")
	String memory = ArchiveOptions.DEFAULT.memoryLimit();

	@Option(names = "--json", description = "tell the result as JSON")
	boolean json;

	@Override
	public Integer call() throws Exception {
		CommandSpec spec = Objects.requireNonNull(this.spec);
		if (!Files.isDirectory(this.directory)) {
			throw new IllegalArgumentException("There is no directory '%s'".formatted(this.directory));
		}
		TrustPolicy evidence = this.evidence.evidence();
		ArchiveVerifier verifier = new ArchiveVerifier(new DirectoryArchiveStore(this.directory), evidence,
				new ArchiveOptions(null, this.memory, this.threads), ProgressBar.of(spec.commandLine().getErr()));
		Verification verification = verifier.verify();
		if (verification.chains().isEmpty()) {
			throw new IllegalArgumentException("There is nothing archived in '%s'".formatted(this.directory));
		}
		return new Report(spec.commandLine().getOut(), this.json).print(verification, evidence);
	}

}
