/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.export;

import java.io.IOException;
import java.io.OutputStream;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.auditspring.Actor;
import io.auditspring.query.AuditEntry;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SequenceWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.csv.CsvMapper;
import tools.jackson.dataformat.csv.CsvSchema;
import tools.jackson.dataformat.csv.CsvWriteFeature;

/**
 * Writes entries as CSV of RFC 4180, with a header line. A cell that a spreadsheet could
 * take for a formula begins with an apostrophe, as OWASP advises (CSV injection).
 */
final class CsvExport {

	private static final String METADATA = "metadata";

	private static final String FORMULA = "=+-@";

	/** A spreadsheet may drop it, or move what follows into another cell. */
	private static final Pattern UNSEEN = Pattern.compile("[\\p{Z}\\p{C}\\s]*+");

	/**
	 * Between cells or lines, with what nobody sees behind it, and quotes, with which a
	 * cell may begin.
	 */
	private static final Pattern SEPARATORS = Pattern.compile("[;|\\t\\r\\n][\\p{Z}\\p{C}\\s\"]*+");

	private static final JsonMapper JSON = new JsonMapper();

	private static final Map<String, Function<AuditEntry, @Nullable Object>> COLUMNS = columns();

	private static final CsvMapper CSV = CsvMapper.builder().enable(CsvWriteFeature.STRICT_CHECK_FOR_QUOTING).build();

	private CsvExport() {
	}

	/**
	 * Writes entries.
	 * @param entries the entries
	 * @param names the columns in their order; all there are if none is named
	 * @param places whether the reader may know the place of entries in the ledger
	 * @param out where to
	 */
	static void write(Stream<AuditEntry> entries, List<String> names, boolean places, OutputStream out)
			throws IOException {
		List<String> columns = names.isEmpty() ? List.copyOf(COLUMNS.keySet()) : names;
		CsvSchema schema = CsvSchema.builder()
			.addColumns(columns, CsvSchema.ColumnType.STRING)
			.setUseHeader(true)
			.setLineSeparator("\r\n")
			.build();
		try (SequenceWriter rows = CSV.writer(schema).writeValues(out)) {
			rows.write(List.of());
			LedgerPlace.shown(entries, places)
				.forEach((entry) -> rows
					.write(columns.stream().map((name) -> cell(value(name, entry, places))).toList()));
		}
	}

	/**
	 * Refuses names of columns that there are not.
	 * @param names the names
	 * @throws IllegalArgumentException naming those there are
	 */
	static void requireColumns(List<String> names) {
		if (!COLUMNS.keySet().containsAll(names)) {
			throw new IllegalArgumentException("fields takes names of columns with commas between them, of %s, not '%s'"
				.formatted(String.join(", ", COLUMNS.keySet()), String.join(",", names)));
		}
	}

	private static @Nullable Object value(String name, AuditEntry entry, boolean places) {
		if (!places && name.equals(METADATA)) {
			return json(LedgerPlace.of(entry, false).metadata(entry));
		}
		return (!places && LedgerPlace.NAMES.contains(name)) ? null
				: Objects.requireNonNull(COLUMNS.get(name)).apply(entry);
	}

	private static String cell(@Nullable Object value) {
		if (value == null) {
			return "";
		}
		String text = value.toString();
		return (value instanceof Number) ? text : isFormula(text) ? "'" + inner(text) : inner(text);
	}

	/** What begins within the text where a spreadsheet has other separators. */
	private static String inner(String text) {
		Matcher separator = SEPARATORS.matcher(text);
		StringBuilder inner = new StringBuilder();
		int copied = 0;
		while (separator.find()) {
			int begin = separator.end();
			if (begin < text.length() && isFormula(text.substring(begin, begin + 1))) {
				inner.append(text, copied, begin).append('\'');
				copied = begin;
			}
		}
		return inner.append(text, copied, text.length()).toString();
	}

	/** Also in full width, as East Asian keyboards write it. */
	private static boolean isFormula(String text) {
		if (text.isEmpty()) {
			return false;
		}
		Matcher unseen = UNSEEN.matcher(text);
		unseen.lookingAt();
		String seen = text.substring(unseen.end());
		String first = seen.isEmpty() ? "" : Normalizer.normalize(seen.substring(0, 1), Normalizer.Form.NFKC);
		return Character.isISOControl(text.charAt(0)) || (!first.isEmpty() && FORMULA.contains(first));
	}

	private static Map<String, Function<AuditEntry, @Nullable Object>> columns() {
		Map<String, Function<AuditEntry, @Nullable Object>> columns = new LinkedHashMap<>();
		columns.put("chain", AuditEntry::getChain);
		columns.put("seq", AuditEntry::getSeq);
		columns.put("id", AuditEntry::getId);
		columns.put("recordedAt", AuditEntry::getRecordedAt);
		columns.put("occurredAt", AuditEntry::getOccurredAt);
		columns.put("service", AuditEntry::getService);
		columns.put("tenant", AuditEntry::getTenant);
		columns.put("operationId", AuditEntry::getOperationId);
		columns.put("actorType", (entry) -> entry.getActorType().name().toLowerCase(Locale.ROOT));
		columns.put("actorId", (entry) -> actor(entry, Actor::id));
		columns.put("actorName", (entry) -> actor(entry, Actor::name));
		columns.put("impersonatorId", (entry) -> actor(entry, Actor::impersonatorId));
		columns.put("action", AuditEntry::getAction);
		columns.put("category", AuditEntry::getCategory);
		columns.put("severity", (entry) -> entry.getSeverity().name().toLowerCase(Locale.ROOT));
		columns.put("outcome", (entry) -> entry.getOutcome().name().toLowerCase(Locale.ROOT));
		putTarget(columns);
		putOrigin(columns);
		columns.put("traceId", AuditEntry::getTraceId);
		columns.put("revision", AuditEntry::getRevision);
		columns.put("durationMicros", AuditEntry::getDurationMicros);
		columns.put("hash", (entry) -> HexFormat.of().formatHex(entry.getHash()));
		return columns;
	}

	private static void putTarget(Map<String, Function<AuditEntry, @Nullable Object>> columns) {
		columns.put("targetType", AuditEntry::getTargetType);
		columns.put("targetId", AuditEntry::getTargetId);
		columns.put("targetName", AuditEntry::getTargetName);
		columns.put("related", (entry) -> entry.getRelated().isEmpty() ? null : json(entry.getRelated()));
		columns.put("message", AuditEntry::getMessage);
		columns.put("justification", AuditEntry::getJustification);
		columns.put("error", AuditEntry::getError);
		columns.put("before", (entry) -> json(entry.getBefore()));
		columns.put("after", (entry) -> json(entry.getAfter()));
		columns.put("changes", (entry) -> json(entry.getChanges()));
		columns.put(METADATA, (entry) -> json(entry.getMetadata()));
	}

	private static void putOrigin(Map<String, Function<AuditEntry, @Nullable Object>> columns) {
		columns.put("ipAddress", AuditEntry::getIpAddress);
		columns.put("userAgent", AuditEntry::getUserAgent);
		columns.put("sessionId", AuditEntry::getSessionId);
		columns.put("deviceFingerprint", AuditEntry::getDeviceFingerprint);
		columns.put("geolocation", (entry) -> json(entry.getGeolocation()));
	}

	private static @Nullable Object actor(AuditEntry entry, Function<Actor, @Nullable String> part) {
		Actor actor = entry.getActor();
		return (actor != null) ? part.apply(actor) : null;
	}

	private static @Nullable String json(@Nullable Object value) {
		return (value != null) ? JSON.writeValueAsString(value) : null;
	}

}
