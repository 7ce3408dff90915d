/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What entries must be like, whoever looks for them. In come the values of filters, out
 * goes data from which the database's condition and that of an archive are made. Begin
 * with {@code Condition}. Internal: made for the other packages of this project, and
 * changed without notice.
 */
@NullMarked
package io.auditspring.query.internal.condition;

import org.jspecify.annotations.NullMarked;
