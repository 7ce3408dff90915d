/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What must hold along a chain, for all who read one: those who verify it, who sign what
 * is new and who retire what is old. In come entries that were checked by themselves, out
 * go faults. Begin with {@code ChainWalk}. Internal.
 */
@NullMarked
package io.auditspring.ledger.internal.chain;

import org.jspecify.annotations.NullMarked;
