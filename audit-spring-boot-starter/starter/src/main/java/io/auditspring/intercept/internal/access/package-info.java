/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Whether a call may be made: what others refuse, and what a person has to approve first.
 */
@NullMarked
package io.auditspring.intercept.internal.access;

import org.jspecify.annotations.NullMarked;
