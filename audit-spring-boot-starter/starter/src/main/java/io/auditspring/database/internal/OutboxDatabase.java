/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * A database in which transactions stage their entries.
 *
 * @param name what it is called where there are several, else {@code null}
 * @param dataSource connections to it
 * @param holdsLedger whether the ledger is in it, too
 */
public record OutboxDatabase(@Nullable String name, DataSource dataSource, boolean holdsLedger) {

}
