/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Staged entries and the relay that moves them to the ledger. In come entries in the
 * transaction of the application, out go entries in the ledger, each exactly once. Begin
 * with {@code Outbox}, then {@code Relay}. Internal: made for the other packages of this
 * project, and changed without notice.
 */
@NullMarked
package io.auditspring.delivery.internal.outbox;

import org.jspecify.annotations.NullMarked;
