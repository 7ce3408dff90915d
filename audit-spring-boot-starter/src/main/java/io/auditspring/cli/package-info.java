/**
 * Verification on the command line, without an application. What it needs besides the
 * ledger's verifier comes only with the jar of classifier {@code cli}.
 */
@NullMarked
package io.auditspring.cli;

import org.jspecify.annotations.NullMarked;
