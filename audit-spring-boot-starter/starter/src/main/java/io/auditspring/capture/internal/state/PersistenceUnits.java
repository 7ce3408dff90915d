/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import jakarta.persistence.EntityManagerFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanCurrentlyInCreationException;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The persistence units of the application, those included that are injected by a
 * qualifier only. That is more than whoever has all of them injected gets.
 */
final class PersistenceUnits implements Supplier<List<EntityManagerFactory>> {

	private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

	private final ConfigurableListableBeanFactory beans;

	private volatile List<EntityManagerFactory> units = List.of();

	private volatile boolean complete;

	private volatile long nextLook = System.nanoTime();

	PersistenceUnits(ConfigurableListableBeanFactory beans) {
		this.beans = beans;
	}

	/**
	 * Those that there are by now: what is recorded by a bean that a persistence unit
	 * needs comes before there are any.
	 */
	@Override
	public List<EntityManagerFactory> get() {
		if (!this.complete && System.nanoTime() - this.nextLook >= 0) {
			look();
		}
		return this.units;
	}

	// Not under a lock of its own: whoever creates beans holds another one.
	private void look() {
		List<EntityManagerFactory> there = new ArrayList<>();
		boolean all = this.beans.isConfigurationFrozen();
		for (String name : BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, EntityManagerFactory.class,
				true, false)) {
			if (isCandidate(name)) {
				EntityManagerFactory unit = find(name);
				all &= unit != null;
				Optional.ofNullable(unit).ifPresent(there::add);
			}
		}
		keep(there, all);
	}

	private synchronized void keep(List<EntityManagerFactory> there, boolean all) {
		if (there.size() > this.units.size()) {
			this.units = List.copyOf(there);
		}
		this.complete |= all;
	}

	// Nobody's first call waits for one that nobody has asked for yet.
	private @Nullable EntityManagerFactory find(String name) {
		try {
			if (isLazy(name) && !this.beans.containsSingleton(name)) {
				lookLater();
				return null;
			}
			return this.beans.getBean(name, EntityManagerFactory.class);
		}
		catch (BeanCurrentlyInCreationException ex) {
			return null;
		}
		catch (BeansException ex) {
			lookLater();
			return null;
		}
	}

	private boolean isLazy(String name) {
		return this.beans.containsBeanDefinition(name) && this.beans.getMergedBeanDefinition(name).isLazyInit();
	}

	private void lookLater() {
		this.nextLook = System.nanoTime() + BETWEEN_LOOKS.toNanos();
	}

	// What its definition says: to ask the factory would create the bean.
	private boolean isCandidate(String name) {
		if (!this.beans.containsBeanDefinition(name)) {
			return true;
		}
		BeanDefinition definition = this.beans.getMergedBeanDefinition(name);
		return definition.isSingleton() && definition.isAutowireCandidate();
	}

}
