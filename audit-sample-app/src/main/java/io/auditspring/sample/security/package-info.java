/**
 * Who may send which request, and how they sign in.
 */
@NullMarked
package io.auditspring.sample.security;

import org.jspecify.annotations.NullMarked;
