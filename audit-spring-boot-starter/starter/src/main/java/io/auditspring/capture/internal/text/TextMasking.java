/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.text;

import java.util.Locale;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Masks what running text assigns to secret names, such as {@code key=value},
 * {@code key: value} and {@code <key>value</key>}, and the passwords in addresses.
 * However long the text is, it is read once.
 */
public final class TextMasking {

	/** What stands in an entry where a secret was. */
	public static final String MASK = "***";

	/** Of a longer name only the end counts. */
	private static final int MAX_NAME = 128;

	/** So many elements that are not closed are none. */
	private static final int MAX_UNCLOSED = 16;

	private static final Pattern SOURCE = Pattern
		.compile(".*\\.(java|kt|scala|groovy|js|ts|py|sql|xml|ya?ml|json|properties)");

	/** As logs name a class, by its package. */
	private static final Pattern CLASS = Pattern.compile("(?:[a-z][a-z0-9_]*\\.){2,}[A-Z][A-Za-z0-9_]*");

	private final MaskingKeys keys;

	/**
	 * Creates it.
	 * @param keys say which names are secret
	 */
	public TextMasking(MaskingKeys keys) {
		this.keys = keys;
	}

	/**
	 * Masks a text.
	 * @param text the text
	 * @return the text without the secret values, the same one if it has none
	 */
	public String mask(String text) {
		return (this.keys.isEmpty() || !Assignments.mayBeIn(text)) ? text : new Reading(text).masked();
	}

	/**
	 * How far a text has been read.
	 */
	private final class Reading {

		private final String text;

		private @Nullable StringBuilder masked;

		/** Up to here it is told, or masked. */
		private int told;

		/** From here on a name may begin. */
		private int low;

		/** Where the next sign is looked for. */
		private int from;

		private int unclosed;

		Reading(String text) {
			this.text = text;
		}

		String masked() {
			for (int sign = next(); sign < this.text.length(); sign = next()) {
				this.from = sign + 1;
				if (this.text.charAt(sign) == '>') {
					readElement(sign);
				}
				else {
					readAssignment(sign);
				}
			}
			return (this.masked != null) ? this.masked.append(this.text, this.told, this.text.length()).toString()
					: this.text;
		}

		private int next() {
			return Assignments.sign(this.text, this.from);
		}

		private void readAssignment(int sign) {
			String name = secretName(this.low, sign);
			this.low = sign + 1;
			if (name == null) {
				if (this.text.startsWith("://", sign)) {
					readAddress(sign + 3);
				}
				return;
			}
			int start = AssignedValue.start(this.text, sign);
			this.low = start;
			if (isName(sign, start)) {
				this.from = start;
			}
			else {
				hide(start, AssignedValue.end(this.text, sign, start, name));
			}
		}

		private void hide(int start, int end) {
			if (end > start) {
				this.masked = (this.masked != null) ? this.masked : new StringBuilder(this.text.length());
				this.masked.append(this.text, this.told, start).append(MASK);
				this.told = end;
				this.from = end;
			}
		}

		// Of what stands before a sign that may assign something.
		private @Nullable String secretName(int first, int sign) {
			String name = secretName(first, Assignments.endOfName(this.text, first, sign), sign);
			int group = (name == null) ? Assignments.startOfGroup(this.text, Math.max(0, sign - MAX_NAME), sign) : -1;
			if (group < 0) {
				return name;
			}
			String inside = this.text.substring(group + 1, sign);
			boolean secret = TextMasking.this.keys.mayBeIn(inside, 0, inside.length())
					&& TextMasking.this.keys.hideInText(inside);
			return secret ? inside
					: secretName(Math.max(0, group - MAX_NAME), Assignments.endOfName(this.text, 0, group), sign);
		}

		private @Nullable String secretName(int first, int end, int sign) {
			int lowest = Math.max(first, end - MAX_NAME);
			int start = Assignments.startOfName(this.text, lowest, end);
			int several = start;
			for (int i = 1; i < TextMasking.this.keys.mostWords() && several > lowest
					&& Assignments.isBlank(this.text.charAt(several - 1)); i++) {
				several = Assignments.startOfName(this.text, lowest, several - 1);
			}
			if (start == end || !TextMasking.this.keys.mayBeIn(this.text, several, end)) {
				return null;
			}
			String name = this.text.substring(start, end);
			if (isPlace(name, sign)) {
				return null;
			}
			name = withoutPackage(name);
			boolean secret = TextMasking.this.keys.hideInText(name)
					|| (several < start && TextMasking.this.keys.end(this.text.substring(several, end)));
			return (secret && !isOfFailure(name)) ? name : null;
		}

		// Where in the code something happened, or which class tells it.
		private boolean isPlace(String name, int sign) {
			if (this.text.charAt(sign) != ':') {
				return false;
			}
			int end = sign + 1;
			while (end < this.text.length() && Character.isDigit(this.text.charAt(end))) {
				end++;
			}
			boolean line = end > sign + 1
					&& (end == this.text.length() || !Assignments.isOfName(this.text.charAt(end)));
			return (line && SOURCE.matcher(name).matches())
					|| (CLASS.matcher(name).matches() && !TextMasking.this.keys.end(withoutPackage(name)));
		}

		// Whether what stands where a value could be is the next name.
		private boolean isName(int sign, int start) {
			int end = start;
			while (end < this.text.length() && Assignments.isOfName(this.text.charAt(end))) {
				end++;
			}
			int next = end;
			while (next < this.text.length() && Assignments.isBlank(this.text.charAt(next))) {
				next++;
			}
			if (end == start || next == this.text.length() || !Assignments.isSign(this.text.charAt(next))) {
				return false;
			}
			boolean last = next + 1 == this.text.length() || Assignments.isSpace(this.text.charAt(next + 1));
			if (!IndentedBlock.isOnLaterLine(this.text, sign, start)) {
				return this.text.charAt(next) == ':' && last && secretName(start, next) != null;
			}
			boolean assigns = (this.text.charAt(next) == ':') ? last
					: !last && !Assignments.is(this.text, next + 1, '=');
			return assigns && this.text.charAt(next) == this.text.charAt(sign)
					&& !IndentedBlock.isAt(this.text, sign, start);
		}

		// As in https://user:password@host. A port is no value of the host's name.
		private void readAddress(int start) {
			int end = start;
			int at = -1;
			while (end < this.text.length() && !Assignments.isSpace(this.text.charAt(end))
					&& "/?#<>\\\"'`".indexOf(this.text.charAt(end)) < 0) {
				at = (this.text.charAt(end) == '@') ? end : at;
				end++;
			}
			int colon = this.text.indexOf(':', start);
			if (at >= 0 && colon >= 0 && colon < at) {
				hide(colon + 1, at);
				this.from = at;
			}
			else if (at < 0) {
				this.from = start;
				while (this.from < end && Assignments.isOfName(this.text.charAt(this.from))) {
					this.from++;
				}
				if (this.from + 1 < end && this.text.charAt(this.from) == ':'
						&& Character.isDigit(this.text.charAt(this.from + 1))) {
					this.from++;
				}
			}
			this.low = this.from;
		}

		private void readElement(int end) {
			String element = Markup.element(this.text, end);
			String name = element.substring(element.indexOf(':') + 1);
			if (name.isEmpty() || !TextMasking.this.keys.mayBeIn(name, 0, name.length())
					|| !TextMasking.this.keys.hideInText(name)) {
				return;
			}
			int closed = (this.unclosed < MAX_UNCLOSED) ? this.text.indexOf("</" + element, end + 1) : -1;
			if (closed < 0) {
				this.unclosed++;
				// Elsewhere it may be a type's parameter, or stand for a value.
				closed = this.text.startsWith("<", Assignments.skip(this.text, 0)) ? this.text.length() : closed;
			}
			hide(end + 1, closed);
			this.low = this.from;
		}

	}

	// Logs name classes like that; what package they are in tells of no secret.
	private static String withoutPackage(String name) {
		int last = name.lastIndexOf('.') + 1;
		return (last < name.length() && Character.isUpperCase(name.charAt(last))) ? name.substring(last) : name;
	}

	// The colon after the name of an exception assigns nothing.
	private static boolean isOfFailure(String name) {
		String lower = name.toLowerCase(Locale.ROOT);
		return lower.endsWith("exception") || lower.endsWith("error");
	}

}
