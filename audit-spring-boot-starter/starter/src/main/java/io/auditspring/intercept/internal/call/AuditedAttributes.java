/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.auditspring.AuditRecord;
import io.auditspring.AuditSetupException;
import io.auditspring.Audited;
import io.auditspring.capture.internal.entry.Texts;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.intercept.internal.call.AuditedMethod.Argument;
import io.auditspring.intercept.internal.call.AuditedMethod.Attribute;
import io.auditspring.intercept.internal.call.AuditedMethod.Setter;
import io.auditspring.intercept.internal.expression.AuditExpression;
import org.jspecify.annotations.Nullable;

import org.springframework.util.CollectionUtils;
import org.springframework.util.ObjectUtils;

/**
 * Gathers the attributes of an annotation that are evaluated for every call.
 */
final class AuditedAttributes {

	private static final Set<String> VARIABLES = Set.of("args", "result", "error", "actor", "before", "after",
			"target");

	private final String place;

	private final Set<String> arguments = new TreeSet<>();

	private final List<Attribute> all = new ArrayList<>();

	AuditedAttributes(Method method, List<Argument> arguments) {
		this.place = "@Audited method %s.%s, attribute ".formatted(method.getDeclaringClass().getName(),
				method.getName());
		arguments.forEach((argument) -> this.arguments.addAll(argument.names()));
	}

	List<Attribute> all() {
		return List.copyOf(this.all);
	}

	void targetId(@Nullable String type, String text, int argument) {
		expression("targetId", (argument < 0) ? text : "#args[" + argument + "]",
				(record, value, texts) -> record.targetId(texts.id(type, value)));
	}

	void add(Audited audited) {
		expression("targetName", audited.targetName(), (record, value, texts) -> record.targetName(texts.text(value)));
		if (!audited.message().isBlank()) {
			add("message",
					AuditExpression.template(this.place + "message,", audited.message(), VARIABLES, this.arguments),
					(record, value, texts) -> record.message(texts.text(value)));
		}
		expression("justification", audited.justification(),
				(record, value, texts) -> record.justification(texts.text(value)));
		expression("metadata", audited.metadata(), AuditedAttributes::metadata);
		for (String related : audited.related()) {
			related(related);
		}
	}

	@Nullable AuditExpression condition(String text) {
		return text.isBlank() ? null
				: AuditExpression.expression(this.place + "condition,", text, VARIABLES, this.arguments);
	}

	private void expression(String name, String text, Setter setter) {
		if (!text.isBlank()) {
			add(name, AuditExpression.expression(this.place + name + ",", text, VARIABLES, this.arguments), setter);
		}
	}

	private void add(String name, AuditExpression expression, Setter setter) {
		this.all.add(new Attribute(name, expression, setter));
	}

	private void related(String text) {
		int colon = text.indexOf(':');
		if (colon < 1) {
			throw new AuditSetupException("%srelated, has \"%s\"".formatted(this.place, text),
					"Write the type, a colon and an expression for the id, such as \"Connector:#connectorId\".");
		}
		String type = text.substring(0, colon).strip();
		expression("related", text.substring(colon + 1), (record, value, texts) -> related(record, type, value, texts));
	}

	private static void related(AuditRecord.Builder record, String type, @Nullable Object given, Texts texts) {
		Object value = JsonValues.held(given);
		if (value instanceof Collection<?> several) {
			several.forEach((one) -> related(record, type, one, texts));
			return;
		}
		if (ObjectUtils.isArray(value) && !(value instanceof byte[] || value instanceof char[])) {
			related(record, type, CollectionUtils.arrayToList(value), texts);
			return;
		}
		String id = texts.id(type, value);
		if (id != null) {
			record.related(type, id);
		}
	}

	private static void metadata(AuditRecord.Builder record, @Nullable Object value, Texts texts) {
		if (value instanceof Map<?, ?> map) {
			map.forEach((key, detail) -> record.metadata(String.valueOf(key), detail));
		}
		else if (value != null) {
			throw new IllegalArgumentException("A map was expected, not " + value.getClass().getName());
		}
	}

}
