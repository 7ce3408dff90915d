/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.alert;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

import io.auditspring.AuditAlert;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.merkle.Sha256;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.Verification;
import org.jspecify.annotations.Nullable;

/**
 * Finds in the ledger what somebody must see at once, and what of it was not told yet.
 */
final class NewAlerts {

	private static final int STEP = 10_000;

	private static final OffsetDateTime EVER = OffsetDateTime.of(1, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

	/** Many people may be nobody in particular. */
	private static final Set<String> NOBODY = Set.of("anonymous", "system");

	private final AlertProperties properties;

	private final String next;

	private final String once;

	private final String denied;

	/**
	 * When a verification found nothing of a kind in a chain: what comes after it is
	 * news.
	 */
	private final Map<String, OffsetDateTime> sound = new HashMap<>();

	NewAlerts(Schema schema, AlertProperties properties) {
		this.properties = properties;
		this.next = """
				select chain, seq, id, recorded_at, operation_id, action, actor_type, actor_id, target_id
				from %s(?)
				""".formatted(schema.table("audit_new_alerts"));
		this.once = "select %s(?, ?)".formatted(schema.table("audit_tell_once"));
		this.denied = """
				select id
				from %s
				where actor_id = ? and actor_type = ? and outcome = 'denied' and recorded_at > ? and recorded_at <= ?
				order by recorded_at desc
				limit ?
				""".formatted(schema.table("audit_log"));
	}

	/**
	 * What was recorded since the last time. It counts as told when the transaction
	 * commits.
	 */
	List<AuditAlert> recorded(Connection connection) throws SQLException {
		List<Found> entries = Sql.list(connection, this.next, Found::read, STEP);
		Map<String, List<Found>> erasures = new LinkedHashMap<>();
		List<AuditAlert> alerts = new ArrayList<>();
		Map<String, Instant> refused = new HashMap<>();
		for (Found entry : entries) {
			switch (entry.action()) {
				case "audit.redaction" ->
					erasures.computeIfAbsent(entry.chain() + '/' + entry.operation(), (operation) -> new ArrayList<>())
						.add(entry);
				case "audit.release" -> alerts.add(lifted(entry));
				default -> {
					AuditAlert denials = denials(connection, entry, refused);
					if (denials != null) {
						alerts.add(denials);
					}
				}
			}
		}
		for (Map.Entry<String, List<Found>> erasure : erasures.entrySet()) {
			String id = "erasure/" + erasure.getKey();
			if (isNew(connection, id, EVER)) {
				alerts.add(erased(id, erasure.getValue()));
			}
		}
		return alerts;
	}

	private static AuditAlert lifted(Found entry) {
		return AuditAlert.of("hold/" + entry.id(), AuditAlert.Kind.HOLD_LIFTED, entry.chain(), List.of(entry.id()),
				entry.actor(), "A legal hold was lifted by %s".formatted(entry.who()),
				"Make sure that this was decided: what the hold kept can be erased, and is retired when it is due. Place it again if not.");
	}

	private static AuditAlert erased(String id, List<Found> entries) {
		Found first = entries.get(0);
		return AuditAlert.of(id, AuditAlert.Kind.ERASURE, first.chain(), entries.stream().map(Found::id).toList(),
				first.actor(), "Data of %s entries or more was erased by %s".formatted(entries.size(), first.who()),
				"Make sure that this was asked for: it cannot be undone, but copies of exports may have what was erased.");
	}

	/** Counted where the bound may be reached, and told once in the time it is of. */
	private @Nullable AuditAlert denials(Connection connection, Found entry, Map<String, Instant> told)
			throws SQLException {
		String actor = entry.actor();
		if (actor == null || NOBODY.contains(entry.actorType())) {
			return null;
		}
		// Who it was must not be kept beside the ledger, which can erase it.
		String name = "denials/" + HexFormat.of()
			.formatHex(Sha256.hash((entry.actorType() + '/' + actor).getBytes(StandardCharsets.UTF_8)));
		Instant since = entry.recordedAt().minus(this.properties.within());
		Instant last = told.get(name);
		if (last != null && last.isAfter(since)) {
			return null;
		}
		List<UUID> refused = Sql.list(connection, this.denied, (row) -> row.getObject(1, UUID.class), actor,
				entry.actorType(), since.atOffset(ZoneOffset.UTC), entry.recordedAt().atOffset(ZoneOffset.UTC),
				this.properties.denials());
		if (refused.size() < this.properties.denials()) {
			return null;
		}
		told.put(name, entry.recordedAt());
		if (!isNew(connection, name, since.atOffset(ZoneOffset.UTC))) {
			return null;
		}
		return AuditAlert.of(name + '/' + entry.id(), AuditAlert.Kind.REPEATED_DENIALS, entry.chain(), refused, actor,
				"%s was refused %s times or more within %s".formatted(entry.who(), refused.size(),
						this.properties.within()),
				"Look at what was tried, and ask or lock out whoever it is.");
	}

	/** What a verification found and nobody was told of yet. */
	List<AuditAlert> found(Connection connection, Verification verification) throws SQLException {
		List<AuditAlert> alerts = new ArrayList<>();
		for (ChainVerification chain : verification.chains()) {
			Map<Problem.Kind, List<Problem>> kinds = new LinkedHashMap<>();
			chain.problems()
				.forEach((problem) -> kinds.computeIfAbsent(problem.kind(), (kind) -> new ArrayList<>()).add(problem));
			for (Problem.Kind kind : Problem.Kind.values()) {
				if (!kinds.containsKey(kind)) {
					this.sound.put(chain.chain() + '/' + kind, OffsetDateTime.now(ZoneOffset.UTC));
				}
			}
			for (List<Problem> problems : kinds.values()) {
				Problem first = problems.get(0);
				String id = "verification/%s/%s/%s/%s".formatted(first.chain(), first.kind(), first.seq(),
						digest(problems));
				if (isNew(connection, id, this.sound.getOrDefault(first.chain() + '/' + first.kind(), EVER))) {
					alerts.add(failed(id, first, problems));
				}
			}
		}
		return alerts;
	}

	private static AuditAlert failed(String id, Problem first, List<Problem> problems) {
		List<UUID> entries = problems.stream().map(Problem::id).filter(Objects::nonNull).toList();
		return first.kind().accuses()
				? AuditAlert.of(id, AuditAlert.Kind.VERIFICATION_FAILED, first.chain(), entries, null,
						"The audit ledger is not what it should be: %s".formatted(first),
						"Keep the database as it is, and verify the ledger with the command line and your checkpoints.")
				: AuditAlert.of(id, AuditAlert.Kind.VERIFICATION_FAILED, first.chain(), entries, null,
						"What speaks for the audit ledger is not complete: %s".formatted(first),
						"Nothing speaks against the ledger itself. See to what is missing, so that something speaks for it again.");
	}

	/**
	 * Of all of them: what is wrong besides is news. That of what speaks for the ledger
	 * is not: it names what changes from one time to the next.
	 */
	private static String digest(List<Problem> problems) {
		StringBuilder all = new StringBuilder();
		problems.forEach((problem) -> all.append(problem.seq())
			.append(' ')
			.append(problem.id())
			.append(' ')
			.append(problem.kind().accuses() ? problem.what() : "")
			.append('\n'));
		return HexFormat.of().formatHex(Sha256.hash(all.toString().getBytes(StandardCharsets.UTF_8)), 0, 8);
	}

	private boolean isNew(Connection connection, String name, OffsetDateTime since) throws SQLException {
		return Sql.is(connection, this.once, name.substring(0, Math.min(name.length(), 1_000)), since);
	}

	/**
	 * An entry that somebody must be told of.
	 */
	private record Found(String chain, UUID id, Instant recordedAt, UUID operation, String action, String actorType,
			@Nullable String actor) {

		static Found read(ResultSet row) throws SQLException {
			return new Found(row.getString("chain"), row.getObject("id", UUID.class),
					row.getObject("recorded_at", OffsetDateTime.class).toInstant(),
					row.getObject("operation_id", UUID.class), row.getString("action"), row.getString("actor_type"),
					row.getString("actor_id"));
		}

		String who() {
			return (this.actor != null) ? this.actor : "nobody known";
		}

	}

}
