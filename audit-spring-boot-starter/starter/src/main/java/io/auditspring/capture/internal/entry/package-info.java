/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What an entry says. In come an operation, the changes of entities and the origin of the
 * call, out go entries with secrets masked. Begin with
 * {@link io.auditspring.capture.internal.entry.EntryFactory}; who, where from and the
 * state of entities are gathered in the packages beside. Internal: made for the other
 * packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.capture.internal.entry;

import org.jspecify.annotations.NullMarked;
