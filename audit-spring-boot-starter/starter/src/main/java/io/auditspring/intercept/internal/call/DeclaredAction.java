/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.auditspring.AuditRecord;
import io.auditspring.Audited;
import io.auditspring.Severity;
import org.jspecify.annotations.Nullable;

/**
 * What the annotation of a method says that its calls leave.
 *
 * @param action the action
 * @param category the category, or {@code null} for the configured default
 * @param severity the severity of a success
 * @param failureSeverity that of a failure, or {@code null} for the configured default
 * @param targetType the type of the target, or {@code null} where the call tells
 * @param relatedTypes the types of further things
 * @param place the class and the method
 */
public record DeclaredAction(String action, @Nullable String category, @Nullable Severity severity,
		@Nullable Severity failureSeverity, @Nullable String targetType, List<String> relatedTypes, String place) {

	static DeclaredAction of(AuditRecord outline, Audited audited, Class<?> type, String method) {
		List<String> related = Arrays.stream(audited.related())
			.filter((text) -> text.indexOf(':') > 0)
			.map((text) -> text.substring(0, text.indexOf(':')).strip())
			.toList();
		return new DeclaredAction(outline.action(), outline.category(), outline.severity(), outline.failureSeverity(),
				outline.targetType(), related, type.getName() + '.' + method);
	}

	public List<String> targetTypes() {
		List<String> types = new ArrayList<>(this.relatedTypes);
		if (this.targetType != null) {
			types.add(0, this.targetType);
		}
		return types;
	}

}
