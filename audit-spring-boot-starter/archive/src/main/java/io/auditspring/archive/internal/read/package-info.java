/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Reads entries that are in the archive only. In come conditions of the trail, out come
 * entries and counts. Begin with {@code ArchiveReader}. Internal: made for the other
 * packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.archive.internal.read;

import org.jspecify.annotations.NullMarked;
