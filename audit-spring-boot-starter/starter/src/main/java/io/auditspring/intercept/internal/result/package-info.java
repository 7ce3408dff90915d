/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What a method gave back, which may be a failure or only a promise of a result. In come
 * the method's type and its result, out goes what is known of it. Begin with {@code
 * ResultKind}. Internal: made for the other packages of this project, and changed without
 * notice.
 */
@NullMarked
package io.auditspring.intercept.internal.result;

import org.jspecify.annotations.NullMarked;
