/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Where audited calls are noticed. In come calls of the application's beans, out goes a
 * completed operation for each, with what its annotation says. Begin with
 * {@code AuditBoundary}, the interceptor outside of all others, which makes the
 * {@code Call} that {@code AuditInterceptor}, the one inside the transaction, makes an
 * {@code Attempt} at; {@code AuditAdvisingPostProcessor} puts both around a bean.
 * Internal: made for the other packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.intercept.internal.call;

import org.jspecify.annotations.NullMarked;
