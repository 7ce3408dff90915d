/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure.internal.start;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.json.JsonParseException;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.boot.origin.Origin;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Warns of properties that nobody reads and that are nearly called like one of the
 * trail's: who misspells {@code audit.capture.entities} believes that entities are
 * captured. An application may use the prefix for properties of its own, so that nothing
 * is said of a name that resembles none of ours. Spring Boot 3 loads this class, too.
 */
final class MisspeltProperties implements ApplicationListener<ApplicationStartedEvent> {

	private static final Log logger = LogFactory.getLog(MisspeltProperties.class);

	private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("audit");

	private static final String METADATA = "META-INF/spring-configuration-metadata.json";

	// Below it a second letter more, or another one, makes a name a different word.
	private static final int LONG_NAME = 8;

	// What starts in a child is told to its parent's listeners, too, and has mostly the
	// same properties.
	@Override
	public void onApplicationEvent(ApplicationStartedEvent event) {
		ApplicationContext context = event.getApplicationContext();
		Map<ConfigurationPropertyName, ConfigurationPropertySource> given = given(context);
		if (given.isEmpty() || context.getParent() != null) {
			return;
		}
		Set<String> known = known(context.getClassLoader());
		given.forEach((name, source) -> {
			String nearest = nearest(name, known, fromEnvironment(source));
			if (nearest != null && !isOfApplication(name, context)) {
				logger.warn("The property '%s' (%s) is none of the audit trail's and is ignored. Did you mean '%s'?"
					.formatted(name, origin(source, name), nearest));
			}
		});
	}

	private static Map<ConfigurationPropertyName, ConfigurationPropertySource> given(ApplicationContext context) {
		Map<ConfigurationPropertyName, ConfigurationPropertySource> given = new TreeMap<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(context.getEnvironment())) {
			if (source instanceof IterableConfigurationPropertySource iterable) {
				for (ConfigurationPropertyName name : iterable) {
					if (PREFIX.isAncestorOf(name)) {
						given.putIfAbsent(name, source);
					}
				}
			}
		}
		return given;
	}

	private static Set<String> known(@Nullable ClassLoader loader) {
		ClassLoader classes = (loader != null) ? loader : MisspeltProperties.class.getClassLoader();
		Set<String> known = new TreeSet<>();
		try {
			for (URL url : Collections.list(classes.getResources(METADATA))) {
				try (InputStream in = url.openStream()) {
					String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
					if (json.contains("\"audit.")) {
						known.addAll(names(json));
					}
				}
			}
			return known;
		}
		catch (IOException | JsonParseException ex) {
			// The file may be anybody's, and no application needs it to start.
			logger.debug("Properties are not looked at, as their descriptions cannot be read", ex);
			return Set.of();
		}
	}

	private static List<String> names(String json) {
		Object properties = JsonParserFactory.getJsonParser().parseMap(json).get("properties");
		return !(properties instanceof List<?> list) ? List.of()
				: list.stream()
					.filter(Map.class::isInstance)
					.map((property) -> String.valueOf(((Map<?, ?>) property).get("name")))
					.filter((name) -> name.startsWith("audit."))
					.toList();
	}

	// Null for one that is known, or whose name is far from all.
	private static @Nullable String nearest(ConfigurationPropertyName name, Set<String> known, boolean environment) {
		String given = comparable(name, environment);
		String nearest = null;
		int least = (given.length() < LONG_NAME) ? 2 : 3;
		for (String one : known) {
			String other = comparable(ConfigurationPropertyName.adapt(one, '.'), environment);
			if (given.equals(other) || given.startsWith(other + '.')) {
				return null;
			}
			int distance = distance(given, other);
			if (distance < least) {
				least = distance;
				nearest = one;
			}
		}
		return nearest;
	}

	// Variables of the environment have underscores for dots as well as for dashes.
	private static String comparable(ConfigurationPropertyName name, boolean environment) {
		StringBuilder comparable = new StringBuilder();
		for (int i = 1; i < name.getNumberOfElements() && !name.isNumericIndex(i); i++) {
			comparable.append((comparable.isEmpty() || environment) ? "" : ".")
				.append(name.getElement(i, Form.UNIFORM));
		}
		return comparable.toString();
	}

	// Letters that are added, missing, others, or swapped with their neighbour
	private static int distance(String one, String other) {
		int[][] distances = new int[one.length() + 1][other.length() + 1];
		for (int i = 0; i <= one.length(); i++) {
			for (int j = 0; j <= other.length(); j++) {
				distances[i][j] = (i == 0 || j == 0) ? i + j
						: Math.min(Math.min(distances[i - 1][j], distances[i][j - 1]) + 1,
								distances[i - 1][j - 1] + ((one.charAt(i - 1) == other.charAt(j - 1)) ? 0 : 1));
				if (i > 1 && j > 1 && one.charAt(i - 1) == other.charAt(j - 2)
						&& one.charAt(i - 2) == other.charAt(j - 1)) {
					distances[i][j] = Math.min(distances[i][j], distances[i - 2][j - 2] + 1);
				}
			}
		}
		return distances[one.length()][other.length()];
	}

	// Where a bean of the application binds the prefix, the name is likely to be its own.
	private static boolean isOfApplication(ConfigurationPropertyName name, ApplicationContext context) {
		for (String bean : context.getBeanNamesForAnnotation(ConfigurationProperties.class)) {
			Class<?> type = context.getType(bean, false);
			ConfigurationProperties bound = context.findAnnotationOnBean(bean, ConfigurationProperties.class, false);
			if (type != null && !type.getName().startsWith("io.auditspring.") && bound != null
					&& (bound.prefix() + '.').startsWith("audit.")
					&& ConfigurationPropertyName.adapt(bound.prefix(), '.').isAncestorOf(name)) {
				return true;
			}
		}
		return false;
	}

	private static boolean fromEnvironment(ConfigurationPropertySource source) {
		return source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
	}

	private static String origin(ConfigurationPropertySource source, ConfigurationPropertyName name) {
		Origin origin = Origin.from(source.getConfigurationProperty(name));
		if (origin != null) {
			return origin.toString();
		}
		return (source.getUnderlyingSource() instanceof PropertySource<?> underlying) ? underlying.getName()
				: source.toString();
	}

}
