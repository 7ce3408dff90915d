/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Values as columns and filters hold them. In come texts of a query or of a row, out go
 * patterns, JSON and intervals. Begin with {@code NamePattern}. Internal: made for the
 * other packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.query.internal.value;

import org.jspecify.annotations.NullMarked;
