/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.catalogue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.auditspring.AuditActions;
import io.auditspring.AuditCategories;
import io.auditspring.AuditTargetTypes;
import io.auditspring.Vocabulary;

import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;

/**
 * Stops the start where an annotation uses a word that the application does not know.
 */
final class VocabularyCheck implements SmartInitializingSingleton {

	private final ActionCatalogue catalogue;

	VocabularyCheck(ActionCatalogue catalogue) {
		this.catalogue = catalogue;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.catalogue.check();
	}

	/**
	 * Reads the words that properties and annotations of beans name. Only classes of the
	 * application are looked at.
	 * @param beans the beans
	 * @param properties the properties
	 * @return the words
	 */
	static Vocabularies read(ConfigurableListableBeanFactory beans, VocabularyProperties properties) {
		List<Class<?>> actions = new ArrayList<>(properties.actions());
		List<Class<?>> categories = new ArrayList<>(properties.categories());
		List<Class<?>> targetTypes = new ArrayList<>(properties.targetTypes());
		for (String name : beans.getBeanDefinitionNames()) {
			Class<?> type = AutoProxyUtils.determineTargetClass(beans, name);
			if (type == null || type.getName().startsWith("org.springframework.boot.")
					|| type.getName().startsWith("java.")) {
				continue;
			}
			AuditActions ofActions = AnnotatedElementUtils.findMergedAnnotation(type, AuditActions.class);
			AuditCategories ofCategories = AnnotatedElementUtils.findMergedAnnotation(type, AuditCategories.class);
			AuditTargetTypes ofTypes = AnnotatedElementUtils.findMergedAnnotation(type, AuditTargetTypes.class);
			actions.addAll((ofActions != null) ? List.of(ofActions.value()) : List.of());
			categories.addAll((ofCategories != null) ? List.of(ofCategories.value()) : List.of());
			targetTypes.addAll((ofTypes != null) ? List.of(ofTypes.value()) : List.of());
		}
		return new Vocabularies(words("action", Vocabulary::action, actions),
				words("category", Vocabulary::category, categories),
				words("type of target", Vocabulary::targetType, targetTypes));
	}

	private static Words words(String kind, Function<Enum<?>, String> naming, List<Class<?>> sources) {
		return new Words(kind, naming, sources.stream().distinct().toList());
	}

}
