/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * A range of a chain in the archive: what it is called, what its manifest says, and its
 * tiles. Begin with {@code Manifest}. Internal: made for the other packages of this
 * project, and changed without notice.
 */
@NullMarked
package io.auditspring.archive.internal.range;

import org.jspecify.annotations.NullMarked;
