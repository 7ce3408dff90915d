/**
 * Reading the ledger: entries as entities, queries and trails.
 */
@NullMarked
package io.auditspring.query;

import org.jspecify.annotations.NullMarked;
