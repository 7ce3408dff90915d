/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.entry;

import org.jspecify.annotations.Nullable;

/**
 * Numbers as they are hashed: exact, without exponent, without needless zeros. Works on
 * the digits alone, so that neither a huge exponent nor a long row of zeros costs more
 * than reading it.
 */
final class PlainDecimal {

	/** Exponents beyond this need not be read to the end: nothing so long is written. */
	private static final long HUGE_EXPONENT = 1_000_000_000_000L;

	private PlainDecimal() {
	}

	/**
	 * Writes a number plainly.
	 * @param number a JSON number, or what Java writes for one
	 * @param maxDigits how many digits are allowed
	 * @return the number, or {@code null} if it is none (NaN, infinity) or takes more
	 * digits
	 */
	static @Nullable String write(String number, int maxDigits) {
		int start = (number.charAt(0) == '-') ? 1 : 0;
		if (!Character.isDigit(number.charAt(start))) {
			return null;
		}
		int end = exponentIndex(number);
		String mantissa = number.substring(start, end);
		int point = mantissa.indexOf('.');
		String digits = (point < 0) ? mantissa : mantissa.substring(0, point) + mantissa.substring(point + 1);
		long scale = (point < 0) ? 0 : mantissa.length() - point - 1;
		return write(start == 1, digits, exponent(number, end) - scale, maxDigits);
	}

	private static @Nullable String write(boolean negative, String digits, long power, int maxDigits) {
		int first = 0;
		int last = digits.length();
		while (first < last && digits.charAt(first) == '0') {
			first++;
		}
		if (first == last) {
			return "0";
		}
		while (digits.charAt(last - 1) == '0') {
			last--;
		}
		String significant = digits.substring(first, last);
		String plain = place(significant, power + digits.length() - last, maxDigits);
		return (negative && plain != null) ? "-" + plain : plain;
	}

	private static @Nullable String place(String significant, long power, int maxDigits) {
		long integerDigits = Math.max(significant.length() + power, 1);
		long fractionDigits = Math.max(-power, 0);
		if (integerDigits + fractionDigits > maxDigits) {
			return null;
		}
		if (power >= 0) {
			return significant + "0".repeat((int) power);
		}
		String padded = "0".repeat((int) Math.max(fractionDigits + 1 - significant.length(), 0)) + significant;
		int point = padded.length() - (int) fractionDigits;
		return padded.substring(0, point) + "." + padded.substring(point);
	}

	private static int exponentIndex(String number) {
		for (int i = 0; i < number.length(); i++) {
			if (number.charAt(i) == 'e' || number.charAt(i) == 'E') {
				return i;
			}
		}
		return number.length();
	}

	private static long exponent(String number, int index) {
		if (index == number.length()) {
			return 0;
		}
		boolean negative = number.charAt(index + 1) == '-';
		long exponent = 0;
		for (int i = index + 1; i < number.length() && exponent < HUGE_EXPONENT; i++) {
			char c = number.charAt(i);
			if (c != '-' && c != '+') {
				exponent = exponent * 10 + (c - '0');
			}
		}
		return negative ? -exponent : exponent;
	}

}
