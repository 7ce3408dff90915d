/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

import io.auditspring.ledger.EntryGroup;
import io.auditspring.retention.ErasureReport;
import io.auditspring.retention.Redaction;
import io.auditspring.retention.Subject;

import org.springframework.dao.DataAccessException;

/**
 * Erases what may no longer be kept of entries, while the ledger still verifies. Each
 * erasure is an entry of its own that says who asked for it and why. Works in
 * transactions of its own; what a rolled-back caller had erased stays erased.
 *
 * @since 0.1.0
 */
public final class AuditRedaction {

	private final AuditTrail trail;

	private final Redaction redaction;

	/**
	 * Creates the redaction.
	 * @param trail finds entries
	 * @param redaction erases them
	 */
	public AuditRedaction(AuditTrail trail, Redaction redaction) {
		this.trail = trail;
		this.redaction = redaction;
	}

	/**
	 * Erases a group of one entry.
	 * @param id the entry
	 * @param group what to erase
	 * @param reason why, without what is erased; it is stored for ever
	 * @return what became of it
	 * @throws DataAccessException if the database fails
	 */
	public ErasureReport redact(UUID id, EntryGroup group, String reason) {
		return this.redaction.redact(List.of(id), group, reason);
	}

	/**
	 * Erases a group of all entries of a query, whatever its limit.
	 * @param query which entries; they are found before the first is erased
	 * @param group what to erase
	 * @param reason why, without what is erased; it is stored for ever
	 * @return what became of them
	 * @throws DataAccessException if the database fails; doing it again completes it
	 */
	public ErasureReport redact(AuditQuery query, EntryGroup group, String reason) {
		Map<String, List<UUID>> ids = this.trail.stream(query.withoutStates())
			.collect(Collectors.groupingBy(AuditEntry::getChain, TreeMap::new,
					Collectors.mapping(AuditEntry::getId, Collectors.toList())));
		return this.redaction.redact(ids, group, reason);
	}

	/**
	 * Erases a person's traces from the whole ledger, and its archive: what
	 * {@link AuditTrail#about} tells, as far as the subject says. Control entries are
	 * kept, so for whom there ever was a legal hold on, the report is never complete.
	 * @param subject the person
	 * @param reason why, without what is erased; it is stored for ever
	 * @return what was erased, what was not and why, and where else to look
	 * @throws DataAccessException if the database fails; doing it again completes it
	 */
	public ErasureReport erase(Subject subject, String reason) {
		return this.redaction.erase(subject, reason);
	}

}
