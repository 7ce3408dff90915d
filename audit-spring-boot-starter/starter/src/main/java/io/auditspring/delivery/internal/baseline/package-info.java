/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What entities were like when the trail began. In come the present states of entities,
 * out go entries, a page of them at a time. Begin with {@code EntityBaseline}. Internal:
 * made for the other packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.delivery.internal.baseline;

import org.jspecify.annotations.NullMarked;
