/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.database.internal.BoundConnections;
import jakarta.persistence.EntityManagerFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.orm.jpa.EntityManagerFactoryInfo;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;

/**
 * The persistence unit in which the audit trail is read: that of the application for the
 * ledger's database, or a small one where it has none, as the ledger has a database of
 * its own or all entities are in another one. That is no bean, as a second entity manager
 * factory would be in the application's way.
 */
final class LedgerPersistence implements DisposableBean {

	private final EntityManagerFactory factory;

	private final @Nullable LocalContainerEntityManagerFactoryBean own;

	LedgerPersistence(AuditDatabase database, ObjectProvider<EntityManagerFactory> factories) {
		Optional<EntityManagerFactory> existing = factories.stream()
			.filter((candidate) -> candidate instanceof EntityManagerFactoryInfo info
					&& BoundConnections.areSame(info.getDataSource(), database.dataSource()))
			.findFirst();
		this.own = existing.isPresent() ? null : create(database);
		this.factory = (this.own != null) ? Objects.requireNonNull(this.own.getObject()) : existing.orElseThrow();
	}

	private static LocalContainerEntityManagerFactoryBean create(AuditDatabase database) {
		LocalContainerEntityManagerFactoryBean unit = new LocalContainerEntityManagerFactoryBean();
		unit.setPersistenceUnitName("audit-ledger");
		unit.setDataSource(database.dataSource());
		unit.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
		unit.setPackagesToScan(AuditEntry.class.getPackageName() + ".none");
		unit.setJpaPropertyMap(Map.of(AuditEntryMapping.SCHEMA, database.schema().name(), "hibernate.hbm2ddl.auto",
				"none", "hibernate.integration.envers.enabled", "false"));
		unit.afterPropertiesSet();
		return unit;
	}

	EntityManagerFactory factory() {
		return this.factory;
	}

	@Override
	public void destroy() {
		if (this.own != null) {
			this.own.destroy();
		}
	}

}
