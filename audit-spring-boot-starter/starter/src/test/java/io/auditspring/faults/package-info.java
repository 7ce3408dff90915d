/**
 * Tries to lose, double or falsify entries with real processes: applications and
 * databases are killed, frozen, cut off and raced, and then the ledger is counted against
 * the business data and against what callers were told. A few rounds run in each build,
 * many with {@code mvn -Pfaults verify}.
 */
package io.auditspring.faults;
