/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Threads that write, what they count and how they ride out an outage. In comes work to
 * be repeated until it succeeds, out go a status and statistics. Begin with {@code
 * Worker}. Internal: made for the other packages of this project, and changed without
 * notice.
 */
@NullMarked
package io.auditspring.delivery.internal.worker;

import org.jspecify.annotations.NullMarked;
