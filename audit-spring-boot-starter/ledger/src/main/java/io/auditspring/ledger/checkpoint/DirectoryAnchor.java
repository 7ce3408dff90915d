/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.auditspring.CheckpointAnchor;
import io.auditspring.ledger.internal.file.WholeFiles;
import org.jspecify.annotations.Nullable;

/**
 * Keeps checkpoints in a directory, one file each, none ever overwritten. It protects as
 * far as those who can change the database cannot change the directory: another machine's
 * file system, or one that can be written only once.
 *
 * @since 0.1.0
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
		if (!WholeFiles.create(file, note)) {
			Kept kept = read(file, log(chain));
			if (kept.note() == null) {
				throw new IOException("The %s is damaged: %s".formatted(kept.place(), kept.fault()));
			}
			if (!Checkpoint.parse(kept.note()).saysTheSameAs(Checkpoint.parse(note))) {
				throw new SplitViewException("The directory '%s' has another checkpoint of chain '%s' and size %s"
					.formatted(this.directory, chain, size), kept.note(), note);
			}
		}
	}

	@Override
	public List<String> notes(String chain) throws IOException {
		List<String> notes = new ArrayList<>();
		kept(chain).forEachRemaining((kept) -> {
			if (kept.note() != null) {
				notes.add(kept.note());
			}
		});
		Collections.reverse(notes);
		return notes;
	}

	@Override
	public Iterator<Kept> kept(String chain) {
		return new NewestFirst(chainDirectory(chain), log(chain));
	}

	@Override
	public Set<String> chains() throws IOException {
		Set<String> chains = new TreeSet<>();
		for (Path chain : directories(originDirectory())) {
			String name = NoteFiles.text(chain.getFileName().toString());
			if (name != null) {
				chains.add(name);
			}
			else {
				String log = log(chain);
				if (log != null && log.startsWith(this.origin + "/")) {
					chains.add(log.substring(this.origin.length() + 1));
				}
			}
		}
		return chains;
	}

	/** A long name is only in the notes. */
	private static @Nullable String log(Path directory) {
		Iterator<Kept> kept = new NewestFirst(directory, null);
		while (kept.hasNext()) {
			String note = kept.next().note();
			if (note != null) {
				return Checkpoint.parse(note).origin();
			}
		}
		return null;
	}

	private static List<Path> directories(Path directory) throws IOException {
		if (!Files.isDirectory(directory)) {
			return List.of();
		}
		try (Stream<Path> entries = Files.list(directory)) {
			return entries.filter(Files::isDirectory).sorted().toList();
		}
	}

	@Override
	public Optional<String> latest(String chain) throws IOException {
		Iterator<Kept> kept = kept(chain);
		if (!kept.hasNext()) {
			return Optional.empty();
		}
		Kept newest = kept.next();
		if (newest.note() == null) {
			throw new IOException("The %s cannot be read: %s".formatted(newest.place(), newest.fault()));
		}
		return Optional.of(newest.note());
	}

	/**
	 * Reads a file, which must hold what its name says: a copy of an older one would let
	 * the newest look like it.
	 * @param log the log it must be of, or {@code null} if any will do
	 */
	private static Kept read(Path file, @Nullable String log) {
		String place = "file '%s'".formatted(file);
		try {
			String note = NoteFiles.read(file);
			Checkpoint checkpoint = Checkpoint.parse(note);
			boolean named = file.getFileName().toString().equals(fileName(checkpoint.size()));
			return (named && (log == null || checkpoint.origin().equals(log))) ? new Kept(place, note, null)
					: new Kept(place, null, "it holds the checkpoint of '%s' and size %s, not that of its name"
						.formatted(checkpoint.origin(), checkpoint.size()));
		}
		catch (IOException | InvalidCheckpointException ex) {
			return new Kept(place, null, ex.getMessage());
		}
	}

	private String log(String chain) {
		return this.origin + "/" + chain;
	}

	private static String fileName(long size) {
		return String.format(Locale.ROOT, "%019d", size) + SUFFIX;
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
			.resolve(fileName(size));
	}

	@Override
	public String toString() {
		return "directory '%s'".formatted(this.directory);
	}

	/**
	 * Goes from the newest file to the oldest. Names have leading zeros, so their order
	 * is that of the sizes; what is called otherwise is somebody else's.
	 */
	private static final class NewestFirst implements Iterator<Kept> {

		private static final Pattern DIRECTORY = Pattern.compile("[0-9]{3}|[0-9]{13}");

		private static final Pattern NOTE = Pattern.compile("[0-9]{19}\\" + SUFFIX);

		private final @Nullable String log;

		private final Deque<Path> left = new ArrayDeque<>();

		private @Nullable Kept next;

		private NewestFirst(Path directory, @Nullable String log) {
			this.log = log;
			if (Files.isDirectory(directory)) {
				this.left.push(directory);
			}
		}

		@Override
		public boolean hasNext() {
			while (this.next == null && !this.left.isEmpty()) {
				Path path = this.left.pop();
				this.next = Files.isDirectory(path) ? open(path) : read(path, this.log);
			}
			return this.next != null;
		}

		private @Nullable Kept open(Path directory) {
			try (Stream<Path> entries = Files.list(directory)) {
				entries.filter(NewestFirst::isOurs).sorted().forEach(this.left::push);
				return null;
			}
			catch (IOException | UncheckedIOException ex) {
				return new Kept("directory '%s'".formatted(directory), null, ex.toString());
			}
		}

		private static boolean isOurs(Path path) {
			return (Files.isDirectory(path) ? DIRECTORY : NOTE).matcher(path.getFileName().toString()).matches();
		}

		@Override
		public Kept next() {
			if (!hasNext()) {
				throw new NoSuchElementException();
			}
			Kept kept = Objects.requireNonNull(this.next);
			this.next = null;
			return kept;
		}

	}

}
