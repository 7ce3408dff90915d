/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Entries in Parquet files, by DuckDB. In come entries in their order, out go two files,
 * and the other way round. Begin with {@code EntryFiles}. Internal: made for the other
 * packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.archive.internal.parquet;

import org.jspecify.annotations.NullMarked;
