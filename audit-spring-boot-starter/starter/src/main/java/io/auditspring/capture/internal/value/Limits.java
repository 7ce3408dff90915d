/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

import io.auditspring.ledger.internal.merkle.Sha256;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Keeps entries small. What is too large is replaced by a mark that says how large it was
 * and, by its digest, which it was: two values that differ never look the same.
 */
public final class Limits {

	/** The most characters of a text for people to read. */
	static final int MAX_TEXT = 10_000;

	private static final JsonMapper PLAIN = JsonMapper.builder().build();

	/** What a mark takes, roughly. */
	private static final int MARK = 150;

	private static final int SCALAR = 24;

	private static final int CHUNK = 8_192;

	private final int maxSize;

	/**
	 * Creates the limits.
	 * @param maxSize the most characters that a JSON value of an entry takes: its state
	 * before, its state after, its changes, its metadata
	 */
	public Limits(int maxSize) {
		this.maxSize = maxSize;
	}

	int maxNodes() {
		return this.maxSize / 2;
	}

	boolean isTooLarge(String json) {
		return json.length() > this.maxSize;
	}

	/**
	 * Cuts a text for people to read.
	 * @param text the text
	 * @return the same, or its beginning with a mark
	 */
	public static @Nullable String text(@Nullable String text) {
		if (text == null || text.length() <= MAX_TEXT) {
			return text;
		}
		int kept = boundary(text, MAX_TEXT);
		return text.substring(0, kept) + "… (" + (text.length() - kept) + " characters cut)";
	}

	/**
	 * Replaces what is too large in a JSON value.
	 * @param node the value; it is not changed
	 * @return the same, or a smaller one
	 */
	public JsonNode limit(JsonNode node) {
		try {
			return shrink(node, this.maxSize);
		}
		catch (StackOverflowError ex) {
			return JsonNodeFactory.instance.objectNode().put("truncated", true).put("reason", "nested too deeply");
		}
	}

	/**
	 * The mark of a value whose size nobody knows, as it was not read to its end.
	 * @param value the value
	 * @return a JSON object
	 */
	static ObjectNode unread(Object value) {
		return JsonNodeFactory.instance.objectNode().put("truncated", true).put("type", value.getClass().getName());
	}

	private static JsonNode shrink(JsonNode node, long budget) {
		if (size(node, budget) <= budget) {
			return node;
		}
		if (node instanceof StringNode string) {
			return StringNode.valueOf(cut(string.stringValue(), Math.max(budget - MARK, 0)));
		}
		return (node instanceof ObjectNode object) ? shrink(object, budget) : mark(node);
	}

	// The largest members first, so that the many small ones, which tell more, remain.
	private static JsonNode shrink(ObjectNode object, long budget) {
		Map<String, Long> sizes = new LinkedHashMap<>();
		long total = 2;
		for (Map.Entry<String, JsonNode> member : object.properties()) {
			long size = member.getKey().length() + 4L + size(member.getValue(), Long.MAX_VALUE);
			sizes.put(member.getKey(), size);
			total += size;
		}
		ObjectNode smaller = JsonNodeFactory.instance.objectNode().setAll(object);
		for (String name : largestFirst(sizes)) {
			if (total <= budget) {
				return smaller;
			}
			long others = total - sizes.getOrDefault(name, 0L);
			long overhead = name.length() + 4L;
			JsonNode value = shrink(object.path(name), Math.max(budget - others - overhead, MARK));
			smaller.set(name, value);
			total = others + overhead + size(value, Long.MAX_VALUE);
		}
		return (total <= budget) ? smaller : mark(object);
	}

	private static Iterable<String> largestFirst(Map<String, Long> sizes) {
		return sizes.entrySet()
			.stream()
			.sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
			.map(Map.Entry::getKey)
			.toList();
	}

	/**
	 * How many characters a value takes, roughly.
	 * @param node the value
	 * @param enough where to stop counting
	 * @return the size, or something above {@code enough}
	 */
	private static long size(JsonNode node, long enough) {
		if (node.isString()) {
			return node.stringValue().length() + 2L;
		}
		if (node.isValueNode()) {
			return node.isBigDecimal() || node.isBigInteger() ? node.asString().length() : SCALAR;
		}
		long size = 2;
		for (Map.Entry<String, JsonNode> member : node.properties()) {
			size += member.getKey().length() + 4L + size(member.getValue(), enough);
			if (size > enough) {
				return size;
			}
		}
		if (node.isArray()) {
			for (JsonNode element : node) {
				size += 1 + size(element, enough);
				if (size > enough) {
					return size;
				}
			}
		}
		return size;
	}

	private static String cut(String text, long kept) {
		int end = boundary(text, (int) Math.min(kept, text.length()));
		return "%s… (%s characters cut, sha256 of all: %s)".formatted(text.substring(0, end), text.length() - end,
				HexFormat.of().formatHex(digest(text)));
	}

	// Not between the two halves of a character.
	private static int boundary(String text, int index) {
		boolean within = index > 0 && index < text.length() && Character.isHighSurrogate(text.charAt(index - 1));
		return within ? index - 1 : index;
	}

	private static byte[] digest(String text) {
		MessageDigest digest = Sha256.digest();
		CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder().onMalformedInput(CodingErrorAction.REPLACE);
		CharBuffer characters = CharBuffer.wrap(text);
		ByteBuffer bytes = ByteBuffer.allocate(CHUNK);
		while (characters.hasRemaining()) {
			encoder.encode(characters, bytes, true);
			digest.update(bytes.flip());
			bytes.clear();
		}
		return digest.digest();
	}

	/**
	 * The mark of a value.
	 * @param node the value
	 * @return a JSON object with the size and the digest of the value's JSON
	 */
	static ObjectNode mark(JsonNode node) {
		ObjectNode mark = JsonNodeFactory.instance.objectNode().put("truncated", true);
		Counter counter = new Counter();
		MessageDigest digest = Sha256.digest();
		try {
			PLAIN.writeValue(new DigestOutputStream(counter, digest), node);
			mark.put("bytes", counter.bytes).put("sha256", HexFormat.of().formatHex(digest.digest()));
		}
		catch (JacksonException ex) {
			mark.put("reason", "nested too deeply");
		}
		return mark;
	}

	private static final class Counter extends OutputStream {

		private long bytes;

		@Override
		public void write(int value) {
			this.bytes++;
		}

		@Override
		public void write(byte[] values, int offset, int length) {
			this.bytes += length;
		}

	}

}
