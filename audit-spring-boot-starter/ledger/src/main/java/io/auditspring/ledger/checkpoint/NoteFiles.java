/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

import io.auditspring.ledger.internal.merkle.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * Files of notes: what they are called, and what is in them.
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

}
