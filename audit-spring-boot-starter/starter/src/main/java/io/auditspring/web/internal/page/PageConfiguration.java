/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.page;

import io.auditspring.web.Readers;
import io.auditspring.web.WebProperties;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The page for those who may read.
 */
@Configuration(proxyBeanMethods = false)
public class PageConfiguration {

	@Bean
	AuditPage auditPage(Readers auditReaders, WebProperties properties) {
		return new AuditPage(auditReaders, properties.basePath(), properties.embed().frameAncestors());
	}

}
