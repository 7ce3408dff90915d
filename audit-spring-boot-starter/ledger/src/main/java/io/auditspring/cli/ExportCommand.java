/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.cli;

import java.io.BufferedWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.util.UUID;
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
		if (Files.exists(this.file) && !Files.isRegularFile(this.file)) {
			write(this.file, StandardOpenOption.WRITE);
			return Report.VALID;
		}
		Path target = Files.exists(this.file) ? this.file.toRealPath() : this.file.toAbsolutePath();
		Path written = target.resolveSibling("%s.%s.tmp".formatted(target.getFileName(), UUID.randomUUID()));
		try {
			write(written, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
			try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
				channel.force(true);
			}
			Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
		}
		finally {
			Files.deleteIfExists(written);
		}
		return Report.VALID;
	}

	/** What is there already may be evidence: only a whole export comes in its place. */
	private void write(Path to, OpenOption... options) throws Exception {
		try (Connection connection = this.database.connect();
				BufferedWriter out = Files.newBufferedWriter(to, options)) {
			new LedgerExport(connection, this.database.schema()).write(this.chain, out);
		}
	}

}
