/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Entries of what agents do: every tool that a model has called by Spring AI, whichever
 * way it is executed. In come calls of tools, out go calls that are audited. Begin with
 * {@code ToolCalls}.
 */
@NullMarked
package io.auditspring.ai;

import org.jspecify.annotations.NullMarked;
