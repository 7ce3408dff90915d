/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.buffer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

import io.auditspring.database.internal.StagedRow;
import io.auditspring.delivery.internal.outbox.InDoubtEntries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import org.jspecify.annotations.Nullable;

/**
 * The text of a spool file: a line that says whose it is, then lines of a checksum, a
 * staged row that decides about the entries, and the entries; then one that says that
 * nothing is missing.
 */
final class SpoolFile {

	private static final String FORMAT = "audit-spool/1 ";

	private static final String END = "end ";

	/** Before a row: its entries are to be written if it was committed. */
	private static final String IF_COMMITTED = "+";

	private static final int ENTRIES_A_LINE = 100;

	/** In characters. */
	private static final int MOST_OF_A_LINE = 1_000_000;

	private SpoolFile() {
	}

	static void write(Writer out, String owner, List<InDoubtEntries> doubts) throws IOException {
		out.write(FORMAT + owner + '\n');
		long lines = 0;
		for (InDoubtEntries doubt : doubts) {
			for (int from = 0; from < doubt.entries().size(); from += ENTRIES_A_LINE) {
				int to = Math.min(from + ENTRIES_A_LINE, doubt.entries().size());
				// Not all of them as one text, of which several copies are made: they may
				// be large, and memory is short where a stop writes them.
				for (String entries : EntryCodec.write(doubt.entries().subList(from, to), MOST_OF_A_LINE)) {
					String content = (doubt.committed() ? IF_COMMITTED : "") + StagedRow.format(doubt.row()) + ' '
							+ entries;
					out.write(checksum(content) + ' ' + content + '\n');
					lines++;
				}
			}
		}
		out.write(END + lines + '\n');
	}

	/**
	 * Reads whose file it is.
	 * @param in the file, at its beginning
	 * @return the owner
	 * @throws DamagedException if it is not a spool file
	 */
	static String readOwner(BufferedReader in) throws IOException {
		String line = readLine(in);
		if (line == null || !line.startsWith(FORMAT)) {
			throw new DamagedException("it does not begin like a spool file");
		}
		return line.substring(FORMAT.length());
	}

	/**
	 * Opens a file. Bytes that are no text are one line's concern.
	 * @param file the file
	 * @return the file, at its beginning
	 */
	static BufferedReader open(Path file) throws IOException {
		return Files.newBufferedReader(file, StandardCharsets.ISO_8859_1);
	}

	private static @Nullable String readLine(BufferedReader in) throws IOException {
		String line = in.readLine();
		return (line != null) ? new String(line.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8) : null;
	}

	/**
	 * Reads the next line.
	 * @param in the file, behind the line of the owner
	 * @param number the number of lines before it
	 * @return what the line holds, or {@code null} at the end
	 * @throws DamagedLineException if the line is damaged; the next one can be read
	 * @throws DamagedException if lines are missing
	 */
	static @Nullable InDoubtEntries readNext(BufferedReader in, long number) throws IOException {
		String line = readLine(in);
		if (line == null) {
			throw new DamagedException("its end is missing");
		}
		if (line.startsWith(END)) {
			if (!line.equals(END + number)) {
				throw new DamagedException(
						"lines are missing: %s were read, at the end is '%s'".formatted(number, line));
			}
			return null;
		}
		String[] parts = line.split(" ", 3);
		if (parts.length < 3 || !parts[0].equals(checksum(parts[1] + ' ' + parts[2]))) {
			throw new DamagedLineException("line %s does not match its checksum".formatted(number + 2));
		}
		try {
			boolean committed = parts[1].startsWith(IF_COMMITTED);
			return new InDoubtEntries(StagedRow.parse(committed ? parts[1].substring(1) : parts[1]), committed,
					new ArrayList<Entry>(EntryCodec.read(parts[2])));
		}
		catch (RuntimeException ex) {
			throw new DamagedLineException("line %s cannot be read: %s".formatted(number + 2, ex.getMessage()));
		}
	}

	private static String checksum(String content) {
		CRC32 crc = new CRC32();
		crc.update(content.getBytes(StandardCharsets.UTF_8));
		return "%08x".formatted(crc.getValue());
	}

	/**
	 * A file is not what was written.
	 */
	static class DamagedException extends IOException {

		private static final long serialVersionUID = 1L;

		DamagedException(String message) {
			super(message);
		}

	}

	/**
	 * A line is not what was written.
	 */
	static final class DamagedLineException extends DamagedException {

		private static final long serialVersionUID = 1L;

		DamagedLineException(String message) {
			super(message);
		}

	}

}
