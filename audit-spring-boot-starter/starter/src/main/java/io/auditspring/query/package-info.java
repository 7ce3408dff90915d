/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Reading the ledger. In come queries, out go entries as entities, page by page, trails
 * of targets and counts over time. Begin with {@link io.auditspring.query.AuditTrail};
 * {@code JpaAuditTrail} is how it is done.
 */
@NullMarked
package io.auditspring.query;

import org.jspecify.annotations.NullMarked;
