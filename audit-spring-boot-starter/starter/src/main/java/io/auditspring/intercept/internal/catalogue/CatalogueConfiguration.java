/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.catalogue;

import io.auditspring.capture.internal.value.EntryProperties;
import io.auditspring.intercept.internal.call.AuditedMethods;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.function.SingletonSupplier;

/**
 * Wires what knows the words of annotations.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ EntryProperties.class, VocabularyProperties.class })
public class CatalogueConfiguration {

	@Bean
	ActionCatalogue auditActionCatalogue(AuditedMethods auditedMethods, ConfigurableListableBeanFactory beanFactory,
			VocabularyProperties vocabulary, EntryProperties properties) {
		return new ActionCatalogue(auditedMethods,
				SingletonSupplier.of(() -> VocabularyCheck.read(beanFactory, vocabulary)),
				properties.defaultCategory());
	}

	// After the check that reads the annotations of all beans.
	@Bean
	static VocabularyCheck auditVocabularyCheck(ObjectProvider<ActionCatalogue> auditActionCatalogue) {
		return new VocabularyCheck(auditActionCatalogue.getObject());
	}

}
