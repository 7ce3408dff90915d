/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What an erasure looks for, wherever entries are. In comes a person, out go its traces.
 * Begin with {@code PersonTrace}. Internal: made for the other packages of this project,
 * and changed without notice.
 */
@NullMarked
package io.auditspring.retention.internal;

import org.jspecify.annotations.NullMarked;
