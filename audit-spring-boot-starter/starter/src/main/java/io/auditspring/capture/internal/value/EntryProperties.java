/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.util.Locale;

import io.auditspring.Delivery;
import io.auditspring.Severity;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.env.Environment;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * What holds for all entries that say nothing else.
 *
 * @param serviceName the name under which this application records; by default
 * spring.application.name
 * @param defaultCategory the category of entries that name none
 * @param delivery when an entry is durable, where the annotation does not say
 * @param failureSeverity how much attention failures deserve, where nothing else says it
 * @param deniedSeverity how much attention calls deserve that access control refused
 * @param locale the language of the sentences that are made for entries without a message
 */
@ConfigurationProperties("audit")
public record EntryProperties(@Nullable String serviceName, @Nullable String defaultCategory,
		@DefaultValue(EntryProperties.DEFAULT_DELIVERY) Delivery delivery,
		@DefaultValue("error") Severity failureSeverity, @DefaultValue("warning") Severity deniedSeverity,
		@DefaultValue("en") Locale locale) {

	/** Also where this record is not made, as it is too early. */
	public static final String DEFAULT_DELIVERY = "transactional";

	public EntryProperties {
		Assert.isTrue(delivery != Delivery.DEFAULT, "audit.delivery takes transactional, async or sync");
	}

	/**
	 * The name that entries say.
	 * @param environment knows the application's
	 * @return the name, or {@code null} if there is none
	 */
	public @Nullable String service(Environment environment) {
		String name = (this.serviceName != null) ? this.serviceName
				: environment.getProperty("spring.application.name");
		return StringUtils.hasText(name) ? name : null;
	}

}
