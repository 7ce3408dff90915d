/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.result;

import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;

import io.auditspring.capture.internal.value.PlainTypes;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.http.HttpEntity;
import org.springframework.util.ClassUtils;

/**
 * Results that stand for what is still to be done, and tell nobody here how that ends.
 */
public final class PendingResult {

	/** Of libraries that need not be there. */
	private static final Set<String> DEFERRED = Set.of("org.springframework.web.context.request.async.DeferredResult",
			"org.springframework.web.context.request.async.WebAsyncTask",
			"org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter",
			"org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody",
			"org.springframework.data.util.CloseableIterator", "kotlin.sequences.Sequence");

	private static final boolean WEB = ClassUtils.isPresent("org.springframework.http.HttpEntity",
			PendingResult.class.getClassLoader());

	private static final ClassValue<Boolean> TYPES = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			return Callable.class.isAssignableFrom(type) || Flow.Publisher.class.isAssignableFrom(type)
					|| BaseStream.class.isAssignableFrom(type) || isDeferred(type)
					|| ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) != null;
		}

	};

	private PendingResult() {
	}

	/**
	 * Whether a result is one of them.
	 * @param result what a method returned
	 * @return {@code false} if nothing is known to be still to come
	 */
	public static boolean isOne(@Nullable Object result) {
		if (result == null || PlainTypes.include(result.getClass())) {
			return false;
		}
		if (result instanceof Future<?> future) {
			return !future.isDone();
		}
		return TYPES.get(result.getClass()) || (WEB && Answers.hold(result));
	}

	private static boolean isDeferred(Class<?> type) {
		for (Class<?> each : ClassUtils.getAllInterfacesForClassAsSet(type)) {
			if (DEFERRED.contains(each.getName())) {
				return true;
			}
		}
		for (Class<?> each = type; each != null; each = each.getSuperclass()) {
			if (DEFERRED.contains(each.getName())) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Loaded only where there are any.
	 */
	private static final class Answers {

		static boolean hold(Object result) {
			return result instanceof HttpEntity<?> answer && isOne(answer.getBody());
		}

	}

}
