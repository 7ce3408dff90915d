/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.result;

import io.auditspring.Outcome;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.util.ClassUtils;

/**
 * Failures that a method tells in what it returns, as those do that answer requests:
 * whoever is told 404 has deleted nothing.
 *
 * @param outcome what became of the call
 * @param error what the caller was told
 */
public record ToldFailure(Outcome outcome, String error) {

	private static final boolean WEB = ClassUtils.isPresent("org.springframework.http.ResponseEntity",
			ToldFailure.class.getClassLoader());

	/**
	 * Reads what a method returned, and was told of its input.
	 * @param result the result
	 * @param arguments what it was called with
	 * @return the failure, or {@code null} if there is none
	 */
	public static @Nullable ToldFailure of(@Nullable Object result, @Nullable Object[] arguments) {
		ToldFailure answered = (WEB && result != null) ? Answers.read(result) : null;
		if (answered != null) {
			return answered;
		}
		String rejected = RejectedInput.in(arguments);
		return (rejected != null) ? new ToldFailure(Outcome.FAILURE, rejected) : null;
	}

	/**
	 * Loaded only where there is something to read.
	 */
	private static final class Answers {

		static @Nullable ToldFailure read(Object result) {
			if (result instanceof ResponseEntity<?> answer) {
				return told(answer.getStatusCode());
			}
			return (result instanceof ProblemDetail problem) ? told(HttpStatusCode.valueOf(problem.getStatus())) : null;
		}

		private static @Nullable ToldFailure told(HttpStatusCode status) {
			if (!status.isError()) {
				return null;
			}
			boolean denied = status.isSameCodeAs(HttpStatus.UNAUTHORIZED) || status.isSameCodeAs(HttpStatus.FORBIDDEN);
			return new ToldFailure(denied ? Outcome.DENIED : Outcome.FAILURE, "Answered " + status);
		}

	}

}
