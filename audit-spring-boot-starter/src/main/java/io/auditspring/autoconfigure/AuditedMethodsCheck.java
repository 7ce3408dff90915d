package io.auditspring.autoconfigure;

import java.util.Arrays;
import java.util.List;

import io.auditspring.intercept.AuditedMethods;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Reads the annotations of beans that are not created at start-up too, so that a mistake
 * never waits for the first call. A warning names beans whose calls are missed.
 */
final class AuditedMethodsCheck implements SmartInitializingSingleton {

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
				Class<?> type = AutoProxyUtils.determineTargetClass(this.beanFactory, name);
				if (type != null) {
					this.methods.anyIn(type);
				}
			}
		}
		warnOfMissedCalls();
	}

	private void warnOfMissedCalls() {
		List<String> missed = Arrays.stream(this.beanFactory.getSingletonNames()).filter(this::isMissed).toList();
		if (!missed.isEmpty()) {
			logger.warn(
					"Calls of @Audited methods of {} leave no entries: these beans were created before auditing "
							+ "was ready, as something needed them too early, or registered as finished objects",
					missed);
		}
	}

	private boolean isMissed(String name) {
		Object bean = this.beanFactory.getSingleton(name);
		return bean != null && this.methods.misses(bean);
	}

}
