package io.auditspring.delivery;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What waits in the outbox.
 *
 * @param rows how many transactions' entries, counted up to a limit
 * @param oldest since when the first of them waits, or {@code null} where there is none
 */
public record Backlog(long rows, @Nullable Instant oldest) {

}
