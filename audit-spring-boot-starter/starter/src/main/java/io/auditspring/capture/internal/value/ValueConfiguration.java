/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Wires what writes values.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ CaptureProperties.class, EntryProperties.class, MaskingProperties.class })
public class ValueConfiguration {

	@Bean
	Masking auditMasking(MaskingProperties properties) {
		return new Masking(properties.keys());
	}

	@Bean
	JsonValues auditJsonValues(Masking auditMasking, CaptureProperties properties) {
		return new JsonValues(auditMasking, new Limits((int) properties.maxSize().toBytes()));
	}

}
