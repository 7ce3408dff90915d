/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.value;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

import io.auditspring.ledger.internal.entry.IpAddress;

/**
 * The addresses of a network, or one address.
 *
 * @param first the first one, in the form that entries have
 * @param last the last one
 */
public record Network(String first, String last) {

	/**
	 * Reads a network.
	 * @param text an address, or a network such as {@code 10.0.0.0/8}
	 * @return the network
	 * @throws IllegalArgumentException if it is neither
	 */
	public static Network parse(String text) {
		int slash = text.indexOf('/');
		InetAddress address = IpAddress.parse((slash < 0) ? text : text.substring(0, slash));
		if (address == null) {
			throw new IllegalArgumentException("'%s' is not an IP address".formatted(text));
		}
		int bits = address.getAddress().length * Byte.SIZE;
		return of(address.getAddress(), (slash < 0) ? bits : length(text.substring(slash + 1), bits, text));
	}

	private static int length(String length, int most, String text) {
		int bits = length.matches("[0-9]{1,3}") ? Integer.parseInt(length) : -1;
		if (bits < 0 || bits > most) {
			throw new IllegalArgumentException(
					"'%s' is not a network: after the slash there is a number from 0 to %s, as in 10.0.0.0/8"
						.formatted(text, most));
		}
		return bits;
	}

	private static Network of(byte[] address, int length) {
		byte[] first = address.clone();
		byte[] last = address.clone();
		for (int bit = length; bit < address.length * Byte.SIZE; bit++) {
			int mask = 1 << (Byte.SIZE - 1 - bit % Byte.SIZE);
			first[bit / Byte.SIZE] &= (byte) ~mask;
			last[bit / Byte.SIZE] |= (byte) mask;
		}
		return new Network(text(first), text(last));
	}

	// Java takes the bytes of a mapped address for one of IPv4.
	private static String text(byte[] address) {
		try {
			return InetAddress.getByAddress(address).getHostAddress();
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException(Arrays.toString(address), ex);
		}
	}

	/** Whether it is one address. */
	public boolean isOne() {
		return this.first.equals(this.last);
	}

}
