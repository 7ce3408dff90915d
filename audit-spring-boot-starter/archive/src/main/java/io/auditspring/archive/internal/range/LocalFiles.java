/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.range;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

import io.auditspring.archive.ArchiveStore;
import io.auditspring.ledger.internal.merkle.Sha256;

/**
 * Files of an archive on the disks of this machine, where DuckDB reads them.
 */
public final class LocalFiles {

	private static final int BUFFER = 1 << 20;

	private LocalFiles() {
	}

	/**
	 * Finds a file, or fetches it.
	 * @param store the archive
	 * @param name the file's name
	 * @param directory where to put it if it is elsewhere
	 * @return where it is
	 * @throws NoSuchFileException if there is none
	 * @throws IOException if it cannot be read
	 */
	public static Path of(ArchiveStore store, String name, Path directory) throws IOException {
		Optional<Path> local = store.local(name);
		if (local.isPresent()) {
			return requireFile(local.get(), name);
		}
		Path file = directory.resolve(name.replace('/', '_'));
		try (InputStream content = store.read(name)) {
			Files.copy(content, file);
		}
		return file;
	}

	/**
	 * Refuses what may never end when it is read, such as a pipe or a device.
	 * @param file the file
	 * @param name its name in the archive
	 * @return the file
	 * @throws NoSuchFileException if there is none
	 * @throws IOException if it is something else
	 */
	public static Path requireFile(Path file, String name) throws IOException {
		if (Files.notExists(file)) {
			throw new NoSuchFileException(name);
		}
		if (Files.exists(file) && !Files.isRegularFile(file)) {
			throw new IOException("'%s' is no file".formatted(name));
		}
		return file;
	}

	/**
	 * Refuses a file that is not the one that its manifest names.
	 * @param file the file
	 * @param name its name in the archive
	 * @param expected what the manifest says
	 * @throws IOException if it is another one, or cannot be read
	 */
	public static void require(Path file, String name, Manifest.File expected) throws IOException {
		if (Files.size(file) != expected.bytes() || !measure(file).equals(expected)) {
			throw new IOException("the file '%s' is not the one that its manifest names; ".formatted(name)
					+ "verify the archive, and put back what was there from a copy");
		}
	}

	/**
	 * Measures a file.
	 * @param file the file
	 * @return its length and digest
	 * @throws IOException if it cannot be read
	 */
	public static Manifest.File measure(Path file) throws IOException {
		MessageDigest digest = Sha256.digest();
		byte[] buffer = new byte[BUFFER];
		long length = 0;
		try (InputStream content = Files.newInputStream(file)) {
			for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
				digest.update(buffer, 0, read);
				length += read;
			}
		}
		return new Manifest.File(length, HexFormat.of().formatHex(digest.digest()));
	}

}
