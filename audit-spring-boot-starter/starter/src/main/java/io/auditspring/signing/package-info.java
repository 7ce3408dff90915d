/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The checkpoints of an application's ledger and the verification that runs in it. In
 * come the entries appended since the last checkpoint, out go signed notes, receipts and
 * what a verification found. Begin with {@link io.auditspring.signing.Checkpoints};
 * {@code CheckpointStep} is what one signing does.
 */
@NullMarked
package io.auditspring.signing;

import org.jspecify.annotations.NullMarked;
