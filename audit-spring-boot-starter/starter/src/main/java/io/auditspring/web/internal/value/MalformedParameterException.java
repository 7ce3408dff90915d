/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.value;

import org.jspecify.annotations.Nullable;

/**
 * A parameter of a request cannot be understood.
 */
public final class MalformedParameterException extends IllegalArgumentException {

	private final String parameter;

	public MalformedParameterException(String parameter, IllegalArgumentException cause) {
		super(cause.getMessage(), cause);
		this.parameter = parameter;
	}

	public MalformedParameterException(String parameter, @Nullable String message) {
		super(message);
		this.parameter = parameter;
	}

	public String parameter() {
		return this.parameter;
	}

}
