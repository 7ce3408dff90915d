/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

import javax.sql.DataSource;

import jakarta.persistence.EntityManagerFactory;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.JdbcSettings;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.resource.jdbc.spi.LogicalConnectionImplementor;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.ConnectionProxy;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.SimpleConnectionHandle;
import org.springframework.orm.jpa.EntityManagerFactoryInfo;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionSynchronizationUtils;

/**
 * The sessions and connections that Spring has bound to a thread and that work on a data
 * source, however many proxies are around it: whoever began them need not have had the
 * same one in hand.
 */
public final class BoundConnections {

	/** What a proxy says of itself that has no connection, and takes one when asked. */
	private static final List<String> WITHOUT_CONNECTION = List.of("Lazy Connection proxy for target DataSource",
			"Transaction-aware proxy for target Connection");

	private final DataSource dataSource;

	public BoundConnections(DataSource dataSource) {
		this.dataSource = dataSource;
	}

	/**
	 * Whether two data sources are one, or proxies of one.
	 * @param one a data source, or {@code null}
	 * @param other another one
	 * @return whether transactions on the one are transactions on the other
	 */
	public static boolean areSame(@Nullable DataSource one, DataSource other) {
		return one != null && (one == other || innermost(one) == innermost(other));
	}

	/**
	 * Whether a persistence unit works on a data source.
	 * @param factory the unit, or anything else
	 * @param dataSource the data source
	 * @return whether its transactions are transactions on the data source
	 */
	public static boolean isUnitOf(Object factory, DataSource dataSource) {
		return (factory instanceof EntityManagerFactoryInfo info) ? areSame(info.getDataSource(), dataSource)
				: factory instanceof SessionFactory unit && unit.isOpen()
						&& unit.getProperties().get(JdbcSettings.JAKARTA_NON_JTA_DATASOURCE) instanceof DataSource own
						&& areSame(own, dataSource);
	}

	private static Object innermost(Object dataSource) {
		Object inner = dataSource;
		for (Object next = inner; next != null; next = targetOf(inner)) {
			inner = next;
		}
		return inner;
	}

	private static @Nullable Object targetOf(Object dataSource) {
		if (dataSource instanceof DelegatingDataSource delegating) {
			return delegating.getTargetDataSource();
		}
		Object unscoped = TransactionSynchronizationUtils.unwrapResourceIfNecessary(dataSource);
		return (unscoped != dataSource) ? unscoped : AopProxyUtils.getSingletonTarget(dataSource);
	}

	/**
	 * Finds one of the thread's sessions.
	 * @param condition which
	 * @return the first one that is open and fulfils it, or {@code null}
	 */
	public @Nullable SharedSessionContractImplementor session(
			BiPredicate<EntityManagerHolder, SharedSessionContractImplementor> condition) {
		for (EntityManagerHolder holder : holders()) {
			SharedSessionContractImplementor session = session(holder);
			if (condition.test(holder, session)) {
				return session;
			}
		}
		return null;
	}

	/**
	 * The thread's sessions on other data sources, whose transactions are running.
	 * @return them
	 */
	public List<SharedSessionContractImplementor> sessionsElsewhere() {
		return holders((factory) -> isOfHibernate(factory) && !isUnitOf(factory, this.dataSource)).stream()
			.map(BoundConnections::session)
			.filter(SharedSessionContractImplementor::isTransactionInProgress)
			.toList();
	}

	private static boolean isOfHibernate(Object factory) {
		Object unit = (factory instanceof EntityManagerFactoryInfo info) ? info.getNativeEntityManagerFactory()
				: factory;
		return unit instanceof SessionFactory open && open.isOpen();
	}

	private List<EntityManagerHolder> holders() {
		return holders((factory) -> isUnitOf(factory, this.dataSource));
	}

	private static List<EntityManagerHolder> holders(Predicate<Object> ofFactory) {
		if (resources().isEmpty()) {
			return List.of();
		}
		List<EntityManagerHolder> holders = new ArrayList<>(1);
		for (Map.Entry<Object, Object> resource : resources().entrySet()) {
			if (resource.getValue() instanceof EntityManagerHolder holder && ofFactory.test(resource.getKey())
					&& isOpen(holder)) {
				holders.add(holder);
			}
		}
		return holders;
	}

	// A stateless session may be all that it holds; it does not let itself be asked.
	private static boolean isOpen(EntityManagerHolder holder) {
		try {
			return holder.getEntityManager().isOpen();
		}
		catch (IllegalStateException ex) {
			return false;
		}
	}

	private static SharedSessionContractImplementor session(EntityManagerHolder holder) {
		return holder.getEntityManager().unwrap(SharedSessionContractImplementor.class);
	}

	/**
	 * The connection of the transaction that is running; where it has none yet, one is
	 * taken.
	 * @return it, or {@code null} where none is running on the data source
	 */
	public @Nullable Connection ofTransaction() {
		for (Map.Entry<Object, Object> resource : resources().entrySet()) {
			if (isHolder(resource.getKey(), resource.getValue())) {
				return DataSourceUtils.getConnection((DataSource) resource.getKey());
			}
		}
		return null;
	}

	/**
	 * The connections that the thread has in hand, and that no session's transaction is
	 * running on. None is taken for it.
	 * @return them
	 */
	public List<Connection> inHand() {
		if (resources().isEmpty()) {
			return List.of();
		}
		List<Connection> connections = new ArrayList<>(1);
		for (EntityManagerHolder holder : holders()) {
			SharedSessionContractImplementor session = session(holder);
			LogicalConnectionImplementor logical = session.getJdbcCoordinator().getLogicalConnection();
			if (logical.isOpen() && logical.isPhysicallyConnected() && !session.isTransactionInProgress()) {
				connections.add(logical.getPhysicalConnection());
			}
		}
		resources().forEach((key, resource) -> {
			// Any other handle is that of a session.
			if (isHolder(key, resource)
					&& ((ConnectionHolder) resource).getConnectionHandle() instanceof SimpleConnectionHandle handle) {
				connections.add(handle.getConnection());
			}
		});
		connections.removeIf((connection) -> !isThere(connection));
		return connections;
	}

	private boolean isHolder(Object key, Object resource) {
		return resource instanceof ConnectionHolder && key instanceof DataSource candidate
				&& areSame(candidate, this.dataSource);
	}

	// Nothing else tells without taking one.
	private static boolean isThere(Connection connection) {
		return !(connection instanceof ConnectionProxy)
				|| WITHOUT_CONNECTION.stream().noneMatch(connection.toString()::startsWith);
	}

	private static Map<Object, Object> resources() {
		return TransactionSynchronizationManager.getResourceMap();
	}

}
