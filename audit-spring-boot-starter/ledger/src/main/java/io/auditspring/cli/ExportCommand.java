/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.cli;

import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.concurrent.Callable;

import io.auditspring.ledger.verify.LedgerExport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Writes a chain into a file, with those without which it cannot be verified.
 */
@Command(name = "export", mixinStandardHelpOptions = true,
		description = "Writes a chain into a file that verify-export verifies, with the chains that say what was erased "
				+ "or retired of it.")
final class ExportCommand implements Callable<Integer> {

	@Mixin
	DatabaseOptions database = new DatabaseOptions();

	@Option(names = "--chain", defaultValue = "main", description = "the chain (default: main)")
	String chain = "main";

	@Parameters(paramLabel = "<file.ndjson>", description = "the file to write")
	Path file = Path.of("");

	@Override
	public Integer call() throws Exception {
		try (Connection connection = this.database.connect(); BufferedWriter out = Files.newBufferedWriter(this.file)) {
			new LedgerExport(connection, this.database.schema()).write(this.chain, out);
		}
		return Report.VALID;
	}

}
