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
		return (address != null) ? HexFormat.of().formatHex(address.getAddress()) : text;
	}

}
