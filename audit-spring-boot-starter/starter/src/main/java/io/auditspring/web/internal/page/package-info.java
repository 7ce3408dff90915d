/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The page for people: its files, and who may load them. In come requests of a browser,
 * out go the files with headers that let nothing else in. Begin with {@code AuditPage}.
 * Internal: made for the other packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.web.internal.page;

import org.jspecify.annotations.NullMarked;
