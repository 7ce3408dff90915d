/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Puts the stages together in a Spring Boot application: says in which order they come
 * and on what conditions. Each stage makes its own beans, in a class named {@code
 * …Configuration} of its package, from properties of its own. In come properties and the
 * beans of the application, out go the beans of the trail. Begin with
 * {@link io.auditspring.autoconfigure.AuditAutoConfiguration}.
 * <p>
 * Nobody wants to wait at the start: what beans need is named like the bean that it is,
 * and conditions name the bean that they ask for; by its type alone Spring would look for
 * it among all beans of the application.
 */
@NullMarked
package io.auditspring.autoconfigure;

import org.jspecify.annotations.NullMarked;
