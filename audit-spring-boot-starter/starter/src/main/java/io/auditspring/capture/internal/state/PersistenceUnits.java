/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import jakarta.persistence.EntityManagerFactory;

import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The persistence units of the application, those included that are injected by a
 * qualifier only. That is more than whoever has all of them injected gets.
 */
final class PersistenceUnits implements Supplier<List<EntityManagerFactory>> {

	private final ConfigurableListableBeanFactory beans;

	private final Map<String, EntityManagerFactory> found = new LinkedHashMap<>();

	private volatile List<EntityManagerFactory> units = List.of();

	private volatile boolean complete;

	PersistenceUnits(ConfigurableListableBeanFactory beans) {
		this.beans = beans;
	}

	/**
	 * Those that there are by now: what is recorded by a bean that a persistence unit
	 * needs comes before there are any.
	 */
	@Override
	public List<EntityManagerFactory> get() {
		if (!this.complete) {
			look();
		}
		return this.units;
	}

	private synchronized void look() {
		String[] names = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, EntityManagerFactory.class,
				true, false);
		boolean all = this.beans.isConfigurationFrozen();
		for (String name : names) {
			if (!this.found.containsKey(name) && isCandidate(name)) {
				all &= find(name);
			}
		}
		if (this.units.size() != this.found.size()) {
			this.units = List.copyOf(this.found.values());
		}
		this.complete = all;
	}

	private boolean find(String name) {
		try {
			this.found.put(name, this.beans.getBean(name, EntityManagerFactory.class));
			return true;
		}
		catch (BeansException ex) {
			return false;
		}
	}

	private boolean isCandidate(String name) {
		return !this.beans.containsBeanDefinition(name)
				|| this.beans.getMergedBeanDefinition(name).isAutowireCandidate();
	}

}
