/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;

/**
 * Reads checkpoints out of a file with one or several: each is lines of text, an empty
 * one, and lines of signatures. Whatever else the file holds, in time and memory that its
 * size bounds, and without giving up what is good in it.
 */
final class NoteFile {

	private static final String SIGNATURE = "\u2014 ";

	private final List<String> notes = new ArrayList<>();

	private final Set<String> faults = new LinkedHashSet<>();

	private final StringBuilder note = new StringBuilder();

	private Part part = Part.TEXT;

	/** Where in a note it is. */
	private enum Part {

		TEXT, EMPTY_LINE, SIGNATURES

	}

	private NoteFile() {
	}

	static NoteFile read(Path file) {
		NoteFile found = new NoteFile();
		try (Reader in = new BufferedReader(
				new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
			found.read(in);
		}
		catch (IOException ex) {
			found.faults.add("it cannot be read: " + ex);
		}
		if (found.notes.isEmpty() && found.faults.isEmpty()) {
			found.faults.add("it holds no checkpoint");
		}
		return found;
	}

	/** Lines are no longer than a note, or they are none of one. */
	private void read(Reader in) throws IOException {
		StringBuilder line = new StringBuilder();
		boolean tooLong = false;
		for (int character = in.read(); character >= 0; character = in.read()) {
			if (character != '\n') {
				tooLong |= line.length() == Checkpoint.MAX_LENGTH;
				if (!tooLong) {
					line.append((char) character);
				}
				continue;
			}
			if (tooLong) {
				discard();
			}
			else {
				accept(line.toString());
			}
			line.setLength(0);
			tooLong = false;
		}
		finishNote();
		if (!line.isEmpty() || !this.note.isEmpty()) {
			discard();
		}
	}

	private void accept(String line) {
		boolean isSignature = line.startsWith(SIGNATURE);
		if (this.part == Part.SIGNATURES && !isSignature) {
			finishNote();
		}
		if (line.isEmpty() && this.note.isEmpty()) {
			return;
		}
		if ((isSignature == (this.part == Part.TEXT)) || this.note.length() + line.length() > Checkpoint.MAX_LENGTH) {
			discard();
			if (isSignature || line.isEmpty()) {
				return;
			}
		}
		if (this.part == Part.TEXT && line.isEmpty()) {
			this.part = Part.EMPTY_LINE;
		}
		else if (isSignature) {
			this.part = Part.SIGNATURES;
		}
		this.note.append(line).append('\n');
	}

	private void finishNote() {
		if (this.part != Part.SIGNATURES) {
			return;
		}
		String text = this.note.toString();
		this.note.setLength(0);
		this.part = Part.TEXT;
		try {
			Checkpoint.parse(text);
			this.notes.add(text);
		}
		catch (InvalidCheckpointException ex) {
			this.faults.add(String.valueOf(ex.getMessage()));
		}
	}

	private void discard() {
		this.note.setLength(0);
		this.part = Part.TEXT;
		this.faults.add("it holds something that is no complete checkpoint");
	}

	List<String> notes() {
		return this.notes;
	}

	Set<String> faults() {
		return this.faults;
	}

}
