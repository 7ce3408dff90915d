/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * All actions that the application declares, and the words it allows. In come the
 * annotations of all beans, out go lists for the page and failures of the start. Begin
 * with {@code ActionCatalogue}. Internal: made for the other packages of this project,
 * and changed without notice.
 */
@NullMarked
package io.auditspring.intercept.internal.catalogue;

import org.jspecify.annotations.NullMarked;
