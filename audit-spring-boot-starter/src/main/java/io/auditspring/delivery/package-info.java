/**
 * The way of an entry from the audited call to the ledger, with what each delivery mode
 * promises.
 */
@NullMarked
package io.auditspring.delivery;

import org.jspecify.annotations.NullMarked;
