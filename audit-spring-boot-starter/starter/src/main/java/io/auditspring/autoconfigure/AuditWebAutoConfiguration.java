/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.web.WebConfiguration;
import io.auditspring.web.internal.page.PageConfiguration;
import io.modelcontextprotocol.server.McpServerFeatures;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.servlet.DispatcherServlet;

/**
 * Lets the trail be read over HTTP, where that was asked for and somebody says who may.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnClass(DispatcherServlet.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBooleanProperty("audit.web.enabled")
@ConditionalOnBean(name = { "auditDatabase", "auditTrail" })
@Import({ WebConfiguration.Api.class, PageConfiguration.class })
public final class AuditWebAutoConfiguration {

	/**
	 * The same as tools of an MCP server, where that was asked for as well.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(McpServerFeatures.class)
	@ConditionalOnBooleanProperty("audit.mcp.enabled")
	@Import(WebConfiguration.Mcp.class)
	static class Mcp {

	}

}
