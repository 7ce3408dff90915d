/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.context.MessageSource;
import org.springframework.context.support.StaticMessageSource;

/**
 * Tells what an entry changed in one line, such as
 * {@code status: NEW → APPROVED, amount: 12.5 → 15}. Secrets are masked as they are in
 * the entry.
 * <p>
 * The words come from the application's messages where it has them: the label of a
 * property under {@code audit.Order.status}, that of one of its values under
 * {@code audit.Order.status.NEW}.
 *
 * @since 0.1.0
 */
public final class ChangeSummary {

	private static final String NOTHING = "–";

	private static final int MAX_VALUE_LENGTH = 80;

	private static final ChangeSummary PLAIN = new ChangeSummary(new StaticMessageSource());

	private final MessageSource messages;

	/**
	 * Creates summaries.
	 * @param messages the application's messages
	 */
	public ChangeSummary(MessageSource messages) {
		this.messages = messages;
	}

	static ChangeSummary plain() {
		return PLAIN;
	}

	/**
	 * Tells what an entry changed.
	 * @param entry the entry
	 * @param locale the reader's language
	 * @return one line, or {@code null} where nothing was updated
	 */
	public @Nullable String of(AuditEntry entry, Locale locale) {
		Map<String, @Nullable Object> changes = entry.getChanges();
		if (changes == null || changes.isEmpty()) {
			return null;
		}
		String prefix = "audit." + Objects.requireNonNullElse(entry.getTargetType(), "") + '.';
		return changes.entrySet()
			.stream()
			.map((change) -> line(prefix + change.getKey(), change.getKey(), change.getValue(), locale))
			.collect(Collectors.joining(", "));
	}

	private String line(String code, String property, @Nullable Object change, Locale locale) {
		String label = Objects.requireNonNullElse(this.messages.getMessage(code, null, property, locale), property);
		if (!(change instanceof Map<?, ?> fromTo)) {
			return label + ": " + text(code, change, locale);
		}
		if (fromTo.isEmpty()) {
			// It changed, and nobody loaded what it holds.
			return label;
		}
		return label + ": " + text(code, fromTo.get("from"), locale) + " → " + text(code, fromTo.get("to"), locale);
	}

	private @Nullable String text(String code, @Nullable Object value, Locale locale) {
		if (value == null) {
			return NOTHING;
		}
		String text = (value instanceof BigDecimal decimal) ? decimal.toPlainString() : value.toString();
		String shown = this.messages.getMessage(code + '.' + text, null, text, locale);
		if (shown == null || shown.length() <= MAX_VALUE_LENGTH) {
			return shown;
		}
		int end = MAX_VALUE_LENGTH - 1;
		return shown.substring(0, Character.isHighSurrogate(shown.charAt(end - 1)) ? end - 1 : end) + '…';
	}

}
