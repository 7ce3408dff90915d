/**
 * Where audited calls are noticed: pointcut, interceptors and what the annotation of each
 * method says.
 */
@NullMarked
package io.auditspring.intercept;

import org.jspecify.annotations.NullMarked;
