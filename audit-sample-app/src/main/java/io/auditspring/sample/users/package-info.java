/**
 * People who sign in, and their passwords.
 */
@NullMarked
package io.auditspring.sample.users;

import org.jspecify.annotations.NullMarked;
