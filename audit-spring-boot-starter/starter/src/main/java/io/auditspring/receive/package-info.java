/**
 * Many services, one ledger: chains of other ledgers are received here. In come the
 * properties {@code audit.receive} and what other databases hold, out go entries in
 * chains that are registered. Begin with {@code ReceiveConfiguration}, then with {@code
 * JdbcSource} and {@code BundleReceiver} one room below.
 */
@NullMarked
package io.auditspring.receive;

import org.jspecify.annotations.NullMarked;
