/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;

import io.auditspring.ledger.internal.merkle.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * Files that are there completely or not at all, also after a power failure.
 */
final class NoteFiles {

	private static final int MAX_NAME = 180;

	private NoteFiles() {
	}

	/**
	 * A file name for a text, another one for each.
	 * @param text any text
	 * @return the text itself where it is harmless as the name of a file
	 */
	static String name(String text) {
		StringBuilder name = new StringBuilder();
		for (byte character : Sha256.utf8(text)) {
			boolean harmless = character >= 'a' && character <= 'z' || character >= '0' && character <= '9'
					|| character == '-' || character == '_' || (character == '.' && !name.isEmpty());
			name.append(harmless ? String.valueOf((char) character) : "%%%02x".formatted(character & 0xff));
		}
		return (name.length() <= MAX_NAME) ? name.toString()
				: name.substring(0, MAX_NAME - 64) + HexFormat.of().formatHex(Sha256.hash(Sha256.utf8(text)));
	}

	/**
	 * The text that a file name is of.
	 * @param name the name
	 * @return the text, or {@code null} if it was too long for a name, or is none of ours
	 */
	static @Nullable String text(String name) {
		try {
			String text = URLDecoder.decode(name, StandardCharsets.UTF_8);
			return (name.length() < MAX_NAME && name(text).equals(name)) ? text : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	/**
	 * Reads a note, as far as it can be one.
	 * @param file the file
	 * @return its text
	 * @throws IOException if it cannot be read, is no text, or is too long
	 */
	static String read(Path file) throws IOException {
		if (Files.exists(file) && !Files.isRegularFile(file)) {
			throw new IOException("it is no file, and may never end");
		}
		if (Files.size(file) > 4L * Checkpoint.MAX_LENGTH) {
			throw new IOException("it is too large for a note");
		}
		try {
			return Files.readString(file);
		}
		catch (CharacterCodingException ex) {
			throw new IOException("it is no text", ex);
		}
		catch (AccessDeniedException ex) {
			throw new IOException("access is denied", ex);
		}
	}

	/**
	 * Replaces a file.
	 */
	static void replace(Path file, String text) throws IOException {
		Path written = Files.createTempFile(Files.createDirectories(file.getParent()), file.getFileName().toString(),
				".tmp");
		try {
			write(written, text, StandardOpenOption.WRITE);
			Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
		}
		finally {
			Files.deleteIfExists(written);
		}
		syncDirectory(file);
	}

	/**
	 * Creates a file, unless there is one.
	 * @throws java.nio.file.FileAlreadyExistsException if there is one; it is untouched
	 */
	static void create(Path file, String text) throws IOException {
		Path written = Files.createTempFile(Files.createDirectories(file.getParent()), file.getFileName().toString(),
				".tmp");
		try {
			write(written, text, StandardOpenOption.WRITE);
			// A link never replaces what is there, unlike a move.
			Files.createLink(file, written);
		}
		catch (UnsupportedOperationException ex) {
			write(file, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
		}
		finally {
			Files.deleteIfExists(written);
		}
		syncDirectory(file);
	}

	private static void write(Path file, String text, OpenOption... options) throws IOException {
		try (FileChannel channel = FileChannel.open(file, options)) {
			ByteBuffer bytes = ByteBuffer.wrap(Sha256.utf8(text));
			while (bytes.hasRemaining()) {
				channel.write(bytes);
			}
			channel.force(true);
		}
	}

	/** Windows has no such thing as opening a directory, and no need for it. */
	private static void syncDirectory(Path file) throws IOException {
		if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
			try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
				directory.force(true);
			}
		}
	}

}
