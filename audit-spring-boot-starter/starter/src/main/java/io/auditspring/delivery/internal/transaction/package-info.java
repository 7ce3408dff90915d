/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What a transaction means for the entries of the calls in it. In come completed
 * operations and changes of entities, out go entries once it is known whether the
 * transaction committed. Begin with
 * {@link io.auditspring.delivery.internal.transaction.AuditTransactions}. Internal: made
 * for the other packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.delivery.internal.transaction;

import org.jspecify.annotations.NullMarked;
