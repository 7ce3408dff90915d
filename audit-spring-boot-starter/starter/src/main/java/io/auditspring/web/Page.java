/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A page of entries.
 *
 * @param entries the entries as their reader may see them, newest first
 * @param next the cursor of the page after it, or {@code null} on the last
 * @param lookedUntil where the page ended before it was full, when the last entry was
 * recorded that was looked at; else left out
 */
record Page(List<?> entries, @Nullable String next,
		@JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String lookedUntil) {

}
