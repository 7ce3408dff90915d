/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;

import io.auditspring.archive.ArchiveOptions;
import io.auditspring.archive.ArchiveProofs;
import io.auditspring.archive.DirectoryArchiveStore;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Proves an entry of an archive in a directory.
 *
 * @since 0.1.0
 */
@NullMarked
@Command(name = "prove-archived", mixinStandardHelpOptions = true,
		description = "Proves an archived entry, without a database, to those who have the public key: "
				+ "C2SP tlog-proof, with what the entry's hash is made of as its extra data.")
public final class ProveArchivedCommand implements FurtherCommand {

	@Spec
	@Nullable CommandSpec spec;

	@Parameters(index = "0", paramLabel = "<directory>", description = "the archive")
	Path directory = Path.of("");

	@Parameters(index = "1", paramLabel = "<id>", description = "the entry's id")
	@Nullable UUID id;

	@Option(names = "--memory", description = "how much memory DuckDB may use (default: 512MB)")
	String memory = ArchiveOptions.DEFAULT.memoryLimit();

	@Override
	public Integer call() throws Exception {
		if (!Files.isDirectory(this.directory)) {
			throw new IllegalArgumentException("There is no directory '%s'".formatted(this.directory));
		}
		String proof = new ArchiveProofs(new DirectoryArchiveStore(this.directory),
				new ArchiveOptions(null, this.memory, 1))
			.tlogProof(Objects.requireNonNull(this.id))
			.orElseThrow(() -> new IllegalArgumentException(
					"There is no entry %s in the archive '%s'".formatted(this.id, this.directory)));
		Objects.requireNonNull(this.spec).commandLine().getOut().print(proof);
		return 0;
	}

}
