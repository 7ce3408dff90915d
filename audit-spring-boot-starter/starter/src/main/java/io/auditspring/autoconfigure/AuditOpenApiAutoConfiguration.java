/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.web.WebConfiguration;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Import;

/**
 * Lets springdoc describe the trail's API beside the application's.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = AuditWebAutoConfiguration.class)
@ConditionalOnClass(GlobalOpenApiCustomizer.class)
@ConditionalOnBean(name = "auditApi")
@Import(WebConfiguration.OpenApi.class)
public final class AuditOpenApiAutoConfiguration {

}
