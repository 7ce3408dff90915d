/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Verification of a ledger in a database or of an export of it, without Spring and
 * without an application. In come connections or lines and whom to trust, out go all the
 * problems there are. Begin with {@link io.auditspring.ledger.verify.LedgerCheck}, which
 * follows each chain by a {@code ChainRun}.
 */
@NullMarked
package io.auditspring.ledger.verify;

import org.jspecify.annotations.NullMarked;
