/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The command line: verification, exports and migrations without an application. In come
 * arguments, out go a report and an exit code. Begin with
 * {@link io.auditspring.cli.AuditCommand}.
 */
@NullMarked
package io.auditspring.cli;

import org.jspecify.annotations.NullMarked;
