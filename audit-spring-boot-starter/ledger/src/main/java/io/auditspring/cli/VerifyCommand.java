/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.cli;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.LedgerCheck;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.Verification;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Verifies the ledger in a database.
 */
@Command(name = "verify", mixinStandardHelpOptions = true, description = "Verifies the ledger in a database.")
final class VerifyCommand implements Callable<Integer> {

	@Spec
	@Nullable CommandSpec spec;

	@Mixin
	DatabaseOptions database = new DatabaseOptions();

	@Mixin
	EvidenceOptions evidence = new EvidenceOptions();

	@Option(names = "--chain", description = "only this chain; may be repeated (default: all)")
	List<String> chains = new ArrayList<>();

	@Option(names = "--from-checkpoint", arity = "0..1", fallbackValue = "-1", paramLabel = "<size>",
			description = "only what came after the checkpoint of this size, or after the newest one; needs --public-key")
	@Nullable Long fromCheckpoint;

	@Option(names = "--json", description = "tell the result as JSON")
	boolean json;

	@Override
	public Integer call() throws Exception {
		CommandSpec spec = Objects.requireNonNull(this.spec);
		TrustPolicy evidence = this.evidence.evidence();
		if (this.fromCheckpoint != null && evidence.keys() == null) {
			throw new IllegalArgumentException("--from-checkpoint needs --public-key: what else would it trust?");
		}
		try (Connection connection = this.database.connect()) {
			LedgerCheck check = LedgerCheck.begin(connection, this.database.schema(), evidence,
					ProgressBar.of(spec.commandLine().getErr()));
			return new Report(spec.commandLine().getOut(), this.json).print(verify(check), evidence);
		}
	}

	private Verification verify(LedgerCheck check) throws Exception {
		List<String> known = check.chains();
		List<ChainVerification> results = new ArrayList<>();
		for (String chain : this.chains.isEmpty() ? known : List.copyOf(new LinkedHashSet<>(this.chains))) {
			if (!known.contains(chain)) {
				throw new IllegalArgumentException("There is no chain '%s', but %s".formatted(chain, known));
			}
			results.add((this.fromCheckpoint != null) ? check.verifySince(chain, this.fromCheckpoint)
					: check.verify(chain));
		}
		return Verification.of(results);
	}

}
