/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.net.InetAddress;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.auditspring.ledger.internal.entry.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * The proxies whose word on where a request came from is believed. Anybody can send a
 * header, so only what a trusted proxy appended counts: from the socket on, hop by hop,
 * as long as the hop that says it is trusted. Names are never looked up.
 */
final class TrustedProxies {

	/** Longer than any address with a zone and a port. */
	private static final int MAX_NODE = 100;

	private static final int MAX_PORT = 65535;

	/**
	 * RFC 7239, section 6: brackets around IPv6, and a port, perhaps an obfuscated one.
	 */
	private static final Pattern NODE = Pattern
		.compile("(?:\\[([^\\[\\]]*:[^\\[\\]]*)\\]|([^:\\[\\]]+))(?::(?:([0-9]{1,5})|_[\\w.-]+))?");

	private final List<Network> networks;

	private final Set<ForwardingHeader> headers;

	/**
	 * Creates the proxies.
	 * @param networks addresses and ranges, such as {@code 10.0.0.0/8}
	 * @param header the one header that the proxies write, or {@code null} to read
	 * whichever is there
	 * @throws IllegalArgumentException if one of the networks is not one
	 */
	TrustedProxies(List<String> networks, @Nullable ForwardingHeader header) {
		this.networks = networks.stream().map(TrustedProxies::network).toList();
		this.headers = (header != null) ? EnumSet.of(header) : EnumSet.allOf(ForwardingHeader.class);
	}

	/**
	 * Whether a text can be used here.
	 * @param text such as {@code 10.0.0.0/8}, {@code 2001:db8::/32} or {@code 192.0.2.1}
	 * @return whether it is an IP address or a range with zeros behind the prefix
	 */
	public static boolean isNetwork(String text) {
		return Network.parse(text) != null;
	}

	private static Network network(String text) {
		Network network = Network.parse(text);
		if (network == null) {
			throw new IllegalArgumentException("Not an IP address or network: " + text);
		}
		return network;
	}

	/**
	 * Finds the client of a request. The walk ends at the first address that is not
	 * trusted: the client. Where the next hop is not an address ({@code unknown}, an
	 * obfuscated name, anything else), it ends at the last address known. Where both
	 * headers are read and name different clients, one of them is as the client sent it,
	 * and neither is believed.
	 * @param peer the address at the other end of the socket
	 * @param lines gives the lines of a header in their order
	 * @return the client's address; what {@code peer} says where that is not an address
	 */
	String client(String peer, Function<String, List<String>> lines) {
		InetAddress address = this.networks.isEmpty() ? null : IpAddress.parse(peer);
		if (address == null || !isTrusted(address)) {
			return peer;
		}
		Set<InetAddress> clients = new HashSet<>();
		for (ForwardingHeader header : this.headers) {
			List<String> hops = header.hops(lines.apply(header.header()));
			if (!hops.isEmpty()) {
				clients.add(client(address, hops));
			}
		}
		return ((clients.size() == 1) ? clients.iterator().next() : address).getHostAddress();
	}

	private InetAddress client(InetAddress peer, List<String> hops) {
		InetAddress address = peer;
		for (String hop : hops) {
			InetAddress next = address(hop);
			if (next == null) {
				return address;
			}
			address = next;
			if (!isTrusted(address)) {
				return address;
			}
		}
		return address;
	}

	private boolean isTrusted(InetAddress address) {
		return this.networks.stream().anyMatch((network) -> network.contains(address));
	}

	private static @Nullable InetAddress address(String node) {
		if (node.length() > MAX_NODE) {
			return null;
		}
		Matcher matcher = NODE.matcher(node);
		if (!matcher.matches()) {
			// IPv6 as X-Forwarded-For has it, without brackets and port
			return IpAddress.parse(node);
		}
		String port = matcher.group(3);
		if (port != null && Integer.parseInt(port) > MAX_PORT) {
			return null;
		}
		return IpAddress.parse((matcher.group(1) != null) ? matcher.group(1) : matcher.group(2));
	}

}
