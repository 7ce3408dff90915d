/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * How requests come to the trail's own handlers, whatever the application has set for its
 * own: in come requests, out go their answers. Begin with {@code TrailMapping}.
 */
@NullMarked
package io.auditspring.web.internal.handler;

import org.jspecify.annotations.NullMarked;
