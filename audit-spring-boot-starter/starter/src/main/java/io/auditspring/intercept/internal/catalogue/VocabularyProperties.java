/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.catalogue;

import java.util.List;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The words that annotations may use; where none are named, any. An annotation with
 * another one stops the start.
 *
 * @param actions enums, or classes with constants, of the actions
 * @param categories enums, or classes with constants, of the categories
 * @param targetTypes enums, or classes with constants, of the types of targets
 */
@ConfigurationProperties("audit.vocabulary")
record VocabularyProperties(@DefaultValue List<Class<?>> actions, @DefaultValue List<Class<?>> categories,
		@DefaultValue List<Class<?>> targetTypes) {

}
