/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What needs the approval of another person: requests, decisions, and the gate that calls
 * have to pass. In come calls with their arguments, out go approvals or refusals, and
 * entries of both. Begin with {@code ApprovalGate}.
 */
@NullMarked
package io.auditspring.approval;

import org.jspecify.annotations.NullMarked;
