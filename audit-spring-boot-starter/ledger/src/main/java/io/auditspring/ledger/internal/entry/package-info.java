/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * An entry, its canonical form and its hash, exact to the byte. In come the values of an
 * entry, out go canonical JSON, the digests and the hash that LEDGER-FORMAT.md asks for.
 * Begin with {@link io.auditspring.ledger.internal.entry.Entry}, then {@code EntryHash}.
 * Internal: made for the other packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.ledger.internal.entry;

import org.jspecify.annotations.NullMarked;
