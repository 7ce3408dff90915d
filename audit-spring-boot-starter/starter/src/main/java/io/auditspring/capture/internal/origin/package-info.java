/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Where a call comes from: actor, tenant, request and location together, also when the
 * call goes on in another thread. In come requests and actor sources, out goes an {@code
 * Origin}. Begin with {@link io.auditspring.capture.internal.origin.Origins}. Internal:
 * made for the other packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.capture.internal.origin;

import org.jspecify.annotations.NullMarked;
