/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Jobs and listeners, which have no caller: methods that Spring runs by schedule or for a
 * message. In come the beans with such methods, out goes the name of what is running.
 * Begin with {@code ListenerPostProcessor}. Internal: made for the other packages of this
 * project, and changed without notice.
 */
@NullMarked
package io.auditspring.intercept.internal.listener;

import org.jspecify.annotations.NullMarked;
