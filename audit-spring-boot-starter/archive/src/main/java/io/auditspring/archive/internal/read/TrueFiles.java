/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.read;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.auditspring.archive.ArchiveOptions;
import io.auditspring.archive.ArchiveStore;
import io.auditspring.archive.internal.parquet.TemporaryDirectory;
import io.auditspring.archive.internal.range.LocalFiles;
import io.auditspring.archive.internal.range.Manifest;
import io.auditspring.archive.internal.range.Manifests;
import org.jspecify.annotations.Nullable;

/**
 * Files of an archive that are those that their manifests name. Each is read once for
 * that, and again when it was touched since.
 */
final class TrueFiles implements AutoCloseable {

	private final ArchiveStore store;

	private final ArchiveOptions options;

	private final Map<String, Seen> seen = new HashMap<>();

	private final Map<ArchivedRange, Manifest> manifests = new HashMap<>();

	private @Nullable TemporaryDirectory copies;

	private volatile List<ArchivedRange> kept = List.of();

	/** Whether there are copies of others: somebody was at it before they were erased. */
	private volatile boolean others;

	TrueFiles(ArchiveStore store, ArchiveOptions options) {
		this.store = store;
		this.options = options;
	}

	/**
	 * A file as it was when it was compared.
	 *
	 * @param path where it is
	 * @param expected what the manifest says
	 * @param attributes by which it is seen whether it was touched
	 */
	private record Seen(Path path, Manifest.File expected, Map<String, Object> attributes) {

	}

	/**
	 * The two files of a range.
	 *
	 * @param range the range
	 * @param core the file that never changes
	 * @param payload the file that can be erased
	 * @param prevHash what the first entry follows
	 */
	record Pair(ArchivedRange range, Path core, Path payload, byte[] prevHash) {

	}

	synchronized Pair of(ArchivedRange range) throws IOException {
		if (!this.kept.contains(range)) {
			this.others = true;
		}
		Manifest manifest = this.manifests.get(range);
		String name = range.name().manifest(range.generation());
		if (manifest == null) {
			try {
				manifest = Manifests.read(this.store, name);
			}
			catch (NoSuchFileException ex) {
				throw missing(name, ex);
			}
			if (!manifest.range().equals(range.name()) || !manifest.digest().equals(range.manifest())) {
				throw new IOException("the manifest '%s' is not the one that the ledger names; ".formatted(name)
						+ "verify the archive, and put back what was there from a copy");
			}
			this.manifests.put(range, manifest);
		}
		return new Pair(range, of(range.name().core(), manifest.core()),
				of(range.name().payload(range.generation()), manifest.payload()), manifest.prevHash());
	}

	private Path of(String name, Manifest.File expected) throws IOException {
		Seen before = this.seen.get(name);
		if (before != null && before.expected().equals(expected) && isUntouched(before)) {
			return before.path();
		}
		this.seen.remove(name);
		try {
			Path path = this.store.local(name).isPresent() ? LocalFiles.of(this.store, name, Path.of("")) : copy(name);
			Map<String, Object> attributes = attributes(path);
			LocalFiles.require(path, name, expected);
			this.seen.put(name, new Seen(path, expected, attributes));
			return path;
		}
		catch (NoSuchFileException ex) {
			throw missing(name, ex);
		}
	}

	private static IOException missing(String name, NoSuchFileException ex) {
		return new IOException("the file '%s' is missing; put it back from a copy".formatted(name), ex);
	}

	private static boolean isUntouched(Seen seen) {
		try {
			return attributes(seen.path()).equals(seen.attributes());
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * When a file was written can be set by whoever writes it; when it was changed, not.
	 */
	private static Map<String, Object> attributes(Path path) throws IOException {
		boolean unix = path.getFileSystem().supportedFileAttributeViews().contains("unix");
		return Files.readAttributes(path,
				unix ? "unix:size,lastModifiedTime,ctime,ino,dev" : "size,lastModifiedTime,fileKey");
	}

	private Path copy(String name) throws IOException {
		if (this.copies == null) {
			this.copies = TemporaryDirectory.create(this.options);
		}
		Files.deleteIfExists(this.copies.path().resolve(copyOf(name)));
		return LocalFiles.of(this.store, name, this.copies.path());
	}

	/**
	 * What was erased must not live on in a copy. Nobody waits here for what others fetch
	 * unless something has changed.
	 */
	void keep(List<ArchivedRange> ranges) {
		if (this.others || !ranges.equals(this.kept)) {
			keepOnly(ranges);
		}
	}

	private synchronized void keepOnly(List<ArchivedRange> ranges) {
		Set<String> wanted = ranges.stream()
			.flatMap((range) -> Stream.of(range.name().core(), range.name().payload(range.generation())))
			.collect(Collectors.toSet());
		this.manifests.keySet().retainAll(Set.copyOf(ranges));
		this.seen.keySet().retainAll(wanted);
		this.others = !deleteOthers(wanted);
		this.kept = ranges;
	}

	/** Also what was copied in part, or was not what it should be. */
	private boolean deleteOthers(Set<String> wanted) {
		File[] files = (this.copies != null) ? this.copies.path().toFile().listFiles() : null;
		Set<String> names = wanted.stream().map(TrueFiles::copyOf).collect(Collectors.toSet());
		boolean done = true;
		for (File file : (files != null) ? files : new File[0]) {
			done &= names.contains(file.getName()) || file.delete();
		}
		return done;
	}

	private static String copyOf(String name) {
		return name.replace('/', '_');
	}

	@Override
	public synchronized void close() {
		if (this.copies != null) {
			this.copies.close();
			this.copies = null;
		}
		this.seen.clear();
	}

}
