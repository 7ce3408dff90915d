/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What becomes of old entries and of personal data: retirement of months, legal holds,
 * erasure. In come a period, a hold or a person, out go control entries and a report.
 * Begin with {@link io.auditspring.retention.Retention}, {@code LegalHolds} and {@code
 * Redaction}.
 */
@NullMarked
package io.auditspring.retention;

import org.jspecify.annotations.NullMarked;
