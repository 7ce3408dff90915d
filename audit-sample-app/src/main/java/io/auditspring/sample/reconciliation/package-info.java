/**
 * Bank transactions: imported, matched with invoices, approved and exported.
 */
@NullMarked
package io.auditspring.sample.reconciliation;

import org.jspecify.annotations.NullMarked;
