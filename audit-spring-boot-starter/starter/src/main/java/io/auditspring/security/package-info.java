/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Entries of what Spring Security tells by its events, and of what applications with a
 * login of their own tell: who signs in and out, who tries in vain, who is refused. In
 * come events, out go records. Begin with {@code SecurityRecorder}.
 */
@NullMarked
package io.auditspring.security;

import org.jspecify.annotations.NullMarked;
