/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Receives the chains of other ledgers: takes bundles of entries that their source
 * signed, verifies each hash, the root and the signature, and appends them as they are.
 * Begin with {@link io.auditspring.receive.internal.BundleReceiver}, which decides what
 * becomes of a bundle, and {@code JdbcSource}, which reads them from another database.
 * <p>
 * Whoever carries bundles by other means needs four of these types, which are beans where
 * {@code audit.receive.enabled} is true. {@code BundleReceiver.receive(Bundle)} takes
 * entries with the note of their end, or a note alone where nothing is new
 * ({@code Bundle.of(chain, size, note)}); it may be given the same again at any time, and
 * throws only what a database does. Of its {@code Reception}, {@code GAP} says by {@code
 * size} from where on to send again, {@code INCOMPLETE} that more must come with it,
 * {@code DELAYED} and {@code PAUSED} that the same is to be given later; the other kinds
 * are done with. {@code ReceivingStatistics.heard} is told what the source says of its
 * end. {@code Receipts} gives what goes back: signed receipts, requests to erase, holds.
 */
@NullMarked
package io.auditspring.receive.internal;

import org.jspecify.annotations.NullMarked;
