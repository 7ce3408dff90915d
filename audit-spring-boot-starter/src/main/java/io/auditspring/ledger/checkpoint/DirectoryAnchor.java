package io.auditspring.ledger.checkpoint;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.auditspring.CheckpointAnchor;

/**
 * Keeps checkpoints in a directory, one file each, none ever overwritten. It protects as
 * far as those who can change the database cannot change the directory: another machine's
 * file system, or one that can be written only once.
 */
public final class DirectoryAnchor implements CheckpointAnchor {

	private static final String SUFFIX = ".note";

	private final Path directory;

	private final String origin;

	/**
	 * Creates the anchor.
	 * @param directory where to keep checkpoints; created when needed
	 * @param origin the origin of all chains
	 */
	public DirectoryAnchor(Path directory, String origin) {
		this.directory = directory;
		this.origin = origin;
	}

	@Override
	public void publish(String chain, long size, String note) throws IOException {
		Path file = file(chain, size);
		try {
			NoteFiles.create(file, note);
		}
		catch (FileAlreadyExistsException ex) {
			String known = Files.readString(file);
			if (!Checkpoint.parse(known).saysTheSameAs(Checkpoint.parse(note))) {
				throw new SplitViewException("The directory '%s' has another checkpoint of chain '%s' and size %d"
					.formatted(this.directory, chain, size), known, note);
			}
		}
	}

	@Override
	public List<String> notes(String chain) throws IOException {
		List<String> notes = new ArrayList<>();
		for (Path millions : sorted(chainDirectory(chain))) {
			for (Path thousands : sorted(millions)) {
				for (Path file : sorted(thousands)) {
					notes.add(Files.readString(file));
				}
			}
		}
		return notes;
	}

	@Override
	public Set<String> chains() throws IOException {
		Set<String> chains = new TreeSet<>();
		for (Path chain : sorted(originDirectory())) {
			String name = NoteFiles.text(chain.getFileName().toString());
			if (name != null) {
				chains.add(name);
			}
			else {
				latestBelow(chain).map((note) -> Checkpoint.parse(note).origin())
					.filter((log) -> log.startsWith(this.origin + "/"))
					.ifPresent((log) -> chains.add(log.substring(this.origin.length() + 1)));
			}
		}
		return chains;
	}

	@Override
	public Optional<String> latest(String chain) throws IOException {
		return latestBelow(chainDirectory(chain));
	}

	private static Optional<String> latestBelow(Path directory) throws IOException {
		Path path = directory;
		while (Files.isDirectory(path)) {
			List<Path> entries = sorted(path);
			if (entries.isEmpty()) {
				return Optional.empty();
			}
			path = entries.get(entries.size() - 1);
		}
		return Files.exists(path) ? Optional.of(Files.readString(path)) : Optional.empty();
	}

	/** Names have leading zeros, so their order is that of the sizes. */
	private static List<Path> sorted(Path directory) throws IOException {
		if (!Files.isDirectory(directory)) {
			return List.of();
		}
		try (Stream<Path> entries = Files.list(directory)) {
			return entries.filter((entry) -> Files.isDirectory(entry) || entry.toString().endsWith(SUFFIX))
				.sorted()
				.toList();
		}
	}

	private Path originDirectory() {
		return this.directory.resolve(NoteFiles.name(this.origin)).toAbsolutePath();
	}

	private Path chainDirectory(String chain) {
		return originDirectory().resolve(NoteFiles.name(chain));
	}

	/** At most a thousand files a directory, however many checkpoints there are. */
	private Path file(String chain, long size) {
		return chainDirectory(chain).resolve(String.format(Locale.ROOT, "%013d", size / 1_000_000))
			.resolve(String.format(Locale.ROOT, "%03d", size / 1_000 % 1_000))
			.resolve(String.format(Locale.ROOT, "%019d", size) + SUFFIX);
	}

	@Override
	public String toString() {
		return "directory '%s'".formatted(this.directory);
	}

}
