/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.entry;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads one JSON value as {@link CanonicalWriter} takes it: members sorted, the last of
 * repeated ones, strings storable, numbers plain. Does not recurse, so that no nesting is
 * too deep for it.
 */
final class CanonicalReader {

	private static final CanonicalNode NULL = new CanonicalNode.Scalar("null", false);

	private final JsonParser parser;

	private final int maxDigits;

	private final boolean stored;

	private final Deque<CanonicalNode> open = new ArrayDeque<>();

	/**
	 * Begins to read.
	 * @param parser gives the value
	 * @param maxDigits how many a number may have
	 * @param stored whether it was stored: then what should have been replaced before is
	 * refused
	 */
	CanonicalReader(JsonParser parser, int maxDigits, boolean stored) {
		this.parser = parser;
		this.maxDigits = maxDigits;
		this.stored = stored;
	}

	/** Reads the only value there is. */
	CanonicalNode read() {
		CanonicalNode root = read(this.parser.nextToken());
		if (this.parser.nextToken() != null) {
			throw new IllegalArgumentException("There is more than one JSON value");
		}
		return root;
	}

	/** Reads the value that begins with a token. */
	CanonicalNode read(@Nullable JsonToken first) {
		CanonicalNode root = value(first);
		while (!this.open.isEmpty()) {
			readInto(this.open.element(), this.parser.nextToken());
		}
		return root;
	}

	private void readInto(CanonicalNode container, @Nullable JsonToken token) {
		if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
			this.open.pop();
		}
		else if (container instanceof CanonicalNode.Members members) {
			String name = text(this.parser.currentName());
			CanonicalNode before = members.values().put(name, value(this.parser.nextToken()));
			if (before != null && this.stored) {
				throw new IllegalArgumentException("Two members of a stored value have the name '%s'".formatted(name));
			}
		}
		else if (container instanceof CanonicalNode.Elements elements) {
			elements.values().add(value(token));
		}
	}

	private CanonicalNode value(@Nullable JsonToken token) {
		if (token == null) {
			throw new IllegalArgumentException("There is no JSON value");
		}
		return switch (token) {
			case START_OBJECT -> open(new CanonicalNode.Members(new TreeMap<>()));
			case START_ARRAY -> open(new CanonicalNode.Elements(new ArrayList<>()));
			case VALUE_STRING -> string(this.parser.getString());
			case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(this.parser.getString());
			case VALUE_TRUE, VALUE_FALSE -> new CanonicalNode.Scalar(this.parser.getString(), false);
			case VALUE_EMBEDDED_OBJECT -> embedded();
			default -> NULL;
		};
	}

	private CanonicalNode open(CanonicalNode container) {
		this.open.push(container);
		return container;
	}

	private CanonicalNode number(String text) {
		String plain = PlainDecimal.write(text, this.maxDigits);
		return (plain != null) ? new CanonicalNode.Scalar(plain, false) : string(text);
	}

	/** Java objects that a tree may hold: bytes become Base64, anything else its text. */
	private CanonicalNode embedded() {
		String text = this.parser.getString();
		return string((text != null) ? text : String.valueOf(this.parser.getEmbeddedObject()));
	}

	private CanonicalNode string(String text) {
		return new CanonicalNode.Scalar(text(text), true);
	}

	private String text(String text) {
		if (this.stored && !Text.isStorable(text)) {
			throw new IllegalArgumentException("A stored text has characters that no text of a ledger has");
		}
		return Text.normalize(text);
	}

}
