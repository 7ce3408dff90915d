/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.internal.merkle.Sha256;

/**
 * A text with signatures below it, as C2SP signed-note defines it.
 *
 * @param text what is signed; it ends with a newline
 * @param signatures the signatures, verified or not
 */
record SignedNote(String text, List<Signature> signatures) {

	private static final String PREFIX = "\u2014 ";

	private static final int MAX_SIGNATURES = 100;

	SignedNote {
		signatures = List.copyOf(signatures);
	}

	/**
	 * Signs a text.
	 * @param text the text; it ends with a newline
	 * @param signer who signs
	 * @return the note
	 * @throws IllegalStateException if the signature is not one of the signer's key
	 */
	static String sign(String text, CheckpointSigner signer) {
		VerifierKey key = VerifierKey.of(signer);
		byte[] signature = signer.sign(Sha256.utf8(text));
		if (!key.verifies(Sha256.utf8(text), signature)) {
			throw new IllegalStateException(
					"The signer '%s' gave a signature that its own public key does not verify".formatted(key));
		}
		byte[] identified = Arrays.copyOf(key.id(), NoteKey.ID_LENGTH + signature.length);
		System.arraycopy(signature, 0, identified, NoteKey.ID_LENGTH, signature.length);
		return text + "\n" + PREFIX + key.name() + " " + Base64.getEncoder().encodeToString(identified) + "\n";
	}

	/**
	 * Reads a note.
	 * @param note the text with its signatures
	 * @return its parts; nothing is verified
	 * @throws InvalidCheckpointException if this is no such note
	 */
	static SignedNote parse(String note) {
		check(note.length() <= Checkpoint.MAX_LENGTH, "is too long");
		int end = note.lastIndexOf("\n\n");
		check(end >= 0, "has no signatures");
		check(note.codePoints().noneMatch((character) -> character < ' ' && character != '\n'),
				"contains control characters");
		String block = note.substring(end + 2);
		check(block.endsWith("\n"), "does not end with a newline");
		List<Signature> signatures = new ArrayList<>();
		for (String line : block.substring(0, block.length() - 1).split("\n", -1)) {
			check(signatures.size() < MAX_SIGNATURES, "has too many signatures");
			signatures.add(signature(line));
		}
		return new SignedNote(note.substring(0, end + 1), signatures);
	}

	/**
	 * Adds signatures. What is none is left out, and what looks like one of the log: who
	 * may add some must not be able to make a note unreadable, or invalid.
	 * @param note the note
	 * @param lines lines of signatures, each with its newline
	 * @return the note with those that it did not have, as far as it may have so many
	 */
	static String add(String note, List<String> lines) {
		String signatures = note.substring(note.lastIndexOf("\n\n") + 2);
		String own = signatures.substring(0, signatures.indexOf(' ', PREFIX.length()) + 1);
		StringBuilder extended = new StringBuilder(note);
		Set<String> known = new HashSet<>(signatures.lines().toList());
		for (String line : lines) {
			if (isSignature(line) && !line.startsWith(own) && known.size() < MAX_SIGNATURES && known.add(line.strip())
					&& extended.length() + line.length() <= Checkpoint.MAX_LENGTH) {
				extended.append(line);
			}
		}
		return extended.toString();
	}

	private static boolean isSignature(String line) {
		try {
			check(line.indexOf('\n') == line.length() - 1
					&& line.chars().noneMatch((each) -> each < ' ' && each != '\n'), "is more than a line");
			signature(line.substring(0, line.length() - 1));
			return true;
		}
		catch (InvalidCheckpointException | StringIndexOutOfBoundsException ex) {
			return false;
		}
	}

	private static Signature signature(String line) {
		String[] parts = line.startsWith(PREFIX) ? line.substring(PREFIX.length()).split(" ", -1) : new String[0];
		check(parts.length == 2 && KeyName.isValid(parts[0]), "has a malformed signature line");
		try {
			byte[] identified = Base64.getDecoder().decode(parts[1]);
			check(identified.length > NoteKey.ID_LENGTH, "has a signature that is too short");
			return new Signature(parts[0], Arrays.copyOf(identified, NoteKey.ID_LENGTH),
					Arrays.copyOfRange(identified, NoteKey.ID_LENGTH, identified.length));
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidCheckpointException("The note has a signature that is not Base64");
		}
	}

	private static void check(boolean valid, String problem) {
		if (!valid) {
			throw new InvalidCheckpointException("The note " + problem);
		}
	}

	/**
	 * Verifies the signatures of known keys. Those of unknown ones do not count.
	 * @param keys the keys that are known
	 * @throws InvalidCheckpointException if there is no signature of a known key, or a
	 * wrong one
	 */
	void verify(TrustedKeys keys) {
		boolean verified = false;
		for (Signature signature : this.signatures) {
			VerifierKey key = keys.find(signature).orElse(null);
			if (key != null && !key.verifies(Sha256.utf8(this.text), signature.bytes())) {
				throw new InvalidCheckpointException("The signature of '%s' is wrong".formatted(signature));
			}
			verified |= (key != null);
		}
		if (!verified) {
			throw new InvalidCheckpointException("Only unknown or retired keys signed it: " + this.signatures);
		}
	}

	/**
	 * A signature.
	 *
	 * @param keyName the name of the key
	 * @param keyId the id of the key
	 * @param bytes the signature itself
	 */
	record Signature(String keyName, byte[] keyId, byte[] bytes) {

		@Override
		public String toString() {
			return this.keyName + "+" + HexFormat.of().formatHex(this.keyId);
		}

	}

}
