/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * For tests of applications: what was recorded, and assertions about it. In come the
 * entries of audited calls, which are kept in memory and reach no database. Begin with
 * {@link io.auditspring.test.AuditTest}.
 */
@NullMarked
package io.auditspring.test;

import org.jspecify.annotations.NullMarked;
