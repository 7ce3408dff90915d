/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.buffer;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Whose spool files may be taken in: those of the same service for the same chain of the
 * same ledger.
 *
 * @param service the name of the service, or {@code null}
 * @param chain the chain
 * @param ledger the id of the chain's ledger
 */
record SpoolOwner(@Nullable String service, String chain, UUID ledger) {

	private static final int MAX_NAME = 60;

	/**
	 * The name of the directory that holds the owner's files: its beginning is for
	 * people, its end tells apart who is called the same.
	 * @return the name
	 */
	String directory() {
		String name = (this.service != null) ? this.service : "unnamed";
		return name.substring(0, Math.min(name.length(), MAX_NAME)).replaceAll("[^\\w.-]", "_") + '-'
				+ UUID.nameUUIDFromBytes(toString().getBytes(StandardCharsets.UTF_8)).toString().substring(0, 8);
	}

	@Override
	public String toString() {
		String name = (this.service != null) ? this.service : "";
		return "service=%s chain=%s ledger=%s".formatted(URLEncoder.encode(name, StandardCharsets.UTF_8),
				URLEncoder.encode(this.chain, StandardCharsets.UTF_8), this.ledger);
	}

}
