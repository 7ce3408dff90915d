/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.cli;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.ExportVerifier;
import io.auditspring.ledger.verify.SelectionVerifier;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.Verification;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Verifies chains, or selected entries, in a file.
 */
@Command(name = "verify-export", mixinStandardHelpOptions = true,
		description = "Verifies exported chains or selected entries, without a database.")
final class VerifyExportCommand implements Callable<Integer> {

	@Spec
	@Nullable CommandSpec spec;

	@Parameters(paramLabel = "<file.ndjson>", description = "the export")
	Path file = Path.of("");

	@Mixin
	EvidenceOptions evidence = new EvidenceOptions();

	@Option(names = "--json", description = "tell the result as JSON")
	boolean json;

	@Override
	public Integer call() throws Exception {
		CommandSpec spec = Objects.requireNonNull(this.spec);
		TrustPolicy evidence = this.evidence.evidence();
		try (BufferedReader lines = Files.newBufferedReader(this.file)) {
			Report report = new Report(spec.commandLine().getOut(), this.json);
			if (SelectionVerifier.isSelection(lines)) {
				return report.print(new SelectionVerifier(evidence).verify(lines), evidence);
			}
			ExportVerifier verifier = new ExportVerifier(evidence, ProgressBar.of(spec.commandLine().getErr()));
			Verification verification = verifier.verify(lines);
			return report.print(verification, evidence, others(verification, evidence));
		}
	}

	/** What cannot be read is told of each chain. */
	private static Set<String> others(Verification verification, TrustPolicy evidence) {
		Set<String> chains = verification.chains().stream().map(ChainVerification::chain).collect(Collectors.toSet());
		return evidence.chainsBeside(chains, (fault) -> {
		});
	}

}
