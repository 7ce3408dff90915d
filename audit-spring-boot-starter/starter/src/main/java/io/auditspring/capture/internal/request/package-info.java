/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Which servlet request is being served. In comes the request, by Spring or by a filter
 * of our own, out it goes to whoever reads it. Begin with {@code ServedRequests}.
 * Internal: made for the other packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.capture.internal.request;

import org.jspecify.annotations.NullMarked;
