/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The history that Hibernate Envers writes.
 *
 * @param missingTables what happens at the start when tables or sequences are missing
 * that Envers writes to
 */
@ConfigurationProperties("audit.envers")
record EnversProperties(@DefaultValue("refuse") MissingTables missingTables) {

}
