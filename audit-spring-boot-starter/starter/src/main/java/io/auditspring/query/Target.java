package io.auditspring.query;

import org.jspecify.annotations.Nullable;

/**
 * What an operation was done to, as far as that was recorded.
 *
 * @param type the kind of thing, or {@code null}
 * @param id which one, or {@code null}
 * @param name its name for people to read, or {@code null}
 */
public record Target(@Nullable String type, @Nullable String id, @Nullable String name) {

}
