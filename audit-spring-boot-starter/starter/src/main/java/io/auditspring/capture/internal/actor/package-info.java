/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Who acts. In come the principals of Spring Security, of the servlet container and of
 * Spring Data's auditor, out go actors. Begin with {@code ActorSource}, which each of
 * them implements. Internal: made for the other packages of this project, and changed
 * without notice.
 */
@NullMarked
package io.auditspring.capture.internal.actor;

import org.jspecify.annotations.NullMarked;
