/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Taking over what another library recorded. In come its histories, out go entries that
 * say what they are. Begin with {@code HistoryImporter}.
 */
@NullMarked
package io.auditspring.history;

import org.jspecify.annotations.NullMarked;
