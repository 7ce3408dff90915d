/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What the other packages of the ledger, and those who use them, say to each other: where
 * a ledger is, what is wrong with it and which parts of an entry can be erased. Begin
 * with {@link io.auditspring.ledger.verify.LedgerCheck} to verify one.
 */
@NullMarked
package io.auditspring.ledger;

import org.jspecify.annotations.NullMarked;
