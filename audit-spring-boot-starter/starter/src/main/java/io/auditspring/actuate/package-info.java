/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What Spring Boot Actuator shows of the trail: health, meters, endpoints, and the ledger
 * as the place of its audit events. In come the states of the workers, out go numbers and
 * words. Begin with {@code AuditHealthIndicator}.
 */
@NullMarked
package io.auditspring.actuate;

import org.jspecify.annotations.NullMarked;
