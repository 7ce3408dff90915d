/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * How Hibernate stores the properties of an entity: the columns written, the form a value
 * has when it is read again, collections and their snapshots. In come mappings and
 * persisters, out goes what a value will look like in its row. Begin with {@code
 * StoredForms}. Besides {@code capture.internal.state} the only package that knows
 * internal types of Hibernate and Envers. Internal: made for the other packages of this
 * project, and changed without notice.
 */
@NullMarked
package io.auditspring.capture.internal.mapping;

import org.jspecify.annotations.NullMarked;
