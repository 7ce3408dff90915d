/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The state of entities before and after a call, taken from what Hibernate holds when
 * Envers' own listeners fire. In come events of Hibernate, out go changes of entities.
 * Begin with {@code EnversStateListener}. Internal: made for the other packages of this
 * project, and changed without notice.
 */
@NullMarked
package io.auditspring.capture.internal.state;

import org.jspecify.annotations.NullMarked;
