/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Paths;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;

import org.springframework.core.io.ClassPathResource;

/**
 * Describes this API where springdoc describes the application's. What springdoc finds
 * out by itself says nothing of filters and answers, so it is replaced; where it was told
 * to leave this API out, as in a group of other paths, it stays out. An application that
 * says how all of it is secured says it of this API, too; of others, all that may be.
 */
final class ApiDescription implements GlobalOpenApiCustomizer {

	private final String basePath;

	ApiDescription(String basePath) {
		this.basePath = basePath;
	}

	@Override
	public void customise(OpenAPI application) {
		Paths paths = application.getPaths();
		if (paths == null || !paths.keySet().removeIf(this::isOurs)) {
			return;
		}
		OpenAPI described = read();
		boolean secured = application.getSecurity() != null && !application.getSecurity().isEmpty();
		described.getPaths().forEach((path, item) -> {
			if (!secured) {
				item.readOperations().forEach((operation) -> operation.setSecurity(described.getSecurity()));
			}
			paths.addPathItem(this.basePath + path, item);
		});
		Components components = (application.getComponents() != null) ? application.getComponents() : new Components();
		described.getComponents().getSchemas().forEach(components::addSchemas);
		described.getComponents().getParameters().forEach(components::addParameters);
		described.getComponents().getResponses().forEach(components::addResponses);
		if (!secured) {
			described.getComponents().getSecuritySchemes().forEach(components::addSecuritySchemes);
		}
		application.setComponents(components);
	}

	private boolean isOurs(String path) {
		return path.equals(this.basePath) || path.startsWith(this.basePath + "/");
	}

	private static OpenAPI read() {
		try (InputStream description = new ClassPathResource("io/auditspring/web/openapi.json").getInputStream()) {
			return Json31.mapper().readValue(description, OpenAPI.class);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
