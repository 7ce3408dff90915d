/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.page;

import java.util.List;

import io.auditspring.web.Readers;
import io.auditspring.web.SecurityHeaders;
import io.auditspring.web.WebProperties;
import io.auditspring.web.internal.handler.TrailAdapter;
import io.auditspring.web.internal.handler.TrailMapping;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.handler.MappedInterceptor;

/**
 * The page for those who may read.
 */
@Configuration(proxyBeanMethods = false)
public class PageConfiguration {

	@Bean
	AuditPage auditPage(Readers auditReaders, WebProperties properties) {
		return new AuditPage(auditReaders, properties.basePath(), properties.embed().frameAncestors());
	}

	/** Nobody who wants the application's mapping gets this one. */
	@Bean(defaultCandidate = false)
	TrailMapping auditHandlerMapping(WebProperties properties) {
		String base = properties.basePath();
		String[] all = { base, base + "/**" };
		String[] embedded = { base + "/embed/**" };
		return new TrailMapping(List.of(new MappedInterceptor(all, embedded, new SecurityHeaders()),
				new MappedInterceptor(embedded, new SecurityHeaders(properties.embed().frameAncestors())),
				new Acceptance()));
	}

	@Bean(defaultCandidate = false)
	TrailAdapter auditHandlerAdapter() {
		return new TrailAdapter();
	}

}
