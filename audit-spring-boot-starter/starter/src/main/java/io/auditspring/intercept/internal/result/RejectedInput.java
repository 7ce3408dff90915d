/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.result;

import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.validation.Errors;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;

/**
 * Input that a method is called with together with what is wrong with it, as those that
 * handle forms are. They show the form again and return, and have done nothing of what
 * they are named for.
 */
final class RejectedInput {

	/** The most faults that are named: a form may have thousands of fields. */
	private static final int MOST = 20;

	private RejectedInput() {
	}

	/**
	 * Tells what was wrong, without the values.
	 * @param arguments what a method was called with
	 * @return that, or {@code null} if nothing was
	 */
	static @Nullable String in(@Nullable Object[] arguments) {
		for (Object argument : arguments) {
			if (argument instanceof Errors errors && errors.hasErrors()) {
				return errors.getAllErrors()
					.stream()
					.map(RejectedInput::named)
					.distinct()
					.limit(MOST)
					.collect(Collectors.joining(", ", "Rejected input: ", ""));
			}
		}
		return null;
	}

	// A key in brackets is somebody's value as well.
	private static String named(ObjectError error) {
		String what = (error instanceof FieldError field) ? field.getField().replaceAll("\\[[^\\]]*\\]", "[]")
				: error.getObjectName();
		return what + " (" + error.getCode() + ')';
	}

}
