/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.lang.reflect.Field;
import java.lang.reflect.Method;

import io.auditspring.RequiresApproval;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.method.MethodToolCallback;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.AnnotatedElementUtils;
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
	 * Why a tool needs approval.
	 * @param tool the tool
	 * @return that, or {@code null} where it needs none, or its bean asks for it itself
	 */
	static @Nullable String reason(ToolCallback tool) {
		if (!(tool instanceof MethodToolCallback) || METHOD == null || OBJECT == null
				|| !(ReflectionUtils.getField(METHOD, tool) instanceof Method method)) {
			return null;
		}
		Object object = ReflectionUtils.getField(OBJECT, tool);
		RequiresApproval approval = AnnotatedElementUtils.findMergedAnnotation(method, RequiresApproval.class);
		return (approval != null && !(object != null && AopUtils.isAopProxy(object))) ? approval.value() : null;
	}

	private static @Nullable Field field(String name) {
		Field field = ReflectionUtils.findField(MethodToolCallback.class, name);
		if (field != null) {
			ReflectionUtils.makeAccessible(field);
		}
		return field;
	}

}
