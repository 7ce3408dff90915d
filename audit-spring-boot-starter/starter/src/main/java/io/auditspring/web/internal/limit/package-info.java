/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * How much of the trail may be asked for at a time. Internal: made for the other packages
 * of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.web.internal.limit;

import org.jspecify.annotations.NullMarked;
