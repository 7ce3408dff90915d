package io.auditspring.autoconfigure;

import io.auditspring.intercept.AuditedMethods;

import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Reads the annotations of beans that are not created at start-up too, so that a mistake
 * never waits for the first call.
 */
final class AuditedMethodsCheck implements SmartInitializingSingleton {

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
				Class<?> type = AutoProxyUtils.determineTargetClass(this.beanFactory, name);
				if (type != null) {
					this.methods.anyIn(type);
				}
			}
		}
	}

}
