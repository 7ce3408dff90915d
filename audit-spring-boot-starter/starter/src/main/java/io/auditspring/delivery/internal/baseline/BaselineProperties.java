/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.baseline;

import java.util.Set;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What was there before the trail.
 *
 * @param baseline the names of entities whose present state is recorded once, short or
 * with their packages; a star stands for any text. Of entities of tenants, and of those
 * in several databases behind a router, nothing is recorded, and a warning says so
 */
@ConfigurationProperties("audit.capture")
record BaselineProperties(@DefaultValue Set<String> baseline) {
}
