/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.entry;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A JSON value in the ledger's canonical form: RFC 8785, but with numbers as exact, plain
 * decimals. Two values are equal if their texts are.
 * <p>
 * What PostgreSQL's {@code jsonb} could not give back unchanged is replaced on the way
 * in: U+0000 and unpaired surrogates become U+FFFD; what is nested deeper than
 * {@value #MAX_DEPTH} levels, numbers of more than {@value #MAX_DIGITS} digits, NaN and
 * infinities become strings; of members with the same name the last stays.
 */
public final class CanonicalJson {

	static final int MAX_DEPTH = 64;

	static final int MAX_DIGITS = 400;

	/** Whatever was stored must be readable, however long, so there are no limits. */
	public static final JsonFactory UNLIMITED = JsonFactory.builder()
		.streamReadConstraints(StreamReadConstraints.builder()
			.maxNestingDepth(Integer.MAX_VALUE)
			.maxNumberLength(Integer.MAX_VALUE)
			.maxStringLength(Integer.MAX_VALUE)
			.maxNameLength(Integer.MAX_VALUE)
			.build())
		.disable(TokenStreamFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
		.build();

	static final JsonMapper EXACT = JsonMapper.builder(UNLIMITED)
		.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.build();

	private static final TypeReference<Map<String, @Nullable Object>> OBJECT = new TypeReference<>() {
	};

	private final String text;

	private CanonicalJson(String text) {
		this.text = text;
	}

	/**
	 * Takes a value from a tree. Binary values become Base64 text.
	 * @param node the tree
	 * @return its canonical form
	 */
	public static CanonicalJson of(JsonNode node) {
		return read(node.traverse(ObjectReadContext.empty()), false);
	}

	/**
	 * Takes a value from its text.
	 * @param json one JSON value
	 * @return its canonical form
	 * @throws JacksonException if the text is not JSON
	 * @throws IllegalArgumentException if it is not exactly one value
	 */
	public static CanonicalJson parse(String json) {
		return read(UNLIMITED.createParser(ObjectReadContext.empty(), json), false);
	}

	/**
	 * Takes a value that the ledger holds, replacing nothing: what {@link #parse} would
	 * have replaced is not what was hashed, and must not pass for it.
	 * @param json the text of a stored value
	 * @return its canonical form
	 * @throws IllegalArgumentException if it is none that could have been stored
	 */
	public static CanonicalJson parseStored(String json) {
		return read(UNLIMITED.createParser(ObjectReadContext.empty(), json), true);
	}

	/**
	 * Takes the canonical text of a value as it stands, for whoever compares its hash
	 * afterwards: so that what is hashed is what the text says, it must be one value and
	 * not several members of an object that pass for one.
	 * @param text what {@link #toString()} gave
	 * @return the value
	 * @throws IllegalArgumentException if it is several values, or a part of one
	 */
	public static CanonicalJson ofHashed(String text) {
		if (!isOneValue(text)) {
			throw new IllegalArgumentException("What should be one JSON value is none");
		}
		return new CanonicalJson(text);
	}

	private static boolean isOneValue(String text) {
		int depth = 0;
		boolean quoted = false;
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c == '"') {
				quoted = !quoted;
			}
			else if (quoted) {
				i += (c == '\\') ? 1 : 0;
			}
			else if (c == '{' || c == '[') {
				depth++;
			}
			else if (c == '}' || c == ']') {
				depth--;
			}
			if (depth < 0 || (depth == 0 && !quoted && (c == ',' || c == ':'))) {
				return false;
			}
		}
		return depth == 0 && !quoted && !text.isEmpty();
	}

	/**
	 * Takes a value that the ledger held, replacing nothing.
	 * @param node the tree
	 * @return its canonical form
	 * @throws IllegalArgumentException if it is none that could have been stored
	 */
	public static CanonicalJson ofStored(JsonNode node) {
		return read(node.traverse(ObjectReadContext.empty()), true);
	}

	/**
	 * Takes the value on whose first token a parser stands; afterwards it stands on the
	 * last one.
	 * @param json the parser
	 * @return the value's canonical form
	 */
	static CanonicalJson current(JsonParser json) {
		return of(new CanonicalReader(json, MAX_DIGITS, false).read(json.currentToken()), MAX_DEPTH);
	}

	private static CanonicalJson read(JsonParser json, boolean stored) {
		try (json) {
			return of(new CanonicalReader(json, stored ? Integer.MAX_VALUE : MAX_DIGITS, stored).read(),
					stored ? Integer.MAX_VALUE : MAX_DEPTH);
		}
	}

	private static CanonicalJson of(CanonicalNode root, int maxDepth) {
		return new CanonicalJson(new CanonicalWriter(maxDepth).write(root));
	}

	/**
	 * Whether it keeps to the limits to which everything is brought before it is hashed.
	 * What does not was hashed by somebody else.
	 * @return whether it is neither nested too deeply nor has too long a number
	 */
	public boolean isWithinLimits() {
		int depth = 0;
		int digits = 0;
		boolean quoted = false;
		for (int i = 0; i < this.text.length() && depth <= MAX_DEPTH && digits <= MAX_DIGITS; i++) {
			char c = this.text.charAt(i);
			if (c == '"') {
				quoted = !quoted;
			}
			else if (quoted) {
				i += (c == '\\') ? 1 : 0;
			}
			else {
				depth += (c == '{' || c == '[') ? 1 : (c == '}' || c == ']') ? -1 : 0;
				digits = (c >= '0' && c <= '9') ? digits + 1 : (c == '.') ? digits : 0;
			}
		}
		return depth <= MAX_DEPTH && digits <= MAX_DIGITS;
	}

	/**
	 * Gives the value as a tree.
	 * @return a new tree, with exact numbers
	 */
	public JsonNode toNode() {
		return EXACT.readTree(this.text);
	}

	/**
	 * Gives an object's members as Java values: numbers as {@link Integer}, {@link Long},
	 * {@link java.math.BigInteger} or {@link java.math.BigDecimal}.
	 * @return a new map, in canonical order
	 * @throws JacksonException if this is not an object
	 */
	public Map<String, @Nullable Object> toMap() {
		return EXACT.readValue(this.text, OBJECT);
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof CanonicalJson json && this.text.equals(json.text);
	}

	@Override
	public int hashCode() {
		return this.text.hashCode();
	}

	/**
	 * Gives the canonical text.
	 * @return JSON
	 */
	@Override
	public String toString() {
		return this.text;
	}

}
