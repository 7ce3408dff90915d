/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Reading the trail over HTTP: REST and who may use it. In come requests, out go entries
 * as JSON, live streams and problem details; nothing is open unless somebody said so.
 * Begin with {@code AuditApi}, and with {@code Readers} for who may read what.
 */
@NullMarked
package io.auditspring.web;

import org.jspecify.annotations.NullMarked;
