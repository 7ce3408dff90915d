/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Threads of our own. In comes a name, out go threads that keep nobody from ending. Begin
 * with {@code BackgroundThreads}. Internal: made for the other packages of this project,
 * and changed without notice.
 */
@NullMarked
package io.auditspring.ledger.internal.thread;

import org.jspecify.annotations.NullMarked;
