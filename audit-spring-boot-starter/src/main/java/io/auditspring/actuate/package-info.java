/**
 * The ledger as the place where Spring Boot Actuator keeps its audit events.
 */
@NullMarked
package io.auditspring.actuate;

import org.jspecify.annotations.NullMarked;
