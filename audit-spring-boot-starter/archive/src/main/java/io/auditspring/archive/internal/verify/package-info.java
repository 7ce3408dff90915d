/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Verifies what is in the archive. In come files as they are found, out go problems.
 * Begin with {@code ArchivedChain}. Internal: made for the other packages of this
 * project, and changed without notice.
 */
@NullMarked
package io.auditspring.archive.internal.verify;

import org.jspecify.annotations.NullMarked;
