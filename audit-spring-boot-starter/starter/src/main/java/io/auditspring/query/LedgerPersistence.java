/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.database.internal.BoundConnections;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.hibernate.boot.spi.SessionFactoryOptions;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.orm.jpa.EntityManagerFactoryInfo;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.util.function.SingletonSupplier;

/**
 * The persistence unit in which the audit trail is read: that of the application for the
 * ledger's database, or a small one where it has none, as it does without JPA, the ledger
 * has a database of its own, all entities are in another one or Hibernate routes between
 * tenants. That is no bean, as an entity manager factory would change what the
 * application is; and it begins with the first that is read, so that who only writes
 * never waits for it.
 */
final class LedgerPersistence implements DisposableBean {

	private final AuditDatabase database;

	private final Supplier<EntityManager> entityManager;

	private volatile @Nullable LocalContainerEntityManagerFactoryBean own;

	LedgerPersistence(AuditDatabase database, ObjectProvider<EntityManagerFactory> factories) {
		this.database = database;
		this.entityManager = SingletonSupplier.of(() -> factories.stream()
			.filter(this::readsTheLedger)
			.findFirst()
			.map(SharedEntityManagerCreator::createSharedEntityManager)
			.orElseGet(this::begin));
	}

	private boolean readsTheLedger(EntityManagerFactory factory) {
		return factory instanceof EntityManagerFactoryInfo info
				&& BoundConnections.areSame(info.getDataSource(), this.database.dataSource())
				&& info.getNativeEntityManagerFactory() instanceof SessionFactoryImplementor hibernate
				&& !hasTenants(hibernate.getSessionFactoryOptions());
	}

	// It asks for one wherever it is used, even where there is none, and may read another
	// database for each.
	private static boolean hasTenants(SessionFactoryOptions options) {
		return options.isMultiTenancyEnabled() || options.getCurrentTenantIdentifierResolver() != null;
	}

	private EntityManager begin() {
		LocalContainerEntityManagerFactoryBean unit = new LocalContainerEntityManagerFactoryBean();
		unit.setPersistenceUnitName("audit-ledger");
		unit.setDataSource(this.database.dataSource());
		unit.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
		unit.setPackagesToScan(AuditEntry.class.getPackageName() + ".none");
		// What is on the class path for the application's entities is nothing to this
		// one.
		unit.setJpaPropertyMap(Map.of(AuditEntryMapping.SCHEMA, this.database.schema().name(), "hibernate.hbm2ddl.auto",
				"none", "hibernate.integration.envers.enabled", "false", "hibernate.xml_mapping_enabled", "false",
				"jakarta.persistence.validation.mode", "none"));
		unit.afterPropertiesSet();
		this.own = unit;
		return SharedEntityManagerCreator.createSharedEntityManager(Objects.requireNonNull(unit.getObject()));
	}

	/**
	 * Gives what the trail is read with.
	 * @return a shared entity manager
	 */
	EntityManager entityManager() {
		return this.entityManager.get();
	}

	@Override
	public void destroy() {
		LocalContainerEntityManagerFactoryBean unit = this.own;
		if (unit != null) {
			unit.destroy();
		}
	}

}
