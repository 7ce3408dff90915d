/**
 * What applications write against: annotations, value types and extension interfaces.
 */
@NullMarked
package io.auditspring;

import org.jspecify.annotations.NullMarked;
