/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.ConcurrentModificationException;
import java.util.Objects;
import java.util.stream.Stream;

import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.query.ErasedStateException;
import io.auditspring.web.internal.handler.TrailHandler;
import io.auditspring.web.internal.value.MalformedParameterException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.util.ClassUtils;
import org.springframework.web.ErrorResponse;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Answers what goes wrong here with problem details of RFC 9457, whatever the application
 * does with exceptions of its own, and leaves all others alone.
 *
 * @since 0.1.0
 */
public final class ProblemDetails implements HandlerExceptionResolver, Ordered {

	private static final Logger logger = LoggerFactory.getLogger(ProblemDetails.class);

	private static final boolean SECURITY_PRESENT = ClassUtils
		.isPresent("org.springframework.security.access.AccessDeniedException", ProblemDetails.class.getClassLoader());

	/** Of PostgreSQL; nothing else that is asked for leads to it. */
	private static final String UNKNOWN_ZONE = "22023";

	private final JsonAnswers answers = new JsonAnswers();

	private final String basePath;

	/**
	 * Creates it.
	 * @param basePath where the trail is, below the path of the application
	 */
	ProblemDetails(String basePath) {
		this.basePath = basePath;
	}

	/**
	 * What Spring Security refuses within a request is its own to answer.
	 */
	private static final class Refusals {

		static boolean include(Exception ex) {
			return ex instanceof AccessDeniedException || ex instanceof AuthenticationException;
		}

	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public @Nullable ModelAndView resolveException(HttpServletRequest request, HttpServletResponse response,
			@Nullable Object handler, Exception ex) {
		if (!concerns(request, handler)) {
			return null;
		}
		if (response.isCommitted()) {
			if (ex instanceof BrokenOffException broken) {
				// Nobody may handle this: the server closes the connection.
				throw broken;
			}
			return null;
		}
		ResponseEntity<byte[]> problem = problem(ex);
		if (problem == null) {
			return null;
		}
		if (ex instanceof ErrorResponse refusal) {
			refusal.getHeaders().forEach((name, values) -> response.setHeader(name, String.join(", ", values)));
		}
		SecurityHeaders.set(response);
		write(problem, response);
		return new ModelAndView();
	}

	/** What leads nowhere below the path of the trail is looked for here, too. */
	private boolean concerns(HttpServletRequest request, @Nullable Object handler) {
		if (handler instanceof HandlerMethod method) {
			return TrailHandler.class.isAssignableFrom(method.getBeanType());
		}
		String path = request.getRequestURI().substring(request.getContextPath().length());
		return path.equals(this.basePath) || path.startsWith(this.basePath + "/");
	}

	private @Nullable ResponseEntity<byte[]> problem(Exception ex) {
		if (ex instanceof MalformedParameterException malformed) {
			return this.answers.problem(malformed);
		}
		if (ex instanceof HttpMessageNotReadableException) {
			return this.answers.problem(HttpStatus.BAD_REQUEST, "The body of the request cannot be read");
		}
		if (ex instanceof IllegalArgumentException) {
			return this.answers.problem(HttpStatus.BAD_REQUEST, ex.getMessage());
		}
		if (ex instanceof ErasedStateException) {
			return this.answers.problem(HttpStatus.GONE, ex.getMessage());
		}
		if (ex instanceof ResponseStatusException refusal) {
			return this.answers.problem(refusal.getStatusCode(), refusal.getReason());
		}
		if (ex instanceof ErrorResponse refusal) {
			String detail = ProblemFilter.detail(refusal.getStatusCode().value());
			return this.answers.problem(refusal.getStatusCode(),
					(detail != null) ? detail : refusal.getBody().getDetail());
		}
		if (ex instanceof BrokenOffException && ex.getCause() instanceof MalformedParameterException malformed) {
			return this.answers.problem(malformed);
		}
		if (ex instanceof BrokenOffException && ex.getCause() instanceof IllegalArgumentException) {
			return this.answers.problem(HttpStatus.BAD_REQUEST, ex.getCause().getMessage());
		}
		if (ex instanceof BrokenOffException && ex.getCause() instanceof ConcurrentModificationException meanwhile
				&& meanwhile.getMessage() != null) {
			return this.answers.problem(HttpStatus.CONFLICT, meanwhile.getMessage());
		}
		if (isUnknownZone(ex)) {
			return this.answers.problem(new MalformedParameterException("hours",
					"The database does not know the time zone that hours names, or knows it by another name only, "
							+ "such as Asia/Kolkata for Asia/Calcutta"));
		}
		if (ex instanceof IOException || SECURITY_PRESENT && Refusals.include(ex)) {
			return null;
		}
		logger.warn("A request for audit entries could not be answered", LoggedFailure.of(ex));
		return this.answers.problem(HttpStatus.INTERNAL_SERVER_ERROR, "The trail cannot be read at present");
	}

	/** Some installations of PostgreSQL have fewer zones than Java. */
	private static boolean isUnknownZone(Throwable ex) {
		return Stream.iterate(ex, Objects::nonNull, Throwable::getCause)
			.limit(20)
			.anyMatch((cause) -> cause instanceof SQLException sql && UNKNOWN_ZONE.equals(sql.getSQLState()));
	}

	static void write(ResponseEntity<byte[]> problem, HttpServletResponse response) {
		response.setStatus(problem.getStatusCode().value());
		problem.getHeaders().forEach((name, values) -> response.setHeader(name, values.get(0)));
		byte[] body = problem.getBody();
		if (body != null) {
			try {
				response.getOutputStream().write(body);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

}
