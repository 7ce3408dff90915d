/**
 * Reading and verifying the audit trail over HTTP.
 */
@NullMarked
package io.auditspring.sample.trail;

import org.jspecify.annotations.NullMarked;
