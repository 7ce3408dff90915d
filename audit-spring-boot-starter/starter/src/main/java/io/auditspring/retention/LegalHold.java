/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.time.Instant;

import io.auditspring.Resource;
import org.jspecify.annotations.Nullable;

/**
 * Something that a court or a dispute still needs: what concerns it is neither erased nor
 * retired.
 *
 * @param id which hold
 * @param actorId the actor it is on, or {@code null}
 * @param target the target it is on, or {@code null}
 * @param reason why
 * @param placedAt since when
 * @since 0.1.0
 */
public record LegalHold(long id, @Nullable String actorId, @Nullable Resource target, String reason, Instant placedAt) {

}
