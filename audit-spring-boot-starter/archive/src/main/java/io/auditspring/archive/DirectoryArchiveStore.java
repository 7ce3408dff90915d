/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import io.auditspring.archive.internal.range.LocalFiles;
import io.auditspring.ledger.internal.file.WholeFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an archive in a directory. Files are there completely or not at all, and none
 * replaces another one.
 *
 * @since 0.1.0
 */
public final class DirectoryArchiveStore implements ArchiveStore {

	private static final Logger logger = LoggerFactory.getLogger(DirectoryArchiveStore.class);

	private static final String UNFINISHED = ".tmp";

	/** Nobody writes so long without writing anything. */
	private static final Duration ABANDONED = Duration.ofHours(1);

	private final Path directory;

	private final AtomicBoolean undeleted = new AtomicBoolean();

	/**
	 * Creates a store.
	 * @param directory where; it is made when the first file is kept
	 */
	public DirectoryArchiveStore(Path directory) {
		this.directory = directory.toAbsolutePath().normalize();
	}

	@Override
	public boolean putIfAbsent(String name, Path content) throws IOException {
		Path file = file(name);
		Path parent = makeDirectories(file.getParent());
		if (Files.exists(file)) {
			return false;
		}
		deleteAbandoned(parent);
		Path written = Files.createTempFile(parent, "", UNFINISHED);
		try {
			Files.copy(content, written, StandardCopyOption.REPLACE_EXISTING);
			WholeFiles.sync(written, StandardOpenOption.WRITE);
			return link(file, written);
		}
		finally {
			Files.deleteIfExists(written);
			WholeFiles.syncDirectory(parent);
		}
	}

	/** A link never replaces what is there, unlike a move. */
	private static boolean link(Path file, Path written) throws IOException {
		try {
			Files.createLink(file, written);
			return true;
		}
		catch (FileAlreadyExistsException ex) {
			return false;
		}
		catch (UnsupportedOperationException | FileSystemException ex) {
			throw new IOException("No hard link can be made at %s, without which a file could replace another one: %s"
				.formatted(file, ex), ex);
		}
	}

	@Override
	public InputStream read(String name) throws IOException {
		return Files.newInputStream(LocalFiles.requireFile(file(name), name));
	}

	@Override
	public List<String> list() throws IOException {
		return list(this.directory);
	}

	@Override
	public List<String> list(String directory) throws IOException {
		Path path = file(directory);
		deleteAbandoned(path);
		return list(path);
	}

	/**
	 * Whoever was killed while it wrote left what nobody else knows of, and what may be
	 * erased meanwhile.
	 */
	private void deleteAbandoned(Path directory) throws IOException {
		if (!Files.isDirectory(directory)) {
			return;
		}
		List<Path> files;
		try (Stream<Path> inIt = Files.list(directory)) {
			files = inIt.toList();
		}
		for (Path file : files) {
			if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
				deleteAbandoned(file);
			}
			else if (isAbandoned(file)) {
				delete(file);
			}
		}
	}

	// It hinders nobody, but may hold what is to be erased.
	private void delete(Path abandoned) {
		try {
			Files.deleteIfExists(abandoned);
		}
		catch (IOException ex) {
			if (this.undeleted.compareAndSet(false, true)) {
				logger.warn("{} is what a killed process was writing, and cannot be deleted: {}", abandoned,
						ex.toString());
			}
		}
	}

	/** Named as {@link Files#createTempFile} does. */
	private static boolean isAbandoned(Path file) throws IOException {
		if (!file.getFileName().toString().matches("[0-9]+[.]tmp")) {
			return false;
		}
		try {
			return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
				.toInstant()
				.isBefore(Instant.now().minus(ABANDONED));
		}
		catch (NoSuchFileException ex) {
			// Somebody has finished it at this moment.
			return false;
		}
	}

	/**
	 * The directory itself may be behind a link. Whatever else is no directory is told,
	 * so that nothing stays unseen.
	 */
	private List<String> list(Path directory) throws IOException {
		if (!Files.isDirectory(directory)) {
			return List.of();
		}
		Path real = directory.toRealPath();
		try (Stream<Path> files = Files.walk(real)) {
			return files.filter((file) -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
				.map((file) -> this.directory.relativize(directory.resolve(real.relativize(file))))
				.map((file) -> file.toString().replace('\\', '/'))
				.filter((name) -> !name.endsWith(UNFINISHED))
				.sorted()
				.toList();
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
	}

	@Override
	public void delete(String name) throws IOException {
		Path file = file(name);
		try {
			Files.delete(file);
		}
		catch (NoSuchFileException ex) {
			return;
		}
		WholeFiles.syncDirectory(file.getParent());
	}

	@Override
	public Optional<Path> local(String name) {
		return Optional.of(file(name));
	}

	private Path file(String name) {
		Path file = this.directory.resolve(name).normalize();
		if (!file.startsWith(this.directory) || file.equals(this.directory)) {
			throw new IllegalArgumentException("'%s' is no name of a file of an archive".formatted(name));
		}
		return file;
	}

	/** Each new one must be on disk in the one above it. */
	private static Path makeDirectories(Path directory) throws IOException {
		if (Files.isDirectory(directory)) {
			return directory;
		}
		Path parent = directory.getParent();
		if (parent != null) {
			makeDirectories(parent);
		}
		try {
			Files.createDirectory(directory);
		}
		catch (FileAlreadyExistsException ex) {
			return directory;
		}
		if (parent != null) {
			WholeFiles.syncDirectory(parent);
		}
		return directory;
	}

	@Override
	public String toString() {
		return this.directory.toString();
	}

}
