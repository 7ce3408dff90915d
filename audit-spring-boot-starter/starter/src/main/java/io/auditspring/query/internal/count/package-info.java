/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What keeps sums of entries in the background. In come entries of the ledger, out go
 * sums beside it. Begin with {@code ActivityCounter}. Internal: made for the other
 * packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.query.internal.count;

import org.jspecify.annotations.NullMarked;
