/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The database of the trail: which one it is, whether it may be used, its migrations, and
 * how the other parts get connections and transactions of it. In come the application's
 * data sources, out go connections that no busy pool holds up. Begin with
 * {@code AuditDatabase}, which is made ready before the first call is audited. Internal:
 * made for the other packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.database.internal;

import org.jspecify.annotations.NullMarked;
