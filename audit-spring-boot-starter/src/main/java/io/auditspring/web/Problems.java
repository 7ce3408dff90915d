package io.auditspring.web;

import java.io.IOException;
import java.io.UncheckedIOException;

import io.auditspring.query.ErasedStateException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Answers what goes wrong here with problem details of RFC 9457, whatever the application
 * does with exceptions of its own, and leaves all others alone.
 */
public final class Problems implements HandlerExceptionResolver, Ordered {

	private static final Logger logger = LoggerFactory.getLogger(Problems.class);

	private final JsonAnswers answers = new JsonAnswers();

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public @Nullable ModelAndView resolveException(HttpServletRequest request, HttpServletResponse response,
			@Nullable Object handler, Exception ex) {
		if (!(handler instanceof HandlerMethod method)
				|| method.getBeanType().getPackage() != Problems.class.getPackage()) {
			return null;
		}
		if (response.isCommitted() && ex instanceof BrokenOffException broken) {
			// Nobody may handle this: the server closes the connection.
			throw broken;
		}
		ResponseEntity<byte[]> problem = problem(ex);
		if (problem == null) {
			return null;
		}
		if (ex instanceof ResponseStatusException refusal) {
			refusal.getHeaders().forEach((name, values) -> response.setHeader(name, values.get(0)));
		}
		write(problem, response);
		return new ModelAndView();
	}

	private @Nullable ResponseEntity<byte[]> problem(Exception ex) {
		if (ex instanceof MalformedParameterException malformed) {
			return this.answers.problem(malformed);
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
		if (ex instanceof BrokenOffException) {
			Throwable cause = ex.getCause();
			if (cause instanceof IllegalArgumentException) {
				return this.answers.problem(HttpStatus.BAD_REQUEST, cause.getMessage());
			}
			logger.warn("{}", ex.getMessage(), cause);
			return this.answers.problem(HttpStatus.INTERNAL_SERVER_ERROR, "The trail cannot be read at present");
		}
		return null;
	}

	private static void write(ResponseEntity<byte[]> problem, HttpServletResponse response) {
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
