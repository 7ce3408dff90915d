/**
 * The database: an embedded PostgreSQL unless the configuration names another.
 */
@NullMarked
package io.auditspring.sample.database;

import org.jspecify.annotations.NullMarked;
