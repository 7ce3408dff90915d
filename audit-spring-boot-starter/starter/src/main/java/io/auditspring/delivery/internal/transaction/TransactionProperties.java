/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What becomes of changes.
 *
 * @param unattributedChanges what happens to changes of entities that no audited call
 * made
 */
@ConfigurationProperties("audit")
record TransactionProperties(@DefaultValue("ignore") UnattributedChanges unattributedChanges) {
}
