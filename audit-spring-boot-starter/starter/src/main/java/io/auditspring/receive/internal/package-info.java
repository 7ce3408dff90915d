/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Receives the chains of other ledgers: takes bundles of entries that their source
 * signed, verifies each hash, the root and the signature, and appends them as they are.
 * Begin with {@link io.auditspring.receive.internal.BundleReceiver}, which decides what
 * becomes of a bundle, and {@code JdbcSource}, which reads them from another database.
 */
@NullMarked
package io.auditspring.receive.internal;

import org.jspecify.annotations.NullMarked;
