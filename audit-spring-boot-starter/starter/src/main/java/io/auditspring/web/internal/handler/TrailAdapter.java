/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.handler;

import java.util.List;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.http.converter.ByteArrayHttpMessageConverter;
import org.springframework.http.converter.StringHttpMessageConverter;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerAdapter;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/**
 * Calls the trail's handlers without what the application has for its own: an advice that
 * puts every answer into an envelope, binders and formats.
 */
public final class TrailAdapter implements HandlerAdapter, Ordered {

	private final Apart adapter = new Apart();

	public TrailAdapter() {
		this.adapter.setMessageConverters(List.of(new ByteArrayHttpMessageConverter(), new StringHttpMessageConverter(),
				new JacksonJsonHttpMessageConverter()));
		this.adapter.afterPropertiesSet();
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	@Override
	public boolean supports(Object handler) {
		return handler instanceof HandlerMethod method && TrailHandler.class.isAssignableFrom(method.getBeanType());
	}

	@Override
	public @Nullable ModelAndView handle(HttpServletRequest request, HttpServletResponse response, Object handler)
			throws Exception {
		return this.adapter.handle(request, response, handler);
	}

	/**
	 * Without a context it finds no advice there.
	 */
	private static final class Apart extends RequestMappingHandlerAdapter {

		@Override
		protected boolean isContextRequired() {
			return false;
		}

	}

}
