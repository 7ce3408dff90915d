/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where the files of an archive are kept: a directory, an object store, or a bean of the
 * application. A file is written once and never changed; only what was erased of entries
 * is deleted, with all its versions.
 *
 * @since 0.1.0
 */
public interface ArchiveStore {

	/**
	 * Keeps a file, unless there is one of that name. When this returns, the file is
	 * there as a whole, also after a power failure.
	 * @param name its name: parts of letters, digits and {@code = - . _ %}, separated by
	 * slashes
	 * @param content a local file with its content
	 * @return whether it was kept; if not, there is one already, which is untouched
	 * @throws IOException if it could not be kept
	 */
	boolean putIfAbsent(String name, Path content) throws IOException;

	/**
	 * Reads a file.
	 * @param name its name
	 * @return its content, to be closed by the caller
	 * @throws java.nio.file.NoSuchFileException if there is none
	 * @throws IOException if it cannot be read
	 */
	InputStream read(String name) throws IOException;

	/**
	 * Lists all files.
	 * @return their names, in their order
	 * @throws IOException if they cannot be listed
	 */
	List<String> list() throws IOException;

	/**
	 * Lists the files of a range, or of all ranges of a chain.
	 * @param directory what their names begin with, up to a slash
	 * @return their names, in their order
	 * @throws IOException if they cannot be listed
	 */
	default List<String> list(String directory) throws IOException {
		return list().stream().filter((name) -> name.startsWith(directory)).toList();
	}

	/**
	 * Deletes a file and all its versions, if there is one.
	 * @param name its name
	 * @throws IOException if it could not be deleted
	 */
	void delete(String name) throws IOException;

	/**
	 * Finds a file on the disks of this machine, so that it need not be copied to be
	 * read.
	 * @param name its name
	 * @return where it is; empty if files are elsewhere
	 */
	default Optional<Path> local(String name) {
		return Optional.empty();
	}

}
