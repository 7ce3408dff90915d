package io.auditspring.delivery.internal.transaction;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What becomes of changes.
 *
 * @param unattributedChanges what happens to changes of entities that no no audited call
 * made
 */
@ConfigurationProperties("audit")
record TransactionProperties(@DefaultValue("ignore") UnattributedChanges unattributedChanges) {
}
