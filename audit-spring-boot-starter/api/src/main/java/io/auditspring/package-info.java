/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What applications write against: annotations, value types, extension interfaces and
 * what they may throw. Nothing comes in from the other packages, which all build on this
 * one. Begin with {@link io.auditspring.Audited}; what no method call stands for goes
 * through {@link io.auditspring.AuditRecorder}.
 */
@NullMarked
package io.auditspring;

import org.jspecify.annotations.NullMarked;
