/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What is no longer in the database. In come conditions, out come entries and counts of
 * an archive. Begin with {@code EntryArchive}. Internal: made for the other packages of
 * this project, and changed without notice.
 */
@NullMarked
package io.auditspring.query.internal.past;

import org.jspecify.annotations.NullMarked;
