/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What becomes of calls whose entries cannot be kept.
 *
 * @param failurePolicy what the business call sees when its entry cannot be kept
 */
@ConfigurationProperties("audit")
record DeliveryProperties(@DefaultValue("propagate") FailurePolicy failurePolicy) {
}
