/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What is looked at while an application starts, whatever of the trail it uses: the
 * version of Spring Boot, the names of properties, and whose Flyway is on the class path.
 * Spring Boot finds these by {@code META-INF/spring.factories}. Internal: changed without
 * notice.
 */
@NullMarked
package io.auditspring.autoconfigure.internal.start;

import org.jspecify.annotations.NullMarked;
