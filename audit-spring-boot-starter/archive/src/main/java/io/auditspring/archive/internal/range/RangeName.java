/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.range;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.auditspring.ledger.internal.merkle.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * A range of a chain, and what its files are called. Tools that know Hive's way to name
 * partitions read the chain out of the path.
 *
 * @param chain the chain's name
 * @param first the first entry's place
 * @param last the last entry's place
 */
public record RangeName(String chain, long first, long last) {

	/** The most entries of a range, so that one that is written anew is soon done. */
	public static final long MOST = 1L << 20;

	/** More than any chain has; with more, places in trees could not be computed. */
	private static final long BEYOND = 1L << 48;

	/**
	 * Names a range.
	 * @throws IllegalArgumentException if no archive has such a one
	 */
	public RangeName {
		if (first < 0 || last < first || last - first >= MOST || last >= BEYOND) {
			throw new IllegalArgumentException(
					"there is no range of entries %s to %s: it has from 1 to %s".formatted(first, last, MOST));
		}
	}

	private static final Pattern FILE = Pattern
		.compile("chain=([^/]+)/([0-9]{12,18})-([0-9]{12,18})/(core\\.parquet|tiles\\.bin|(payload|manifest)"
				+ "-([1-9][0-9]{0,8})\\.(parquet|json))");

	/**
	 * A file of a range.
	 *
	 * @param range the range
	 * @param kind what it is: {@code core}, {@code tiles}, {@code payload} or
	 * {@code manifest}
	 * @param generation which generation; 0 where there is only one
	 */
	public record File(RangeName range, String kind, int generation) {

	}

	/**
	 * Tells what a file is.
	 * @param name its name
	 * @return the file, or {@code null} if it is none of an archive
	 */
	public static @Nullable File parse(String name) {
		Matcher parts = FILE.matcher(name);
		if (!parts.matches()) {
			return null;
		}
		try {
			RangeName range = new RangeName(URLDecoder.decode(parts.group(1), StandardCharsets.UTF_8),
					Long.parseLong(parts.group(2)), Long.parseLong(parts.group(3)));
			boolean single = parts.group(5) == null;
			File file = new File(range,
					single ? parts.group(4).substring(0, parts.group(4).indexOf('.')) : parts.group(5),
					single ? 0 : Integer.parseInt(parts.group(6)));
			return range.name(file.kind(), file.generation()).equals(name) ? file : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private String name(String kind, int generation) {
		return switch (kind) {
			case "core" -> core();
			case "tiles" -> tiles();
			case "payload" -> payload(generation);
			default -> manifest(generation);
		};
	}

	public String core() {
		return directory() + "core.parquet";
	}

	public String tiles() {
		return directory() + "tiles.bin";
	}

	public String payload(int generation) {
		return directory() + "payload-" + generation + ".parquet";
	}

	public String manifest(int generation) {
		return directory() + "manifest-" + generation + ".json";
	}

	/**
	 * Where its files are.
	 * @return what their names begin with
	 */
	public String directory() {
		// Not in the digits of the machine.
		return String.format(Locale.ROOT, "%s%012d-%012d/", chainDirectory(), this.first, this.last);
	}

	/**
	 * Where the files of all ranges of its chain are.
	 * @return what their names begin with
	 */
	public String chainDirectory() {
		return "chain=%s/".formatted(encode(this.chain));
	}

	/**
	 * Whether it has an entry that another one has, too.
	 * @param other the other one
	 * @return whether it does
	 */
	public boolean overlaps(RangeName other) {
		return this.chain.equals(other.chain) && this.first <= other.last && other.first <= this.last;
	}

	/** Capitals, too, as some file systems do not tell them from small letters. */
	private static String encode(String chain) {
		StringBuilder name = new StringBuilder();
		for (byte character : Sha256.utf8(chain)) {
			boolean harmless = character >= 'a' && character <= 'z' || character >= '0' && character <= '9'
					|| character == '-' || character == '_' || (character == '.' && !name.isEmpty());
			name.append(harmless ? String.valueOf((char) character) : "%%%02x".formatted(character & 0xff));
		}
		return name.toString();
	}

	/**
	 * How many entries it has.
	 * @return their number
	 */
	public long entries() {
		return this.last - this.first + 1;
	}

	@Override
	public String toString() {
		return "entries %s to %s of chain '%s'".formatted(this.first, this.last, this.chain);
	}

}
