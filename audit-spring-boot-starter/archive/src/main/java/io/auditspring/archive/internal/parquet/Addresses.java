/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.parquet;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;

import io.auditspring.ledger.internal.entry.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * IP addresses as people read them, and as they are hashed.
 */
final class Addresses {

	/**
	 * Of an IPv4 address as one of IPv6. Java makes the one of the other, but they are
	 * not hashed alike.
	 */
	private static final String MAPPED = "0:0:0:0:0:ffff:";

	private static final String MAPPED_HEX = "00000000000000000000ffff";

	private Addresses() {
	}

	/**
	 * The form to read.
	 * @param hex an address's bytes in hexadecimal digits, or {@code null}
	 * @return its text; what is none as it is
	 */
	static @Nullable String text(@Nullable String hex) {
		if (hex == null || (hex.length() != 8 && hex.length() != 32)) {
			return hex;
		}
		if (hex.length() == 32 && hex.startsWith(MAPPED_HEX)) {
			return MAPPED + "%x:%x".formatted(Integer.parseInt(hex, 24, 28, 16), Integer.parseInt(hex, 28, 32, 16));
		}
		try {
			return InetAddress.getByAddress(HexFormat.of().parseHex(hex)).getHostAddress();
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * The form that is hashed.
	 * @param text an address, or {@code null}
	 * @return its bytes in hexadecimal digits; what is none as it is
	 */
	static @Nullable String hex(@Nullable String text) {
		InetAddress address = IpAddress.parse(text);
		if (text == null || address == null) {
			return text;
		}
		return (text.startsWith(MAPPED) ? MAPPED_HEX : "") + HexFormat.of().formatHex(address.getAddress());
	}

}
