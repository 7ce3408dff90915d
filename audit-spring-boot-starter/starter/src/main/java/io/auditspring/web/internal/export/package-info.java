/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Entries as files: CSV, NDJSON with proofs, and the schemas of security tools. In come
 * entries, out go lines. Begin with {@code Exports}. Internal: made for the other
 * packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.web.internal.export;

import org.jspecify.annotations.NullMarked;
