/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.result;

import java.lang.reflect.Method;
import java.util.Map;

import io.auditspring.Outcome;
import io.auditspring.capture.internal.value.FatalErrors;
import io.auditspring.capture.internal.value.LoggedFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.ErrorResponse;

/**
 * Failures that a method tells in what it returns, or in the answer that it is given to
 * fill, as those do that answer requests: whoever is told 404 has deleted nothing.
 *
 * @param outcome what became of the call
 * @param error what the caller was told, or {@code null}
 */
public record ToldFailure(Outcome outcome, @Nullable String error) {

	private static final Logger logger = LoggerFactory.getLogger(ToldFailure.class);

	/** Answers of libraries that need not be there, and what tells their status. */
	private static final Map<String, String> STATUS = Map.of("org.springframework.web.servlet.function.ServerResponse",
			"statusCode", "org.springframework.web.servlet.ModelAndView", "getStatus",
			"org.springframework.web.reactive.function.server.ServerResponse", "statusCode",
			"org.springframework.web.reactive.result.view.Rendering", "status", "jakarta.ws.rs.core.Response",
			"getStatus");

	/** Answers that a method may be given, and what tells their status or leads to it. */
	private static final Map<String, String> GIVEN = Map.of("jakarta.servlet.http.HttpServletResponse", "getStatus",
			"org.springframework.web.context.request.NativeWebRequest", "getNativeResponse",
			"org.springframework.http.server.reactive.ServerHttpResponse", "getStatusCode",
			"org.springframework.web.server.ServerWebExchange", "getResponse");

	private static final ClassValue<@Nullable Method> STATUS_METHODS = methods(STATUS);

	private static final ClassValue<@Nullable Method> GIVEN_METHODS = methods(GIVEN);

	private static final boolean WEB = ClassUtils.isPresent("org.springframework.http.ResponseEntity",
			ToldFailure.class.getClassLoader());

	/**
	 * Reads what a method returned or answered, and was told of its input.
	 * @param result the result
	 * @param arguments what it was called with
	 * @return the failure, or {@code null} if there is none
	 */
	public static @Nullable ToldFailure of(@Nullable Object result, @Nullable Object[] arguments) {
		ToldFailure answered = (WEB && result != null) ? Answers.read(result) : null;
		for (int i = 0; WEB && answered == null && i < arguments.length; i++) {
			Object argument = arguments[i];
			answered = (argument != null) ? Answers.readGiven(argument) : null;
		}
		if (answered != null) {
			return answered;
		}
		String rejected = RejectedInput.in(arguments);
		return (rejected != null) ? new ToldFailure(Outcome.FAILURE, rejected) : null;
	}

	private static ClassValue<@Nullable Method> methods(Map<String, String> names) {
		return new ClassValue<>() {

			@Override
			protected @Nullable Method computeValue(Class<?> type) {
				return method(type, names);
			}

		};
	}

	private static @Nullable Method method(Class<?> type, Map<String, String> names) {
		for (Class<?> each = type; each != null; each = each.getSuperclass()) {
			String method = names.get(each.getName());
			if (method != null) {
				return ReflectionUtils.findMethod(each, method);
			}
		}
		for (Class<?> each : ClassUtils.getAllInterfacesForClassAsSet(type)) {
			String method = names.get(each.getName());
			if (method != null) {
				return ReflectionUtils.findMethod(each, method);
			}
		}
		return null;
	}

	/**
	 * Whether an exception tells that the caller may not do this, as the same answer does
	 * when it is returned.
	 * @param failure the exception
	 * @return whether it is answered by 401 or 403
	 */
	public static boolean denies(Throwable failure) {
		return WEB && Answers.denies(failure);
	}

	/**
	 * Loaded only where there is something to read.
	 */
	private static final class Answers {

		// What the application makes itself may fail to tell.
		static @Nullable ToldFailure read(Object result) {
			try {
				return told(result);
			}
			catch (Throwable ex) {
				FatalErrors.rethrow(ex);
				logger.debug("It cannot be told which status {} has", result.getClass(), LoggedFailure.of(ex));
				return null;
			}
		}

		private static @Nullable ToldFailure told(Object result) {
			if (result instanceof ResponseEntity<?> answer) {
				return told(answer.getStatusCode());
			}
			if (result instanceof ErrorResponse answer) {
				return told(answer.getStatusCode());
			}
			if (result instanceof ProblemDetail problem) {
				return told(HttpStatusCode.valueOf(problem.getStatus()));
			}
			Method method = STATUS_METHODS.get(result.getClass());
			return (method != null) ? status(ReflectionUtils.invokeMethod(method, result)) : null;
		}

		// As a request that the container has taken back may fail to.
		static @Nullable ToldFailure readGiven(Object argument) {
			Method method = GIVEN_METHODS.get(argument.getClass());
			if (method == null) {
				return null;
			}
			try {
				Object answer = ReflectionUtils.invokeMethod(method, argument);
				Method next = (answer != null) ? GIVEN_METHODS.get(answer.getClass()) : null;
				return status((next != null) ? ReflectionUtils.invokeMethod(next, answer) : answer);
			}
			catch (Throwable ex) {
				FatalErrors.rethrow(ex);
				logger.debug("It cannot be told which status {} has", argument.getClass(), LoggedFailure.of(ex));
				return null;
			}
		}

		private static @Nullable ToldFailure status(@Nullable Object status) {
			if (status instanceof HttpStatusCode code) {
				return told(code);
			}
			return (status instanceof Integer code) ? told(HttpStatusCode.valueOf(code)) : null;
		}

		static boolean denies(Throwable failure) {
			return failure instanceof ErrorResponse answer && isDenial(answer.getStatusCode());
		}

		private static boolean isDenial(HttpStatusCode status) {
			return status.isSameCodeAs(HttpStatus.UNAUTHORIZED) || status.isSameCodeAs(HttpStatus.FORBIDDEN);
		}

		private static @Nullable ToldFailure told(HttpStatusCode status) {
			if (!status.isError()) {
				return null;
			}
			return new ToldFailure(isDenial(status) ? Outcome.DENIED : Outcome.FAILURE, "Answered " + status);
		}

	}

}
