package io.auditspring.web;

import java.util.List;

import io.auditspring.query.AuditEntry;
import org.jspecify.annotations.Nullable;

/**
 * A page of entries.
 *
 * @param entries the entries, newest first
 * @param next the cursor of the page after it, or {@code null} on the last
 */
record Page(List<AuditEntry> entries, @Nullable String next) {

}
