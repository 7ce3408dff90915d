/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Files that are there completely or not at all, also after a power failure, and that
 * only their owner reads where the file system knows owners.
 */
public final class WholeFiles {

	private WholeFiles() {
	}

	/**
	 * Writes a file, in the place of the one that is there.
	 * @param file the file; its directories are made
	 * @param text what is to be in it
	 * @throws IOException if it cannot be written; what was there stays
	 */
	public static void replace(Path file, String text) throws IOException {
		Path written = write(file, text);
		try {
			Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
		}
		finally {
			Files.deleteIfExists(written);
		}
		syncDirectory(file.toAbsolutePath().getParent());
	}

	/**
	 * Writes a file, unless there is one. Where the file system has no hard links,
	 * somebody who reads at the same time may see a part of it.
	 * @param file the file; its directories are made
	 * @param text what is to be in it
	 * @return {@code false} if there is one, which is untouched
	 * @throws IOException if it cannot be written
	 */
	public static boolean create(Path file, String text) throws IOException {
		Path written = write(file, text);
		try {
			link(file, written);
		}
		catch (FileAlreadyExistsException ex) {
			return false;
		}
		finally {
			Files.deleteIfExists(written);
		}
		syncDirectory(file.toAbsolutePath().getParent());
		return true;
	}

	/**
	 * A link never replaces what is there, unlike a move. Linux says by a code of its own
	 * that a file system has none.
	 */
	private static void link(Path file, Path written) throws IOException {
		try {
			Files.createLink(file, written);
		}
		catch (FileAlreadyExistsException ex) {
			throw ex;
		}
		catch (UnsupportedOperationException | FileSystemException ex) {
			Files.copy(written, file, StandardCopyOption.COPY_ATTRIBUTES);
			sync(file, StandardOpenOption.WRITE);
		}
	}

	private static Path write(Path file, String text) throws IOException {
		Path directory = Files.createDirectories(file.toAbsolutePath().getParent());
		Path written = Files.createTempFile(directory, file.getFileName().toString(), ".tmp", onlyForTheOwner(file));
		try {
			Files.write(written, text.getBytes(StandardCharsets.UTF_8));
			sync(written, StandardOpenOption.WRITE);
			return written;
		}
		catch (IOException | RuntimeException ex) {
			Files.deleteIfExists(written);
			throw ex;
		}
	}

	private static FileAttribute<?>[] onlyForTheOwner(Path file) {
		return isPosix(file)
				? new FileAttribute<?>[] {
						PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")) }
				: new FileAttribute<?>[0];
	}

	/**
	 * Makes it last that files were made in, or taken out of, a directory. Windows has no
	 * such thing as opening a directory, and no need for it.
	 * @param directory the directory
	 * @throws IOException if it cannot be opened
	 */
	public static void syncDirectory(Path directory) throws IOException {
		if (isPosix(directory)) {
			sync(directory, StandardOpenOption.READ);
		}
	}

	/**
	 * Makes it last what was written.
	 * @param path a file or directory
	 * @param option how to open it
	 * @throws IOException if it cannot be opened
	 */
	public static void sync(Path path, StandardOpenOption option) throws IOException {
		try (FileChannel channel = FileChannel.open(path, option)) {
			channel.force(true);
		}
	}

	private static boolean isPosix(Path path) {
		return path.getFileSystem().supportedFileAttributeViews().contains("posix");
	}

}
