/**
 * Where audited calls are noticed. In come calls of the application's beans, out goes a
 * completed operation for each, with what its annotation says. Begin with {@code
 * AuditAdvisingPostProcessor}, which puts the two interceptors around a bean: {@code
 * AuditBoundary} outside of all others, {@code AuditInterceptor} inside the transaction.
 */
@NullMarked
package io.auditspring.intercept;

import org.jspecify.annotations.NullMarked;
