/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.net.InetAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.auditspring.ledger.internal.entry.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A range of IP addresses in the prefix notation of RFC 4632 and RFC 4291, section 2.3;
 * without a prefix length, a single address.
 */
final class Network {

	private static final Pattern NOTATION = Pattern.compile("([0-9A-Fa-f:.]+)(?:/([0-9]{1,3}))?");

	private final byte[] address;

	private final int length;

	private Network(byte[] address, int length) {
		this.address = address;
		this.length = length;
	}

	/**
	 * Reads a range. Bits behind the prefix must be zero: whoever writes
	 * {@code 10.1.2.3/8} means either one address or more than they think.
	 * @param text such as {@code 10.0.0.0/8}, {@code 2001:db8::/32} or {@code 192.0.2.1}
	 * @return the range, or {@code null} if the text is not one
	 */
	static @Nullable Network parse(String text) {
		Matcher notation = NOTATION.matcher(text);
		InetAddress literal = notation.matches() ? IpAddress.parse(notation.group(1)) : null;
		if (literal == null) {
			return null;
		}
		byte[] address = literal.getAddress();
		int bits = address.length * Byte.SIZE;
		// ::ffff:10.0.0.0/104 is 10.0.0.0/8.
		int mapped = (text.contains(":") && bits == Integer.SIZE) ? 96 : 0;
		int length = (notation.group(2) != null) ? Integer.parseInt(notation.group(2)) - mapped : bits;
		return (length >= 0 && length <= bits && endsWithZeros(address, length)) ? new Network(address, length) : null;
	}

	private static boolean endsWithZeros(byte[] address, int length) {
		for (int bit = length; bit < address.length * Byte.SIZE; bit++) {
			if (bit(address, bit) != 0) {
				return false;
			}
		}
		return true;
	}

	private static int bit(byte[] address, int bit) {
		return (address[bit / Byte.SIZE] >> (Byte.SIZE - 1 - bit % Byte.SIZE)) & 1;
	}

	boolean contains(InetAddress other) {
		byte[] candidate = other.getAddress();
		if (candidate.length != this.address.length) {
			return false;
		}
		for (int bit = 0; bit < this.length; bit++) {
			if (bit(candidate, bit) != bit(this.address, bit)) {
				return false;
			}
		}
		return true;
	}

}
