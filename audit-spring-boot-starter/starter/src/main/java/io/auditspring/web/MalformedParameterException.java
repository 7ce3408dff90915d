/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import org.jspecify.annotations.Nullable;

/**
 * A parameter of a request cannot be understood.
 */
final class MalformedParameterException extends IllegalArgumentException {

	private final String parameter;

	MalformedParameterException(String parameter, IllegalArgumentException cause) {
		super(cause.getMessage(), cause);
		this.parameter = parameter;
	}

	MalformedParameterException(String parameter, @Nullable String message) {
		super(message);
		this.parameter = parameter;
	}

	String parameter() {
		return this.parameter;
	}

}
