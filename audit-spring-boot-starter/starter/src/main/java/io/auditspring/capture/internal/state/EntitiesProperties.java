/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Of which entities the state before and after is captured.
 *
 * @param entities of which entities the state is captured: those that Envers audits, all,
 * or those that are annotated; by default those of Envers where it is there, else all
 * @param ignoredEntities the names of further entities whose state is not captured, short
 * or with their packages; a star stands for any text
 */
@ConfigurationProperties("audit.capture")
record EntitiesProperties(@Nullable CapturedEntities entities, @DefaultValue Set<String> ignoredEntities) {
}
