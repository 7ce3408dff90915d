/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Entries in memory: the buffer of asynchronous delivery, what it does when it is full,
 * and the files that keep what cannot be written before the application stops. In come
 * entries after the commit, out go batches written to the ledger. Begin with
 * {@link io.auditspring.delivery.internal.buffer.AsyncBuffer}. Internal: made for the
 * other packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.delivery.internal.buffer;

import org.jspecify.annotations.NullMarked;
