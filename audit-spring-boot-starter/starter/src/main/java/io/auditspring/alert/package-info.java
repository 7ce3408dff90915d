/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Telling somebody at once. In come new entries and results of verification, out go
 * application events. Begin with {@code AlertWorker}.
 */
@NullMarked
package io.auditspring.alert;

import org.jspecify.annotations.NullMarked;
