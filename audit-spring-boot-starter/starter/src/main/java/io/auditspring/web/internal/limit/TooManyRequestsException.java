/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.limit;

import java.time.Duration;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * Somebody asks for more than there is room for at present.
 */
public final class TooManyRequestsException extends ResponseStatusException {

	private final Duration patience;

	TooManyRequestsException(String reason, Duration patience) {
		super(HttpStatus.TOO_MANY_REQUESTS, reason + "; try again later");
		this.patience = patience;
	}

	@Override
	public HttpHeaders getHeaders() {
		HttpHeaders headers = new HttpHeaders();
		headers.set(HttpHeaders.RETRY_AFTER, Long.toString(this.patience.toSeconds()));
		return headers;
	}

}
