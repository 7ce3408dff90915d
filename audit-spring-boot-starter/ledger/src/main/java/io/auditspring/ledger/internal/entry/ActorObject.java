/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.entry;

import org.jspecify.annotations.Nullable;

/**
 * What is hashed of an entry's actor group. Members are described in the format,
 * {@code actor}.
 *
 * @param ip the address's bytes in hexadecimal digits
 */
public record ActorObject(@Nullable String id, @Nullable String name, @Nullable String impersonator,
		@Nullable String ip, @Nullable String userAgent, @Nullable String session, @Nullable String device,
		@Nullable CanonicalJson geo) {

	public static ActorObject of(Entry.ActorGroup actor) {
		return new ActorObject(actor.id(), actor.name(), actor.impersonator(), IpAddress.hex(actor.ip()),
				actor.userAgent(), actor.session(), actor.device(), actor.geo());
	}

	public String canonical() {
		return new CanonicalObject().text("device", this.device)
			.json("geo", this.geo)
			.text("id", this.id)
			.text("impersonator", this.impersonator)
			.text("ip", this.ip)
			.text("name", this.name)
			.text("session", this.session)
			.text("userAgent", this.userAgent)
			.toString();
	}

}
