/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Files of which nobody ever sees a part. In comes a text, out goes a file. Begin with
 * {@code WholeFiles}. Internal: made for the other packages of this project, and changed
 * without notice.
 */
@NullMarked
package io.auditspring.ledger.internal.file;

import org.jspecify.annotations.NullMarked;
