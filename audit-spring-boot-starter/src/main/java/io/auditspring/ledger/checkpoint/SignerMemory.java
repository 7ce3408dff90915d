package io.auditspring.ledger.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What this signer signed last, kept outside of the database, so that nobody who can
 * change the database can make it sign a ledger that went back or another way.
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
	 * What was signed last.
	 * @param origin which log
	 * @return the checkpoint, or empty if nothing was signed
	 * @throws IOException if it cannot be read
	 * @throws InvalidCheckpointException if it was damaged
	 */
	public Optional<Checkpoint> last(String origin) throws IOException {
		Path file = file(origin);
		return Files.exists(file) ? Optional.of(Checkpoint.parse(Files.readString(file))) : Optional.empty();
	}

	/**
	 * Remembers what was signed.
	 * @param checkpoint the checkpoint
	 * @throws IOException if it cannot be kept; the checkpoint must not be given to
	 * anybody then
	 */
	public void remember(Checkpoint checkpoint) throws IOException {
		NoteFiles.replace(file(checkpoint.origin()), checkpoint.note());
	}

	private Path file(String origin) {
		return this.directory.resolve(NoteFiles.name(origin) + ".note").toAbsolutePath();
	}

}
