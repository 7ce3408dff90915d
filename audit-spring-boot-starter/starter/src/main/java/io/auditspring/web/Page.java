/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A page of entries.
 *
 * @param entries the entries as their reader may see them, newest first
 * @param next the cursor of the page after it, or {@code null} on the last
 */
record Page(List<?> entries, @Nullable String next) {

}
