/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.approval;

import io.auditspring.ApprovalPolicy;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.function.SingletonSupplier;

/**
 * Wires what refuses calls that need approval, where auditing is switched off.
 *
 * @since 0.1.0
 */
@Configuration(proxyBeanMethods = false)
public class NoApprovalConfiguration {

	@Bean
	NoApprovals auditApprovals(ObjectProvider<ApprovalPolicy> policies) {
		return new NoApprovals(SingletonSupplier.ofNullable(policies::getIfAvailable));
	}

}
