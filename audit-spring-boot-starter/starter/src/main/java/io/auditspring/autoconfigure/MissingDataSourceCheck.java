/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import java.util.Arrays;

import javax.sql.DataSource;

import io.auditspring.AuditSetupException;
import io.auditspring.intercept.internal.call.AuditedMethods;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.util.ClassUtils;

/**
 * Refuses to start where calls are to be audited and there is no data source to do it
 * with: they would leave no entries, and nobody would notice.
 */
final class MissingDataSourceCheck implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(MissingDataSourceCheck.class);

	private static final String R2DBC = "io.r2dbc.spi.ConnectionFactory";

	private final ConfigurableListableBeanFactory beanFactory;

	MissingDataSourceCheck(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public void afterSingletonsInstantiated() {
		for (String name : this.beanFactory.getBeanDefinitionNames()) {
			if (isMeant(name)) {
				throw missing("The bean '%s' has @Audited methods".formatted(name), this.beanFactory);
			}
		}
	}

	// One that nobody needs may lack what it is made of, and be no obstacle for that.
	private boolean isMeant(String name) {
		try {
			Class<?> type = AutoProxyUtils.determineTargetClass(this.beanFactory, name);
			return type != null && AuditedMethods.isMeant(ClassUtils.getUserClass(type));
		}
		catch (IllegalStateException | LinkageError ex) {
			logger.debug("What the bean '{}' has cannot be found out", name, ex);
			return false;
		}
	}

	/**
	 * Says why nothing can be audited.
	 * @param what what is to be audited
	 * @param beanFactory the application's beans
	 * @return the exception
	 */
	static AuditSetupException missing(String what, ListableBeanFactory beanFactory) {
		String[] there = names(beanFactory, DataSource.class);
		if (there.length > 0 && Arrays.stream(there).allMatch((name) -> isKept(name, beanFactory))) {
			return new AuditSetupException(
					"%s, but no DataSource is a default candidate: '%s' is only for those who name it".formatted(what,
							String.join("', '", there)),
					"Put @AuditDataSource beside its @Bean if the audit trail may be kept in it, or set audit.enabled=false.");
		}
		if (there.length > 0) {
			return new AuditSetupException(
					"%s, but auditing found no DataSource: '%s' was defined when it had already looked for one"
						.formatted(what, String.join("', '", there)),
					"Define it as a @Bean of a configuration class, or in an auto-configuration that comes before "
							+ "io.auditspring.autoconfigure.AuditAutoConfiguration.");
		}
		if (usesR2dbc(beanFactory)) {
			return new AuditSetupException(
					"%s, but there is no DataSource: the application reaches its database by R2DBC alone, and the "
						.formatted(what) + "audit trail needs JDBC",
					"Define a DataSource that leads to PostgreSQL and is the trail's alone, a @Bean(defaultCandidate = false) "
							+ "with @AuditDataSource, or set audit.enabled=false.");
		}
		return new AuditSetupException("%s, but there is no DataSource to keep the audit trail in".formatted(what),
				"Set spring.datasource.url, or define a DataSource bean, that leads to PostgreSQL, or set "
						+ "audit.enabled=false. Tests need none where audit-spring-boot-starter-test is on their "
						+ "class path and audit.test.in-memory=true is set.");
	}

	private static boolean isKept(String name, ListableBeanFactory beanFactory) {
		return beanFactory instanceof ConfigurableListableBeanFactory beans && beans.containsBeanDefinition(name)
				&& beans.getMergedBeanDefinition(name) instanceof AbstractBeanDefinition definition
				&& !definition.isDefaultCandidate();
	}

	private static boolean usesR2dbc(ListableBeanFactory beanFactory) {
		ClassLoader loader = MissingDataSourceCheck.class.getClassLoader();
		return ClassUtils.isPresent(R2DBC, loader)
				&& names(beanFactory, ClassUtils.resolveClassName(R2DBC, loader)).length > 0;
	}

	private static String[] names(ListableBeanFactory beanFactory, Class<?> type) {
		return BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, type, true, false);
	}

}
