/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How those who act are told apart where the application has a type of its own for them,
 * which an AuditorAware or Spring Security gives. Actors, principals, entities and plain
 * values such as numbers need nothing of this.
 *
 * @param idProperty where the AuditorAware or Spring Security gives an object of a type
 * of the application's own: the property of that type that tells the actor's id
 * @param nameProperty where the AuditorAware or Spring Security gives an object of a type
 * of the application's own: the property of that type that tells the actor's name, for
 * people to read
 */
@ConfigurationProperties("audit.actor")
record ActorProperties(@Nullable String idProperty, @Nullable String nameProperty) {

}
