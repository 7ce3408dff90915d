/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.test;

import java.util.Arrays;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.jdbc.EmbeddedDatabaseConnection;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.core.type.MethodMetadata;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;

/**
 * Whether tests run on an embedded database, as far as that can be told without creating
 * the data source, which would be too early here, or look at what is recorded without
 * any. The property {@code audit.test.in-memory} says so where it cannot be told.
 */
final class OnEmbeddedDatabase extends SpringBootCondition implements ConfigurationCondition {

	private static final String PROPERTY = "audit.test.in-memory";

	private static final String URL = "spring.datasource.url";

	private static final String REPLACEMENT = "org.springframework.boot.jdbc.test.autoconfigure."
			+ "TestDatabaseAutoConfiguration";

	private static final String DYNAMIC = "org.springframework.test.context.support.DynamicValuesPropertySource";

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Embedded database");
		Boolean told = context.getEnvironment().getProperty(PROPERTY, Boolean.class);
		if (told != null) {
			return new ConditionOutcome(told, message.because(PROPERTY + "=" + told));
		}
		ConfigurableListableBeanFactory beanFactory = context.getBeanFactory();
		boolean embedded = beanFactory != null
				&& (isLookedAtWithoutAny(beanFactory) || isReplaced(beanFactory, context.getEnvironment())
						|| isEmbedded(beanFactory, context.getEnvironment()));
		return new ConditionOutcome(embedded, message.because(embedded ? "found" : "not found"));
	}

	// With @AuditTest; without, an application that lost its database should not start.
	private static boolean isLookedAtWithoutAny(ConfigurableListableBeanFactory beanFactory) {
		return names(beanFactory, DataSource.class).length == 0 && names(beanFactory, RecordedEntries.class).length > 0;
	}

	private static String[] names(ConfigurableListableBeanFactory beanFactory, Class<?> type) {
		return BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, type, true, false);
	}

	// Spring Boot replaces it later, unless it is a database for tests already.
	private static boolean isReplaced(ConfigurableListableBeanFactory beanFactory, Environment environment) {
		String replaced = environment.getProperty("spring.test.database.replace", "NON_TEST");
		return replaces(beanFactory)
				&& (!replaced.equalsIgnoreCase("NON_TEST") || !isForTests(beanFactory, environment));
	}

	private static boolean replaces(ConfigurableListableBeanFactory beanFactory) {
		return Arrays.stream(beanFactory.getBeanDefinitionNames())
			.anyMatch((name) -> definer(beanFactory, name).equals(REPLACEMENT));
	}

	private static String definer(ConfigurableListableBeanFactory beanFactory, String name) {
		MethodMetadata method = (beanFactory.containsBeanDefinition(name)
				&& beanFactory.getBeanDefinition(name) instanceof AnnotatedBeanDefinition definition)
						? definition.getFactoryMethodMetadata() : null;
		return (method != null) ? method.getDeclaringClassName() : "";
	}

	private static boolean isForTests(ConfigurableListableBeanFactory beanFactory, Environment environment) {
		return isProvided(beanFactory) || url(environment).startsWith("jdbc:tc:")
				|| (environment instanceof ConfigurableEnvironment sources && sources.getPropertySources()
					.stream()
					.anyMatch((source) -> source.getClass().getName().equals(DYNAMIC) && source.containsProperty(URL)));
	}

	// By a container, say; what only repeats the properties does not count.
	private static boolean isProvided(ConfigurableListableBeanFactory beanFactory) {
		return Arrays.stream(beanFactory.getBeanNamesForType(JdbcConnectionDetails.class, true, false))
			.map((name) -> beanFactory.getType(name, false))
			.anyMatch((type) -> type == null || !type.getSimpleName().startsWith("Properties"));
	}

	private static String url(Environment environment) {
		return environment.getProperty(URL, environment.getProperty("spring.datasource.hikari.jdbc-url", ""));
	}

	private static boolean isEmbedded(ConfigurableListableBeanFactory beanFactory, Environment environment) {
		String[] names = beanFactory.getBeanNamesForType(DataSource.class, true, false);
		String name = (names.length == 1) ? names[0] : primary(beanFactory, names);
		Class<?> type = (name != null) ? beanFactory.getType(name, false) : null;
		return (type != null && EmbeddedDatabase.class.isAssignableFrom(type))
				|| (name != null && !isProvided(beanFactory)
						&& (isEmbedded(url(environment)) || isEmbeddedByDefault(beanFactory, name, environment)));
	}

	// Without an address Spring Boot takes an embedded database that is on the class
	// path.
	private static boolean isEmbeddedByDefault(ConfigurableListableBeanFactory beanFactory, String name,
			Environment environment) {
		return url(environment).isEmpty() && environment.getProperty("spring.datasource.jndi-name") == null
				&& definer(beanFactory, name).startsWith("org.springframework.boot.jdbc.autoconfigure.")
				&& EmbeddedDatabaseConnection.get(beanFactory.getBeanClassLoader()) != EmbeddedDatabaseConnection.NONE;
	}

	private static @Nullable String primary(ConfigurableListableBeanFactory beanFactory, String[] names) {
		return Arrays.stream(names).filter((name) -> {
			BeanDefinition definition = beanFactory.containsBeanDefinition(name) ? beanFactory.getBeanDefinition(name)
					: null;
			return definition != null && definition.isPrimary();
		}).findFirst().orElse(null);
	}

	// Not one of a server.
	private static boolean isEmbedded(String url) {
		return (url.startsWith("jdbc:h2:") && !url.startsWith("jdbc:h2:tcp:") && !url.startsWith("jdbc:h2:ssl:"))
				|| url.startsWith("jdbc:hsqldb:mem:") || url.startsWith("jdbc:hsqldb:file:")
				|| (url.startsWith("jdbc:derby:") && !url.startsWith("jdbc:derby://"));
	}

}
