/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

import io.auditspring.ActorResolver;
import io.auditspring.AuditSetupException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.MutablePropertyValues;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.HierarchicalBeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.auditing.AuditingHandler;
import org.springframework.data.domain.AuditorAware;
import org.springframework.util.function.SingletonSupplier;

/**
 * The {@link AuditorAware} bean that Spring Data uses. Which one that is tells
 * {@code @EnableJpaAuditing(auditorAwareRef = …)}, by the definition of the handler that
 * it registers. No bean is created to find that out, nor before somebody asks who acts.
 */
final class UsedAuditor {

	/**
	 * What {@code @EnableJpaAuditing} registers; that of another store only helps out.
	 */
	private static final String OF_JPA = "jpaAuditingHandler";

	private UsedAuditor() {
	}

	/**
	 * The auditor, asked as late as Spring Data does.
	 * @param beanFactory holds the beans
	 * @return who tells; one who knows nobody where the application has resolvers of its
	 * own and several auditors
	 */
	static AuditorAware<?> of(ConfigurableListableBeanFactory beanFactory) {
		String name = name(beanFactory);
		if (name == null) {
			return () -> Optional.empty();
		}
		Supplier<AuditorAware<?>> auditor = SingletonSupplier.of(() -> beanFactory.getBean(name, AuditorAware.class));
		return () -> auditor.get().getCurrentAuditor().map(Object.class::cast);
	}

	/**
	 * Finds its name.
	 * @param beanFactory holds the beans
	 * @return the name, or {@code null} if none is to be asked
	 * @throws AuditSetupException if there are several and nothing says which one counts
	 */
	static @Nullable String name(ConfigurableListableBeanFactory beanFactory) {
		List<String> names = candidates(beanFactory);
		String name = referenced(beanFactory);
		if (name == null && names.size() == 1) {
			name = names.get(0);
		}
		if (name == null) {
			name = preferred(beanFactory, names);
		}
		if (name == null && names.size() > 1 && !hasResolver(beanFactory)) {
			throw new AuditSetupException(
					"There are several AuditorAware beans (%s), and nothing says which one tells who acts"
						.formatted(String.join(", ", names)),
					"Name it with @EnableJpaAuditing(auditorAwareRef = …), mark it as @Primary, or declare an "
							+ "ActorResolver bean.");
		}
		return name;
	}

	private static boolean hasResolver(ConfigurableListableBeanFactory beanFactory) {
		return BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, ActorResolver.class, true,
				false).length > 0;
	}

	// Not the targets of scoped proxies.
	private static List<String> candidates(ConfigurableListableBeanFactory beanFactory) {
		return Arrays
			.stream(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, AuditorAware.class, true, false))
			.filter((name) -> {
				BeanDefinition definition = definition(beanFactory, name);
				return definition == null || definition.isAutowireCandidate();
			})
			.toList();
	}

	private static @Nullable String preferred(ConfigurableListableBeanFactory beanFactory, List<String> names) {
		List<String> primary = names.stream().filter((name) -> {
			BeanDefinition definition = definition(beanFactory, name);
			return definition != null && definition.isPrimary();
		}).toList();
		if (!primary.isEmpty()) {
			return (primary.size() == 1) ? primary.get(0) : null;
		}
		List<String> regular = names.stream().filter((name) -> {
			BeanDefinition definition = definition(beanFactory, name);
			return definition == null || !definition.isFallback();
		}).toList();
		return (regular.size() == 1) ? regular.get(0) : null;
	}

	private static @Nullable String referenced(ConfigurableListableBeanFactory beanFactory) {
		String ofJpa = reference(definition(beanFactory, OF_JPA));
		if (ofJpa != null) {
			return ofJpa;
		}
		Set<String> names = new LinkedHashSet<>();
		for (String handler : BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, AuditingHandler.class,
				true, false)) {
			String name = reference(definition(beanFactory, handler));
			if (name != null) {
				names.add(name);
			}
		}
		return (names.size() == 1) ? names.iterator().next() : null;
	}

	// The handler has a proxy, which has a target source, which has the name.
	private static @Nullable String reference(@Nullable BeanDefinition handler) {
		if (value(value(handler, "auditorAware"), "targetSource") instanceof BeanDefinition source) {
			Object name = value(source, "targetBeanName");
			return (name != null) ? name.toString() : null;
		}
		return null;
	}

	private static @Nullable Object value(@Nullable Object holder, String property) {
		MutablePropertyValues values = (holder instanceof BeanDefinition definition) ? definition.getPropertyValues()
				: new MutablePropertyValues();
		return values.get(property);
	}

	private static @Nullable BeanDefinition definition(BeanFactory beanFactory, String name) {
		if (beanFactory instanceof ConfigurableListableBeanFactory own && own.containsBeanDefinition(name)) {
			return own.getBeanDefinition(name);
		}
		BeanFactory parent = (beanFactory instanceof HierarchicalBeanFactory child) ? child.getParentBeanFactory()
				: null;
		if (parent instanceof ConfigurableApplicationContext context) {
			parent = context.getBeanFactory();
		}
		return (parent != null) ? definition(parent, name) : null;
	}

}
