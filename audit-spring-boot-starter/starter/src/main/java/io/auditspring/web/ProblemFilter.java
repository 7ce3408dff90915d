/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.io.IOException;
import java.io.PrintWriter;

import io.auditspring.capture.internal.value.LoggedFailure;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Answers with problem details of RFC 9457 also what is refused before it reaches this
 * API, or leads nowhere in it: by Spring Security, for want of a CSRF token, by the
 * server. Only below the base path; the application's own errors stay what they are.
 */
final class ProblemFilter extends OncePerRequestFilter {

	private final JsonAnswers answers = new JsonAnswers();

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		Answer answer = new Answer(response);
		if (!isReadable(request)) {
			answer.tell((request.getContentLengthLong() > 0) ? 413 : 400, null);
			return;
		}
		try {
			chain.doFilter(request, answer);
		}
		catch (ServletException | RuntimeException ex) {
			if (response.isCommitted() || request.isAsyncStarted()) {
				throw ex;
			}
			// The server would lead to the application's page of errors.
			logger.error("A request for the audit trail failed", LoggedFailure.of(ex));
			answer.tell(HttpStatus.INTERNAL_SERVER_ERROR.value(), null);
		}
		// Some refuse by nothing but a status.
		if (!request.isAsyncStarted() && answer.isBareError()) {
			answer.tell(response.getStatus(), null);
		}
	}

	/**
	 * Tomcat throws where a form is too large, or no escape is one, whoever asks first.
	 */
	private static boolean isReadable(HttpServletRequest request) {
		try {
			request.getParameterMap();
			return true;
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	/**
	 * What is wrong, where whoever refused said nothing but the status.
	 */
	static @Nullable String detail(int status) {
		return switch (status) {
			case 400 -> "The server cannot make out what is asked for";
			case 401 -> "Sign in to read the audit trail";
			case 403 ->
				"You may not do this, or the request lacks the token (CSRF) that the application wants to see in "
						+ "requests that change something";
			case 404 -> "There is nothing here";
			case 405 -> "This can be asked for otherwise; see the header Allow";
			case 406 -> "There is no answer in a format that the header Accept names";
			case 413 -> "This is more than the server takes";
			case 415 -> "This takes nothing in that format";
			case 429 -> "Too much is asked for at once; try again later";
			case 500 -> "The trail cannot be read at present";
			case 502, 503, 504 -> "The trail cannot be read at present; try again later";
			default -> null;
		};
	}

	/**
	 * An answer that is told of as an error.
	 */
	private final class Answer extends HttpServletResponseWrapper {

		private boolean used;

		Answer(HttpServletResponse response) {
			super(response);
		}

		boolean isBareError() {
			return !this.used && !isCommitted() && getStatus() >= HttpStatus.BAD_REQUEST.value();
		}

		@Override
		public ServletOutputStream getOutputStream() throws IOException {
			this.used = true;
			return super.getOutputStream();
		}

		@Override
		public PrintWriter getWriter() throws IOException {
			this.used = true;
			return super.getWriter();
		}

		@Override
		public void sendError(int status) throws IOException {
			sendError(status, null);
		}

		@Override
		public void sendError(int status, @Nullable String message) throws IOException {
			if (isCommitted() || HttpStatus.resolve(status) == null) {
				super.sendError(status, message);
				return;
			}
			tell(status, message);
		}

		/** What the server would say itself is no more than the status. */
		void tell(int status, @Nullable String message) throws IOException {
			HttpStatus known = HttpStatus.resolve(status);
			if (known == null) {
				return;
			}
			resetBuffer();
			SecurityHeaders.set((HttpServletResponse) getResponse());
			boolean told = message != null && !message.isBlank() && !message.equals(known.getReasonPhrase());
			String detail = detail(status);
			String otherwise = told ? message : known.getReasonPhrase();
			ProblemDetails.write(ProblemFilter.this.answers.problem(known, (detail != null) ? detail : otherwise),
					(HttpServletResponse) getResponse());
			this.used = true;
		}

	}

}
