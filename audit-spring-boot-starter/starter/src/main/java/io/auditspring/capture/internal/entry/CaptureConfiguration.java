/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import java.util.Set;
import java.util.function.Predicate;

import io.auditspring.ActorAttributes;
import io.auditspring.capture.internal.actor.ActorConfiguration;
import io.auditspring.capture.internal.actor.ActorDetails;
import io.auditspring.capture.internal.origin.Locations;
import io.auditspring.capture.internal.origin.OriginConfiguration;
import io.auditspring.capture.internal.state.EntityIdentifiers;
import io.auditspring.capture.internal.state.StateConfiguration;
import io.auditspring.capture.internal.value.EntryProperties;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.capture.internal.value.Sole;
import io.auditspring.capture.internal.value.ValueConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.util.function.SingletonSupplier;

/**
 * Wires what makes entries of calls.
 */
@Configuration(proxyBeanMethods = false)
@Import({ ValueConfiguration.class, StateConfiguration.Identifiers.class, ActorConfiguration.Application.class,
		OriginConfiguration.Calls.class })
public class CaptureConfiguration {

	private static final Logger logger = LoggerFactory.getLogger(CaptureConfiguration.class);

	// The context itself, as the application may have several sources of messages.
	@Bean
	Sentences auditSentences(ApplicationContext messages, EntryProperties properties) {
		return new Sentences(messages, properties.locale());
	}

	@Bean
	EntryFactory auditEntryFactory(EntryProperties properties, Environment environment, JsonValues auditJsonValues,
			Masking auditMasking, EntityIdentifiers auditEntityIdentifiers, Sentences auditSentences,
			ObjectProvider<Locations> auditLocations, ObjectProvider<ActorAttributes> attributes,
			ConfigurableListableBeanFactory beanFactory) {
		String service = properties.service(environment);
		// A name that is guessed, say of the main class, would change some day, and what
		// entries say is said forever; without a ledger no longer than a test runs.
		if (service == null && beanFactory.containsLocalBean("auditDatabase")) {
			logger.warn("Entries of the audit trail do not say which service made them: set spring.application.name, "
					+ "or audit.service-name");
		}
		return new EntryFactory(service, properties.defaultCategory(), auditJsonValues, auditMasking,
				auditEntityIdentifiers, new Severities(properties.failureSeverity(), properties.deniedSeverity()),
				auditSentences, auditLocations.getIfAvailable(), new ActorDetails(SingletonSupplier
					.of(() -> Sole.of(attributes, "ActorAttributes beans", "Mark the one to ask as @Primary."))));
	}

	@Bean
	Texts auditTexts(EntityIdentifiers auditEntityIdentifiers, JsonValues auditJsonValues) {
		return new Texts(auditEntityIdentifiers, auditJsonValues);
	}

	@Bean
	TargetNames auditTargetNames(Texts auditTexts) {
		return new TargetNames() {

			@Override
			public String kind(String type) {
				return auditTexts.kind(type);
			}

			@Override
			public Set<String> kinds(String type) {
				return auditTexts.kinds(type);
			}

			@Override
			public String id(String type, Object id) {
				return String.valueOf(auditTexts.id(type, id));
			}

			@Override
			public String idOfAny(Predicate<String> kind, String id) {
				return auditTexts.idOfAny(kind, id);
			}

		};
	}

}
