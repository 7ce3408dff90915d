/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

import io.auditspring.CheckpointSigner;

/**
 * A signed statement of how many entries a chain had, and of the Merkle root over them
 * (C2SP tlog-checkpoint).
 *
 * @param origin which log: {@code <origin>/<chain>}
 * @param size how many entries
 * @param root the Merkle root, 32 bytes
 * @param note the statement itself, with its signatures
 * @since 0.1.0
 */
public record Checkpoint(String origin, long size, byte[] root, String note) {

	/** How many characters a note may have; Go's library takes no longer ones either. */
	public static final int MAX_LENGTH = 1_000_000;

	private static final Pattern SIZE = Pattern.compile("0|[1-9][0-9]{0,18}");

	private static final int ROOT_LENGTH = 32;

	private static final int SHOWN = 200;

	/**
	 * Names a log.
	 * @param origin the origin of all chains
	 * @param chain the chain's name
	 * @return the first line of its checkpoints
	 * @throws IllegalArgumentException if one of them contains what cannot be part of it
	 */
	public static String origin(String origin, String chain) {
		for (String name : new String[] { origin, chain }) {
			if (!KeyName.isValid(name)) {
				throw new IllegalArgumentException(("A checkpoint's origin and chain have neither white space nor plus "
						+ "signs and are not empty, unlike '%s'")
					.formatted(name));
			}
		}
		return origin + "/" + chain;
	}

	/**
	 * Signs a checkpoint.
	 * @param origin which log
	 * @param size how many entries
	 * @param root the Merkle root
	 * @param signer who signs
	 * @return the checkpoint
	 * @throws IllegalStateException if the signer gives a wrong signature
	 */
	public static Checkpoint sign(String origin, long size, byte[] root, CheckpointSigner signer) {
		return new Checkpoint(origin, size, root, SignedNote.sign(text(origin, size, root), signer));
	}

	private static String text(String origin, long size, byte[] root) {
		return "%s\n%s\n%s\n".formatted(origin, size, Base64.getEncoder().encodeToString(root));
	}

	/**
	 * Reads a checkpoint and verifies who signed it.
	 * @param note the signed note
	 * @param keys whose signatures count
	 * @return the checkpoint
	 * @throws InvalidCheckpointException if it is malformed, signed by nobody trusted, or
	 * a signature is wrong
	 */
	public static Checkpoint open(String note, TrustedKeys keys) {
		SignedNote.parse(note).verify(keys);
		return parse(note);
	}

	/**
	 * Reads a checkpoint without verifying anything. What it says is only a claim.
	 * @param note the signed note
	 * @return the checkpoint
	 * @throws InvalidCheckpointException if it is malformed
	 */
	public static Checkpoint parse(String note) {
		String text = SignedNote.parse(note).text();
		String[] lines = text.split("\n", -1);
		if (lines.length < 4 || lines[0].isEmpty() || !SIZE.matcher(lines[1]).matches()) {
			throw new InvalidCheckpointException("The note is not a checkpoint: " + beginning(text));
		}
		try {
			return new Checkpoint(lines[0], Long.parseLong(lines[1]), root(lines[2]), note);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidCheckpointException("The checkpoint has a wrong size or root: " + beginning(text));
		}
	}

	private static String beginning(String text) {
		return (text.length() <= SHOWN) ? text : text.substring(0, SHOWN) + "\u2026";
	}

	private static byte[] root(String base64) {
		byte[] root = Base64.getDecoder().decode(base64);
		if (root.length != ROOT_LENGTH || !Base64.getEncoder().encodeToString(root).equals(base64)) {
			throw new IllegalArgumentException("Not the Base64 of a hash");
		}
		return root;
	}

	/**
	 * Whether a key is named by its signatures, be they right or wrong. One that is wrong
	 * was damaged, or changed by somebody who does not have the key.
	 * @param keys the keys
	 * @return whether one of them is named
	 */
	public boolean names(TrustedKeys keys) {
		return SignedNote.parse(this.note)
			.signatures()
			.stream()
			.anyMatch((signature) -> keys.find(signature).isPresent());
	}

	/**
	 * Whether somebody trusted signed it.
	 * @param keys whose signatures count
	 * @return whether one of them did, and none of their signatures is wrong
	 */
	public boolean isSignedBy(TrustedKeys keys) {
		try {
			SignedNote.parse(this.note).verify(keys);
			return true;
		}
		catch (InvalidCheckpointException ex) {
			return false;
		}
	}

	/**
	 * The note as the log signed it, without what others added.
	 * @return the text with its first signature
	 */
	public String signed() {
		int signatures = this.note.lastIndexOf("\n\n") + 2;
		return this.note.substring(0, this.note.indexOf('\n', signatures) + 1);
	}

	/**
	 * Adds what others signed of it, witnesses for example. Nothing is verified; what is
	 * no signature is left out.
	 * @param lines lines of signatures, each with its newline
	 * @return the same checkpoint with a longer note
	 */
	public Checkpoint with(List<String> lines) {
		return lines.isEmpty() ? this : new Checkpoint(this.origin, this.size, this.root, cosigned(this.note, lines));
	}

	/**
	 * Adds what others signed of a note, which need not be one.
	 * @param note the note
	 * @param lines lines of signatures, each with its newline
	 * @return a longer note
	 */
	public static String cosigned(String note, List<String> lines) {
		return note.contains("\n\n") ? SignedNote.add(note, lines) : note;
	}

	/**
	 * Whether this one states the same as another one, whoever signed it.
	 * @param other the other one
	 * @return whether log, size and root are the same
	 */
	public boolean saysTheSameAs(Checkpoint other) {
		return this.origin.equals(other.origin) && this.size == other.size && Arrays.equals(this.root, other.root);
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof Checkpoint that && this.note.equals(that.note);
	}

	@Override
	public int hashCode() {
		return this.note.hashCode();
	}

	/**
	 * Gives the note.
	 * @return text of several lines
	 */
	@Override
	public String toString() {
		return this.note;
	}

}
