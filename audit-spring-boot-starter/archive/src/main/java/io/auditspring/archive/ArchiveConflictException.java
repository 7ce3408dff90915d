/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/**
 * Says that a file of an archive holds something else than what is to be kept under its
 * name. Nothing was changed.
 *
 * @since 0.1.0
 */
public final class ArchiveConflictException extends IOException {

	private ArchiveConflictException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	/**
	 * Makes one.
	 * @param name the file's name
	 * @param cause why it cannot be the same, or {@code null}
	 * @return the exception
	 */
	public static ArchiveConflictException of(String name, @Nullable Throwable cause) {
		return new ArchiveConflictException(
				"'%s' is in the archive already, with other content than what is to be kept there".formatted(name),
				cause);
	}

}
