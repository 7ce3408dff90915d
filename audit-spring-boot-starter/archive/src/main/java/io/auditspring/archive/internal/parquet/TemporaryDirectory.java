/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.parquet;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.Stream;

import io.auditspring.archive.ArchiveOptions;

/**
 * A directory for files that are of no use afterwards: where the options say, and gone
 * with all that is in it. A lock on a file beside it says that its process lives; what a
 * process left that was killed holds entries, and is deleted by the next that makes one
 * there.
 */
public final class TemporaryDirectory implements AutoCloseable {

	private static final String PREFIX = "audit-archive-";

	private static final String LOCK = ".lock";

	/** Closing any handle of a file would give up this process's locks on it. */
	private static final String OWN = PREFIX + ProcessHandle.current().pid() + "-"
			+ ProcessHandle.current().info().startInstant().map(Instant::toEpochMilli).orElse(0L) + "-";

	private final Path path;

	private final Path lockFile;

	private final FileChannel lock;

	private TemporaryDirectory(Path path, Path lockFile, FileChannel lock) {
		this.path = path;
		this.lockFile = lockFile;
		this.lock = lock;
	}

	/**
	 * Makes one.
	 * @param options where
	 * @return an empty directory
	 * @throws IOException if there is no room for it
	 */
	public static TemporaryDirectory create(ArchiveOptions options) throws IOException {
		Path parent = parent(options);
		String name = OWN + UUID.randomUUID();
		Path lockFile = parent.resolve(name + LOCK);
		FileChannel lock = FileChannel.open(lockFile, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
		try {
			lock.lock();
			if (!Files.exists(lockFile)) {
				// Somebody took it for one that was left, before it was locked.
				lock.close();
				return create(options);
			}
			deleteWhatWasLeft(parent, Files.getOwner(lockFile));
			return new TemporaryDirectory(make(parent.resolve(name)), lockFile, lock);
		}
		catch (IOException | RuntimeException ex) {
			lock.close();
			Files.deleteIfExists(lockFile);
			throw ex;
		}
	}

	private static Path parent(ArchiveOptions options) throws IOException {
		Path parent = options.temporary();
		return ((parent != null) ? Files.createDirectories(parent) : Path.of(System.getProperty("java.io.tmpdir")))
			.toRealPath();
	}

	/** For the owner alone, as entries will be in it. */
	private static Path make(Path directory) throws IOException {
		return directory.getFileSystem().supportedFileAttributeViews().contains("posix")
				? Files.createDirectory(directory,
						PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
				: Files.createDirectory(directory);
	}

	/** What cannot be deleted now may be the next time. */
	private static void deleteWhatWasLeft(Path parent, UserPrincipal owner) {
		try (DirectoryStream<Path> locks = Files.newDirectoryStream(parent, PREFIX + "*" + LOCK)) {
			for (Path lockFile : locks) {
				if (!lockFile.getFileName().toString().startsWith(OWN)
						&& owner.equals(Files.getOwner(lockFile, LinkOption.NOFOLLOW_LINKS))) {
					deleteIfLeft(lockFile, owner);
				}
			}
		}
		catch (IOException | RuntimeException ex) {
			return;
		}
	}

	private static void deleteIfLeft(Path lockFile, UserPrincipal owner) {
		String name = lockFile.getFileName().toString();
		Path directory = lockFile.resolveSibling(name.substring(0, name.length() - LOCK.length()));
		try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
				FileLock lock = channel.tryLock()) {
			if (lock != null && (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)
					|| owner.equals(Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS)))) {
				delete(directory);
				Files.deleteIfExists(lockFile);
			}
		}
		catch (IOException | OverlappingFileLockException ex) {
			return;
		}
	}

	public Path path() {
		return this.path;
	}

	/** What is left is temporary, and nothing to fail for. */
	@Override
	public void close() {
		delete(this.path);
		try (FileChannel held = this.lock) {
			if (!Files.exists(this.path)) {
				Files.deleteIfExists(this.lockFile);
			}
		}
		catch (IOException ex) {
			this.lockFile.toFile().deleteOnExit();
		}
	}

	private static void delete(Path directory) {
		if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
			return;
		}
		try (Stream<Path> files = Files.walk(directory)) {
			files.sorted((a, b) -> b.compareTo(a)).forEach((file) -> file.toFile().delete());
		}
		catch (IOException | RuntimeException ex) {
			directory.toFile().deleteOnExit();
		}
	}

}
