/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.auditspring.RequiresApproval;
import io.auditspring.Sensitive;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.intercept.internal.call.AuditedMethods;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.method.MethodToolCallback;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ReflectionUtils;

/**
 * Knows which tools need approval by their annotation. The tool does not show its method.
 */
final class ApprovedTools {

	private static final @Nullable Field METHOD = field("toolMethod");

	private static final @Nullable Field OBJECT = field("toolObject");

	private ApprovedTools() {
	}

	/**
	 * What a tool says of itself.
	 * @param tool the tool
	 * @return that it needs approval, unless its bean is sure to ask for it itself, and
	 * what it keeps secret
	 */
	static Demands demands(ToolCallback tool) {
		if (!(tool instanceof MethodToolCallback) || METHOD == null || OBJECT == null
				|| !(ReflectionUtils.getField(METHOD, tool) instanceof Method method)) {
			return Demands.NONE;
		}
		Object object = ReflectionUtils.getField(OBJECT, tool);
		RequiresApproval approval = AnnotatedElementUtils.findMergedAnnotation(method, RequiresApproval.class);
		boolean asks = object != null && AuditedMethods.isSeenTo(object);
		return new Demands((approval != null && !asks) ? approval.value() : null,
				Arrays.stream(method.getParameters())
					.filter((parameter) -> MergedAnnotations.from(parameter).isPresent(Sensitive.class))
					.map(Parameter::getName)
					.collect(Collectors.toSet()));
	}

	private static @Nullable Field field(String name) {
		Field field = ReflectionUtils.findField(MethodToolCallback.class, name);
		if (field != null) {
			ReflectionUtils.makeAccessible(field);
		}
		return field;
	}

	/**
	 * What a tool says of itself.
	 *
	 * @param approval why it needs approval, or {@code null} where it says nothing of
	 * that
	 * @param secrets which of its arguments nobody may see
	 */
	record Demands(@Nullable String approval, Set<String> secrets) {

		static final Demands NONE = new Demands(null, Set.of());

		/**
		 * The arguments of the tool as people may see them.
		 * @param arguments the arguments, or {@code null} where they cannot be read
		 * @return the same, masked
		 */
		@Nullable Map<String, @Nullable Object> visible(@Nullable Map<String, @Nullable Object> arguments) {
			if (arguments == null || this.secrets.isEmpty()) {
				return arguments;
			}
			Map<String, @Nullable Object> visible = new LinkedHashMap<>(arguments);
			visible.replaceAll((name, value) -> (value != null && this.secrets.contains(name)) ? Masking.MASK : value);
			return visible;
		}

	}

}
