/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.entry;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * IP addresses in the one form that is stored and hashed. Only literals count: names are
 * never looked up.
 */
public final class IpAddress {

	private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

	private static final String DOTTED = OCTET + "(?:\\." + OCTET + "){3}";

	private static final Pattern V4 = Pattern.compile(DOTTED);

	/** What else must hold is left to Java, once there is nothing in it to look up. */
	private static final Pattern V6_CHARACTERS = Pattern
		.compile("(?=[^:]*:[^:]*:)[0-9A-Fa-f:]{1,30}(?:[0-9A-Fa-f:]{1,9}|:" + DOTTED + ")");

	private IpAddress() {
	}

	/**
	 * Brings an address into its stored form: IPv4-mapped IPv6 becomes IPv4, a zone is
	 * dropped.
	 * @param text a literal such as {@code 203.0.113.9} or {@code fe80::1%eth0}, or
	 * {@code null}
	 * @return the address, or {@code null} if the text is not one
	 */
	public static @Nullable String normalize(@Nullable String text) {
		InetAddress address = parse(text);
		return (address != null) ? address.getHostAddress() : null;
	}

	/**
	 * The form that is hashed.
	 * @param text an address in its stored form, or {@code null}
	 * @return the 4 or 16 bytes in hexadecimal digits, or {@code null} for no address
	 */
	static @Nullable String hex(@Nullable String text) {
		InetAddress address = parse(text);
		return (address != null) ? HexFormat.of().formatHex(address.getAddress()) : null;
	}

	/**
	 * Reads an address. IPv4-mapped IPv6 becomes IPv4, a zone is dropped.
	 * @param text a literal such as {@code 203.0.113.9} or {@code fe80::1%eth0}, or
	 * {@code null}
	 * @return the address, or {@code null} if the text is not one
	 */
	public static @Nullable InetAddress parse(@Nullable String text) {
		if (text == null) {
			return null;
		}
		if (V4.matcher(text).matches()) {
			return literal(text);
		}
		int zone = text.indexOf('%');
		String address = (zone < 0) ? text : text.substring(0, zone);
		return V6_CHARACTERS.matcher(address).matches() ? literal(address) : null;
	}

	private static @Nullable InetAddress literal(String text) {
		try {
			// With nothing but digits and colons in it, this cannot turn to the network.
			return InetAddress.getByName(text);
		}
		catch (UnknownHostException ex) {
			return null;
		}
	}

}
