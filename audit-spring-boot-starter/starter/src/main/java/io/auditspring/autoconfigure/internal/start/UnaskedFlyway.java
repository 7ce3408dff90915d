/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure.internal.start;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.migration.JavaMigration;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.flyway.autoconfigure.FlywayDataSource;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.Resource;
import org.springframework.util.ClassUtils;

/**
 * Keeps the Flyway that the trail's schema is migrated with from becoming the
 * application's. Who has Spring Boot's module without the library, as
 * {@code spring-boot-starter-classic} brings it, would have its own tables refused for
 * lack of a history. No auto-configuration, as tests of slices leave that out and have
 * Spring Boot's.
 */
final class UnaskedFlyway implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	private static final String MODULE = "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration";

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		if (ClassUtils.isPresent(MODULE, context.getClassLoader())) {
			context.addBeanFactoryPostProcessor(new Removal(context));
		}
	}

	/**
	 * Takes away what Spring Boot has defined where nothing in the application asks for
	 * it: there is nothing that it could migrate.
	 */
	private static final class Removal implements BeanFactoryPostProcessor {

		private static final Log logger = LogFactory.getLog(UnaskedFlyway.class);

		/** Defined where the application has no Flyway of its own. */
		private static final String INITIALIZER = "flywayInitializer";

		private static final String MIGRATIONS = "classpath*:db/migration/**";

		private final ConfigurableApplicationContext context;

		Removal(ConfigurableApplicationContext context) {
			this.context = context;
		}

		@Override
		public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
			if (!(beanFactory instanceof BeanDefinitionRegistry registry)) {
				return;
			}
			List<String> defined = Arrays.stream(registry.getBeanDefinitionNames())
				.filter((name) -> isOfSpringBoot(registry.getBeanDefinition(name)))
				.toList();
			if (defined.contains(INITIALIZER) && !isAsked(beanFactory, defined)) {
				defined.forEach(registry::removeBeanDefinition);
				logger
					.info("Spring Boot's Flyway stays off: without migrations and settings of the application's it is "
							+ "there for the audit trail only. spring.flyway.enabled=true brings it back");
			}
		}

		private static boolean isOfSpringBoot(BeanDefinition definition) {
			String configuration = definition.getFactoryBeanName();
			return configuration != null && configuration.startsWith(MODULE);
		}

		private boolean isAsked(ConfigurableListableBeanFactory beans, List<String> defined) {
			return isSet() || isAskedByBeans(beans, defined) || hasMigrations();
		}

		private static boolean isAskedByBeans(ConfigurableListableBeanFactory beans, List<String> defined) {
			return isNamed(beans, defined) || Stream
				.of(JavaMigration.class, Callback.class, FlywayConfigurationCustomizer.class,
						FlywayMigrationStrategy.class)
				.flatMap((type) -> Arrays.stream(beans.getBeanNamesForType(type, true, false)))
				.anyMatch((name) -> !defined.contains(name));
		}

		// To find all beans with an annotation would begin factory beans before their
		// time.
		private static boolean isNamed(ConfigurableListableBeanFactory beans, List<String> defined) {
			return Arrays.stream(beans.getBeanDefinitionNames())
				.filter((name) -> !defined.contains(name))
				.anyMatch((name) -> beans.findAnnotationOnBean(name, FlywayDataSource.class, false) != null
						|| dependsOnOneOf(beans.getBeanDefinition(name), defined));
		}

		private static boolean dependsOnOneOf(BeanDefinition definition, List<String> defined) {
			String[] names = definition.getDependsOn();
			return names != null && Arrays.stream(names).anyMatch(defined::contains);
		}

		private boolean isSet() {
			return Binder.get(this.context.getEnvironment())
				.bind("spring.flyway", Bindable.mapOf(String.class, Object.class))
				.isBound();
		}

		private boolean hasMigrations() {
			try {
				return Arrays.stream(this.context.getResources(MIGRATIONS)).anyMatch(Resource::isReadable);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
