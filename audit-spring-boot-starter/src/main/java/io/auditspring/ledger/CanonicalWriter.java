package io.auditspring.ledger;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

import org.jspecify.annotations.Nullable;

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
		Child child = container.children.next();
		if (child.name() != null) {
			quote(child.name(), this.out);
			this.out.append(':');
		}
		value(child.value());
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
			this.open.push(new Open('}',
					members.values()
						.entrySet()
						.stream()
						.map((member) -> new Child(member.getKey(), member.getValue()))
						.iterator()));
		}
		else if (node instanceof CanonicalNode.Elements elements) {
			this.out.append('[');
			this.open
				.push(new Open(']', elements.values().stream().map((element) -> new Child(null, element)).iterator()));
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
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c >= ' ' && c != '"' && c != '\\') {
				out.append(c);
			}
			else {
				escape(c, out);
			}
		}
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

	private record Child(@Nullable String name, CanonicalNode value) {

	}

	private static final class Open {

		private final char end;

		private final Iterator<Child> children;

		private boolean started;

		private Open(char end, Iterator<Child> children) {
			this.end = end;
			this.children = children;
		}

	}

}
