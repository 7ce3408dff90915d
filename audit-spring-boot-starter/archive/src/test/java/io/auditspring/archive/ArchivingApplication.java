/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.nio.file.Path;

import javax.sql.DataSource;

import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.autoconfigure.AuditCheckpointAutoConfiguration;
import io.auditspring.autoconfigure.AuditReadingAutoConfiguration;
import io.auditspring.autoconfigure.AuditUpkeepAutoConfiguration;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * An application that archives what is older than two years, and reads it.
 */
final class ArchivingApplication {

	private ArchivingApplication() {
	}

	static ApplicationContextRunner of(DataSource dataSource, String key, Path memory) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class, AuditAutoConfiguration.class,
					AuditReadingAutoConfiguration.class, AuditCheckpointAutoConfiguration.class,
					AuditUpkeepAutoConfiguration.class, ArchiveAutoConfiguration.class))
			.withPropertyValues("audit.flyway.enabled=false", "audit.checkpoint.origin=example.com/audit",
					"audit.checkpoint.key-name=example.com/audit", "audit.checkpoint.private-key=" + key,
					"audit.checkpoint.memory=" + memory, "audit.retention.period=P2Y", "audit.retention.action=archive",
					"audit.archive.read=true", "audit.archive.memory=256MB")
			.withBean(DataSource.class, () -> dataSource);
	}

}
