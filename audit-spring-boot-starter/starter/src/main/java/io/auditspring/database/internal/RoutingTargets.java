/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

/**
 * What a data source leads to that routes: to a database for each tenant, or to a primary
 * and its replicas.
 */
final class RoutingTargets {

	/** What the default is called where no key leads to it. */
	private static final String DEFAULT = "(default)";

	/** By their lookup keys as text; sorted, so that each start finds the same order. */
	private final Map<String, DataSource> all = new TreeMap<>();

	private final @Nullable DataSource byDefault;

	RoutingTargets(DataSource dataSource) {
		this.byDefault = defaultOf(dataSource);
		collect(dataSource, "");
		if (this.byDefault != null && areRoutedBy(dataSource) && !this.all.containsValue(this.byDefault)) {
			this.all.put(DEFAULT, this.byDefault);
		}
	}

	private void collect(DataSource dataSource, String prefix) {
		AbstractRoutingDataSource router = router(dataSource);
		if (router == null) {
			return;
		}
		Map<String, DataSource> targets = new TreeMap<>();
		router.getResolvedDataSources().forEach((key, target) -> targets.put(prefix + key, target));
		targets.forEach((name, target) -> {
			if (areRoutedBy(target)) {
				collect(target, name + '/');
			}
			else if (!this.all.containsValue(target)) {
				this.all.put(name, target);
			}
		});
	}

	private static @Nullable DataSource defaultOf(DataSource dataSource) {
		AbstractRoutingDataSource router = router(dataSource);
		if (router == null) {
			return dataSource;
		}
		DataSource target = router.getResolvedDefaultDataSource();
		return (target != null) ? defaultOf(target) : null;
	}

	// Others may be wrapped around it, such as a LazyConnectionDataSourceProxy.
	private static @Nullable AbstractRoutingDataSource router(DataSource dataSource) {
		try {
			return dataSource.isWrapperFor(AbstractRoutingDataSource.class)
					? dataSource.unwrap(AbstractRoutingDataSource.class) : null;
		}
		catch (SQLException ex) {
			// It cannot tell, and so is nothing that we could look into.
			return null;
		}
	}

	public static boolean areRoutedBy(DataSource dataSource) {
		return router(dataSource) != null;
	}

	Map<String, DataSource> all() {
		return this.all;
	}

	/**
	 * Where it leads to if nothing says otherwise.
	 * @return that, or {@code null}
	 */
	@Nullable DataSource byDefault() {
		return this.byDefault;
	}

	/**
	 * The name of a target.
	 * @param target one of these
	 * @return its name, or {@code null} if it is none
	 */
	@Nullable String name(DataSource target) {
		return this.all.entrySet()
			.stream()
			.filter((entry) -> entry.getValue() == target)
			.map(Map.Entry::getKey)
			.findFirst()
			.orElse(null);
	}

}
