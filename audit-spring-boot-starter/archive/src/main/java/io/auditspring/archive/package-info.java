/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The archive: ranges of a chain as Parquet files that any tool for tables reads, with
 * what it takes to verify them without a database. In come sealed entries, out go files
 * in an {@link io.auditspring.archive.ArchiveStore}. Begin with
 * {@link io.auditspring.archive.ArchiveVerifier}.
 */
@NullMarked
package io.auditspring.archive;

import org.jspecify.annotations.NullMarked;
