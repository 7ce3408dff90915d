/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Expressions of annotations. In come the texts of the annotations and the values of a
 * call, out go texts and values with secrets masked. Begin with {@code AuditExpression}.
 * Internal: made for the other packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.intercept.internal.expression;

import org.jspecify.annotations.NullMarked;
