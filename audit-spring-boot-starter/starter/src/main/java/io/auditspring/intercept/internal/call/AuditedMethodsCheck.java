/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.auditspring.AuditSetupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.util.ClassUtils;

/**
 * Reads the annotations of beans that are not created at start-up too, so that a mistake
 * never waits for the first call. A warning names beans whose calls are missed, those in
 * child contexts included, which post-processors of their parents do not see, and classes
 * that were compiled without the names of their parameters. Where calls would pass that
 * need approval, the application does not start.
 */
final class AuditedMethodsCheck implements SmartInitializingSingleton, ApplicationListener<ContextRefreshedEvent> {

	private static final Logger logger = LoggerFactory.getLogger(AuditedMethodsCheck.class);

	private final AuditedMethods methods;

	private final ConfigurableListableBeanFactory beanFactory;

	AuditedMethodsCheck(AuditedMethods methods, ConfigurableListableBeanFactory beanFactory) {
		this.methods = methods;
		this.beanFactory = beanFactory;
	}

	@Override
	public void afterSingletonsInstantiated() {
		for (String name : this.beanFactory.getBeanDefinitionNames()) {
			if (!this.beanFactory.containsSingleton(name)) {
				lookInto(name);
			}
		}
		List<String> missed = missed(this.beanFactory);
		requireApprovals(missed, this.beanFactory,
				"they were created before auditing was ready, as something needed them too early, or registered as "
						+ "finished objects",
				"Let nothing need them that early, such as a BeanPostProcessor, and let a @Bean method make them.");
		if (!missed.isEmpty()) {
			logger.warn(
					"Calls of @Audited methods of {} leave no entries: these beans were created before auditing "
							+ "was ready, as something needed them too early, or registered as finished objects",
					missed);
		}
		Set<String> unnamed = this.methods.unnamed();
		if (!unnamed.isEmpty()) {
			logger.warn("The arguments of @Audited methods of {} have no names, which would tell what is secret: "
					+ "entries show none of them, and no text that repeats one; compile these classes with "
					+ "-parameters, in Kotlin with -java-parameters", unnamed);
		}
	}

	// One that nobody needs may lack what it is made of, and be no obstacle for that.
	private void lookInto(String name) {
		try {
			Class<?> type = AutoProxyUtils.determineTargetClass(this.beanFactory, name);
			if (type != null) {
				this.methods.anyIn(type);
			}
		}
		catch (IllegalStateException | LinkageError ex) {
			logger.debug("What the bean '{}' has cannot be found out, which is not created yet", name, ex);
		}
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		ApplicationContext context = event.getApplicationContext();
		if (context instanceof ConfigurableApplicationContext child && child.getBeanFactory() != this.beanFactory
				&& child.getBeanNamesForType(AuditedMethodsCheck.class, false, false).length == 0) {
			List<String> missed = missed(child.getBeanFactory());
			requireApprovals(missed, child.getBeanFactory(),
					"their context '%s' is a child of the one that audits".formatted(child.getId()),
					"Let it import AuditAutoConfiguration, too, for example by @EnableAutoConfiguration.");
			if (!missed.isEmpty()) {
				logger
					.warn("Calls of @Audited methods of {} leave no entries: their context '{}' is a child of the one "
							+ "that audits; let it import AuditAutoConfiguration, too, for example by "
							+ "@EnableAutoConfiguration", missed, child.getId());
			}
		}
	}

	// An entry that is missing is a pity; what passes without approval is done.
	private static void requireApprovals(List<String> missed, ConfigurableListableBeanFactory beans, String why,
			String remedy) {
		List<String> unapproved = missed.stream()
			.filter((name) -> passes(Objects.requireNonNull(beans.getSingleton(name))))
			.toList();
		if (!unapproved.isEmpty()) {
			throw new AuditSetupException("Calls of @RequiresApproval methods of %s would pass without approval: %s"
				.formatted(unapproved, why), remedy);
		}
	}

	private static boolean passes(Object bean) {
		return AuditedMethods.needsApproval(ClassUtils.getUserClass(AopUtils.getTargetClass(bean)))
				&& !AuditedMethods.isSeenTo(bean);
	}

	private List<String> missed(ConfigurableListableBeanFactory beans) {
		return Arrays.stream(beans.getSingletonNames()).filter((name) -> isMissed(beans.getSingleton(name))).toList();
	}

	private boolean isMissed(@Nullable Object bean) {
		return bean != null && this.methods.misses(bean);
	}

}
