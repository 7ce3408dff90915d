/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import io.auditspring.ledger.internal.file.WholeFiles;

/**
 * What this signer signed last, kept outside of the database, so that nobody who can
 * change the database can make it sign a ledger that went back or another way.
 *
 * @since 0.1.0
 */
public final class SignerMemory {

	private final Path directory;

	/**
	 * Creates the memory.
	 * @param directory where it is kept, one file a log; created when needed
	 */
	public SignerMemory(Path directory) {
		this.directory = directory;
	}

	/**
	 * A memory of its own for what is signed for another purpose.
	 * @param name the purpose, a directory in this one
	 * @return the memory
	 */
	public SignerMemory of(String name) {
		return new SignerMemory(this.directory.resolve(name));
	}

	/**
	 * The memory of what is signed for those whom a chain is sent to.
	 * @return the memory
	 */
	public SignerMemory ofSent() {
		return of("sent");
	}

	/**
	 * What was signed last.
	 * @param origin which log
	 * @param keys whose signatures count; also those that leaked, as this is the signer's
	 * own
	 * @return the checkpoint, or empty if nothing was signed
	 * @throws IOException if it cannot be read, or was damaged, which says nothing of the
	 * ledger
	 */
	public Optional<Checkpoint> last(String origin, TrustedKeys keys) throws IOException {
		Path file = file(origin);
		if (!Files.exists(file)) {
			return Optional.empty();
		}
		try {
			Checkpoint last = Checkpoint.open(NoteFiles.read(file), keys.withRetired());
			if (!last.origin().equals(origin)) {
				throw new InvalidCheckpointException("It is one of '%s'".formatted(last.origin()));
			}
			return Optional.of(last);
		}
		catch (IOException | InvalidCheckpointException ex) {
			throw new IOException(
					"The signer's memory in '%s' cannot be used: %s. What it signed last is in the newest note of its "
						.formatted(file, ex.getMessage())
							+ "anchors; only who knows that may put it back, or remove it",
					ex);
		}
	}

	/**
	 * Remembers what was signed.
	 * @param checkpoint the checkpoint
	 * @throws IOException if it cannot be kept; the checkpoint must not be given to
	 * anybody then
	 */
	public void remember(Checkpoint checkpoint) throws IOException {
		WholeFiles.replace(file(checkpoint.origin()), checkpoint.note());
	}

	private Path file(String origin) {
		return this.directory.resolve(NoteFiles.name(origin) + ".note").toAbsolutePath();
	}

}
