/**
 * Puts the parts together in a Spring Boot application.
 */
@NullMarked
package io.auditspring.autoconfigure;

import org.jspecify.annotations.NullMarked;
