/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.security.Principal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

import io.auditspring.Approval;
import io.auditspring.ApprovalException;
import io.auditspring.Approvals;
import io.auditspring.web.internal.handler.TrailHandler;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.server.ResponseStatusException;

/**
 * What waits for approval, and the decisions of those who may read the whole trail.
 */
@ResponseBody
@RequestMapping("${audit.web.base-path:/audit}/api/approvals")
final class ApprovalApi implements TrailHandler {

	/** How many requests there are at a time. */
	private static final int PAGE = 100;

	private static final String JUSTIFICATION = "justification";

	/** A page of another site cannot send it, as it cannot send JSON. */
	private static final String OWN_SITE = "X-Requested-With";

	private final Approvals approvals;

	private final Readers readers;

	private final JsonAnswers answers = new JsonAnswers();

	ApprovalApi(Approvals approvals, Readers readers) {
		this.approvals = approvals;
		this.readers = readers;
	}

	@GetMapping
	ResponseEntity<byte[]> pending(@Nullable Principal principal,
			@RequestParam(required = false) @Nullable String after) {
		admit(principal);
		List<Approval> pending = pending((after != null) ? EntryParameters.uuid("after", after) : null);
		Map<String, @Nullable Object> answer = new LinkedHashMap<>();
		answer.put("approvals", pending.stream().map(this::shown).toList());
		answer.put("next", (pending.size() < PAGE) ? null : pending.get(pending.size() - 1).id().toString());
		return this.answers.of(answer);
	}

	private List<Approval> pending(@Nullable UUID after) {
		try {
			return this.approvals.pending(after);
		}
		catch (ApprovalException ex) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST, ex.getMessage(), ex);
		}
	}

	@PostMapping("/{id}/grant")
	ResponseEntity<byte[]> grant(@Nullable Principal principal, @PathVariable String id,
			@RequestBody(required = false) @Nullable Map<String, String> decision) {
		return decide(principal, id, decision, true);
	}

	@PostMapping("/{id}/reject")
	ResponseEntity<byte[]> reject(@Nullable Principal principal, @PathVariable String id,
			@RequestBody(required = false) @Nullable Map<String, String> decision) {
		return decide(principal, id, decision, false);
	}

	/** The same from a page, whose token against forged requests only a form carries. */
	@PostMapping(path = "/{id}/grant", consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE, headers = OWN_SITE)
	ResponseEntity<byte[]> grant(@Nullable Principal principal, @PathVariable String id,
			@RequestParam(defaultValue = "") String justification) {
		return decide(principal, id, Map.of(JUSTIFICATION, justification), true);
	}

	@PostMapping(path = "/{id}/reject", consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE, headers = OWN_SITE)
	ResponseEntity<byte[]> reject(@Nullable Principal principal, @PathVariable String id,
			@RequestParam(defaultValue = "") String justification) {
		return decide(principal, id, Map.of(JUSTIFICATION, justification), false);
	}

	private ResponseEntity<byte[]> decide(@Nullable Principal principal, String id,
			@Nullable Map<String, String> decision, boolean granted) {
		admit(principal);
		String given = (decision != null) ? decision.get(JUSTIFICATION) : null;
		String justification = (given != null) ? given : "";
		try {
			return this.answers.of(shown(granted ? this.approvals.grant(EntryParameters.uuid("id", id), justification)
					: this.approvals.reject(EntryParameters.uuid("id", id), justification)));
		}
		catch (ApprovalException ex) {
			throw new ResponseStatusException(HttpStatus.CONFLICT, ex.getMessage(), ex);
		}
	}

	private void admit(@Nullable Principal principal) {
		this.readers.admitToAll(principal, "Who decides what others may do must be allowed to read the whole trail");
	}

	private Map<String, @Nullable Object> shown(Approval approval) {
		Map<String, @Nullable Object> shown = new LinkedHashMap<>();
		shown.put("id", approval.id().toString());
		shown.put("action", approval.action());
		shown.put("reason", approval.reason());
		shown.put("arguments", approval.arguments());
		shown.put("digest", approval.digest());
		shown.put("requester", approval.requester());
		shown.put("agent", approval.agent());
		shown.put("delegation", approval.delegation());
		shown.put("tenant", approval.tenant());
		shown.put("requestedAt", approval.requestedAt().toString());
		Instant expiry = this.approvals.expiry(approval);
		shown.put("expiresAt", (expiry != null) ? expiry.toString() : null);
		shown.put("status", approval.status().name().toLowerCase(Locale.ROOT));
		shown.put("decidedBy", approval.decidedBy());
		shown.put("justification", approval.justification());
		return shown;
	}

}
