/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.cli;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.auditspring.CheckpointAnchor;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints in files, one or several in each: in single ones, or in all below a
 * directory.
 *
 * @param origin what the first line of each names before the chain
 * @param kept the signed notes
 * @param faults what cannot be read: it may have been of any chain
 */
record NoteArchive(String origin, List<Kept> kept, List<Kept> faults) implements CheckpointAnchor {

	/**
	 * Reads files.
	 * @param paths files and directories
	 * @param origin of which origin the notes count, or {@code null} if all are of one
	 * @return the notes
	 * @throws IOException if there are no such files
	 * @throws IllegalArgumentException if there are none, or of several origins
	 */
	static NoteArchive read(List<Path> paths, @Nullable String origin) throws IOException {
		return read(paths, origin, null);
	}

	/**
	 * Reads files.
	 * @param paths files and directories
	 * @param origin of which origin the notes count, or {@code null} if all are of one
	 * @param keys whose notes say which origin that is, or {@code null} if anybody's do
	 * @return the notes
	 * @throws IOException if there are no such files
	 * @throws IllegalArgumentException if there are none, or of several origins
	 */
	static NoteArchive read(List<Path> paths, @Nullable String origin, @Nullable TrustedKeys keys) throws IOException {
		List<Kept> kept = new ArrayList<>();
		List<Kept> faults = new ArrayList<>();
		for (Path path : paths) {
			files(path.toRealPath(), faults).values().forEach((file) -> {
				String place = "file '%s'".formatted(file);
				NoteFile found = NoteFile.read(file);
				found.notes().forEach((note) -> kept.add(new Kept(place, note, null)));
				found.faults().forEach((fault) -> faults.add(new Kept(place, null, fault)));
			});
		}
		if (origin != null) {
			kept.removeIf((each) -> !log(each).startsWith(origin + "/"));
		}
		if (kept.isEmpty()) {
			throw new IllegalArgumentException("%s holds no checkpoints%s%s".formatted(paths,
					(origin != null) ? " of origin '%s'".formatted(origin) : "",
					faults.isEmpty() ? "" : "; the %s: %s".formatted(faults.get(0).place(), faults.get(0).fault())));
		}
		return new NoteArchive((origin != null) ? origin : onlyOrigin(kept, keys), kept, faults);
	}

	/** In the order of their names, but for files that were never finished. */
	private static TreeMap<String, Path> files(Path path, List<Kept> faults) throws IOException {
		TreeMap<String, Path> files = new TreeMap<>();
		Files.walkFileTree(path, new SimpleFileVisitor<>() {

			@Override
			public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
				if (Files.isRegularFile(file) && !file.toString().endsWith(".tmp")) {
					files.put(file.toString(), file);
				}
				return FileVisitResult.CONTINUE;
			}

			@Override
			public FileVisitResult visitFileFailed(Path file, IOException ex) {
				faults.add(new Kept("file '%s'".formatted(file), null, ex.toString()));
				return FileVisitResult.CONTINUE;
			}

		});
		return files;
	}

	/**
	 * Another ledger may well have a chain of the same name. What nobody known signed
	 * does not count where there is anything else.
	 */
	private static String onlyOrigin(List<Kept> kept, @Nullable TrustedKeys keys) {
		Set<String> origins = origins(kept.stream()
			.filter((each) -> keys != null && each.note() != null
					&& Checkpoint.parse(each.note()).names(keys.withRetired())));
		if (origins.isEmpty()) {
			origins = origins(kept.stream());
		}
		if (origins.size() > 1) {
			throw new IllegalArgumentException(
					"The checkpoints kept elsewhere are of several origins: say by --origin which of %s is this ledger's"
						.formatted(origins));
		}
		return origins.iterator().next();
	}

	private static Set<String> origins(Stream<Kept> kept) {
		return kept.map(NoteArchive::log)
			.map((log) -> log.substring(0, Math.max(log.lastIndexOf('/'), 0)))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static String log(Kept kept) {
		String note = String.valueOf(kept.note());
		return note.substring(0, note.indexOf('\n'));
	}

	@Override
	public void publish(String chain, long size, String note) {
		throw new UnsupportedOperationException("Files of checkpoints are only read here");
	}

	@Override
	public Set<String> chains() {
		return this.kept.stream()
			.map(NoteArchive::log)
			.filter((log) -> log.startsWith(this.origin + "/"))
			.map((log) -> log.substring(this.origin.length() + 1))
			.collect(Collectors.toSet());
	}

	@Override
	public List<String> notes(String chain) {
		return of(chain).map((each) -> String.valueOf(each.note())).toList();
	}

	@Override
	public Iterator<Kept> kept(String chain) {
		return Stream.concat(of(chain), this.faults.stream()).iterator();
	}

	private Stream<Kept> of(String chain) {
		return this.kept.stream().filter((each) -> log(each).equals(this.origin + "/" + chain));
	}

}
