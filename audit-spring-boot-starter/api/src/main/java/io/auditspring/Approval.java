/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * What somebody wants to do and another person is to allow.
 *
 * @param id identifies it
 * @param action what is to be done, such as {@code tool.pay_invoice}
 * @param reason why that needs approval, for people to read, or {@code null}
 * @param arguments what it is to be done with, as JSON without secrets
 * @param digest stands for all arguments, secrets included, and the tenant; what has
 * another one is not approved
 * @param requester who asks: the kind of actor, a slash, and the id, or the name of a
 * part of the application (system)
 * @param agent the agent that acts for them, or {@code null}
 * @param delegation the ids of all who act for them, who really acts first: agents, or
 * the person who impersonates them; empty where they act for themselves
 * @param tenant for which tenant, or {@code null} if for none
 * @param requestedAt when it was asked for
 * @param status what has become of it
 * @param decidedBy the id of who decided, or {@code null}
 * @param justification why they decided so, or {@code null}
 * @since 0.1.0
 */
public record Approval(UUID id, String action, @Nullable String reason, String arguments, String digest,
		String requester, @Nullable String agent, List<String> delegation, @Nullable String tenant, Instant requestedAt,
		Status status, @Nullable String decidedBy, @Nullable String justification) {

	public Approval {
		delegation = List.copyOf(delegation);
	}

	/**
	 * What has become of a request.
	 */
	public enum Status {

		/** Nobody has decided. */
		PENDING,

		/** It may be done, once. */
		GRANTED,

		/** It may not be done. */
		REJECTED,

		/** It was granted and has been done, or tried. */
		USED

	}

}
