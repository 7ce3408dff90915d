/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.entry;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;

/**
 * Writes canonical JSON. Does not recurse, so that no nesting is too deep for it.
 */
final class CanonicalWriter {

	private static final String HEX = "0123456789abcdef";

	private final StringBuilder out = new StringBuilder();

	private final int maxDepth;

	private final Deque<Open> open = new ArrayDeque<>();

	CanonicalWriter(int maxDepth) {
		this.maxDepth = maxDepth;
	}

	String write(CanonicalNode root) {
		value(root);
		while (!this.open.isEmpty()) {
			writeNextOf(this.open.element());
		}
		return this.out.toString();
	}

	private void writeNextOf(Open container) {
		if (!container.children.hasNext()) {
			this.out.append(container.end);
			this.open.pop();
			return;
		}
		if (container.started) {
			this.out.append(',');
		}
		container.started = true;
		value(container.next(this.out));
	}

	private void value(CanonicalNode node) {
		if (node instanceof CanonicalNode.Scalar scalar) {
			scalar(scalar);
		}
		else if (this.open.size() == this.maxDepth) {
			quote(new CanonicalWriter(Integer.MAX_VALUE).write(node), this.out);
		}
		else if (node instanceof CanonicalNode.Members members) {
			this.out.append('{');
			this.open.push(new OpenObject(members.values().entrySet().iterator()));
		}
		else if (node instanceof CanonicalNode.Elements elements) {
			this.out.append('[');
			this.open.push(new OpenArray(elements.values().iterator()));
		}
	}

	private void scalar(CanonicalNode.Scalar scalar) {
		if (scalar.quoted()) {
			quote(scalar.text(), this.out);
		}
		else {
			this.out.append(scalar.text());
		}
	}

	/**
	 * Writes a string as RFC 8785, section 3.2.2.2 escapes it.
	 * @param text the string
	 * @param out where to
	 */
	static void quote(String text, StringBuilder out) {
		out.append('"');
		int start = 0;
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c < ' ' || c == '"' || c == '\\') {
				out.append(text, start, i);
				escape(c, out);
				start = i + 1;
			}
		}
		out.append(text, start, text.length());
		out.append('"');
	}

	private static void escape(char c, StringBuilder out) {
		switch (c) {
			case '"', '\\' -> out.append('\\').append(c);
			case '\b' -> out.append("\\b");
			case '\t' -> out.append("\\t");
			case '\n' -> out.append("\\n");
			case '\f' -> out.append("\\f");
			case '\r' -> out.append("\\r");
			default -> out.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xf));
		}
	}

	private abstract static class Open {

		private final char end;

		private final Iterator<?> children;

		private boolean started;

		private Open(char end, Iterator<?> children) {
			this.end = end;
			this.children = children;
		}

		/**
		 * Goes on to the next child.
		 * @param out where its name goes, if it has one
		 * @return the child's value
		 */
		abstract CanonicalNode next(StringBuilder out);

	}

	private static final class OpenArray extends Open {

		private final Iterator<CanonicalNode> elements;

		private OpenArray(Iterator<CanonicalNode> elements) {
			super(']', elements);
			this.elements = elements;
		}

		@Override
		CanonicalNode next(StringBuilder out) {
			return this.elements.next();
		}

	}

	private static final class OpenObject extends Open {

		private final Iterator<Map.Entry<String, CanonicalNode>> members;

		private OpenObject(Iterator<Map.Entry<String, CanonicalNode>> members) {
			super('}', members);
			this.members = members;
		}

		@Override
		CanonicalNode next(StringBuilder out) {
			Map.Entry<String, CanonicalNode> member = this.members.next();
			quote(member.getKey(), out);
			out.append(':');
			return member.getValue();
		}

	}

}
