/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.handler;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.handler.AbstractHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Finds the trail's handlers where {@code audit.web.base-path} says. The application's
 * own mapping may put a prefix before every path, want a version in every request, and
 * let other origins read everything. Its interceptors do come first: they may let nobody
 * pass, or find out the tenant.
 */
public final class TrailMapping extends RequestMappingHandlerMapping {

	private static final String MAPPING_OF_APPLICATION = "requestMappingHandlerMapping";

	private final List<HandlerInterceptor> own;

	/**
	 * Creates the mapping.
	 * @param own what comes before each handler, after what the application has there
	 */
	public TrailMapping(List<? extends HandlerInterceptor> own) {
		this.own = List.copyOf(own);
		// Before the application's, which refuses what has no version.
		setOrder(Ordered.HIGHEST_PRECEDENCE);
	}

	@Override
	protected String[] getCandidateBeanNames() {
		return obtainApplicationContext().getBeanNamesForType(TrailHandler.class);
	}

	@Override
	protected boolean isHandler(Class<?> type) {
		return TrailHandler.class.isAssignableFrom(type);
	}

	/** Those of the application are among what its own mapping has. */
	@Override
	protected void detectMappedInterceptors(List<HandlerInterceptor> mapped) {
		ApplicationContext context = obtainApplicationContext();
		if (context.containsBean(MAPPING_OF_APPLICATION)
				&& context.getBean(MAPPING_OF_APPLICATION) instanceof AbstractHandlerMapping application) {
			HandlerInterceptor @Nullable [] interceptors = application.getAdaptedInterceptors();
			mapped.addAll((interceptors != null) ? Arrays.asList(interceptors) : List.of());
		}
		else {
			super.detectMappedInterceptors(mapped);
		}
		mapped.addAll(this.own);
	}

}
