/**
 * What an entry says: the actor, the request, the state of changed entities, with secrets
 * masked.
 */
@NullMarked
package io.auditspring.capture;

import org.jspecify.annotations.NullMarked;
