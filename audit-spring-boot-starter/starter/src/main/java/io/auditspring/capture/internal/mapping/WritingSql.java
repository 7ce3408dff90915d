/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import org.hibernate.boot.Metadata;
import org.hibernate.dialect.Dialect;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Join;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Table;
import org.hibernate.metamodel.mapping.SelectableMapping;

/**
 * Knows the tables that an application writes with SQL of its own.
 */
final class WritingSql {

	static final WritingSql NONE = new WritingSql();

	private final Map<String, CustomSql> tables = new HashMap<>();

	/** By which their rows are found again, and so as they are told. */
	private final Map<String, Set<String>> keys = new HashMap<>();

	private WritingSql() {
	}

	static WritingSql of(Metadata metadata, Function<Table, String> names, Dialect dialect) {
		WritingSql writing = new WritingSql();
		for (PersistentClass entity : metadata.getEntityBindings()) {
			String name = names.apply(entity.getTable());
			writing.add(name, CustomSql.of(entity.getCustomSQLInsert(), entity.getCustomSQLUpdate()));
			writing.addKey(name, entity.getTable(), dialect);
			for (Join join : entity.getJoins()) {
				name = names.apply(join.getTable());
				writing.add(name, CustomSql.of(join.getCustomSQLInsert(), join.getCustomSQLUpdate()));
				writing.addKey(name, join.getTable(), dialect);
			}
		}
		for (Collection collection : metadata.getCollectionBindings()) {
			writing.add(names.apply(collection.getCollectionTable()),
					CustomSql.of(collection.getCustomSQLInsert(), collection.getCustomSQLUpdate()));
		}
		return writing;
	}

	private void add(String table, CustomSql sql) {
		if (!sql.isPlain()) {
			this.tables.merge(table, sql, CustomSql::and);
		}
	}

	private void addKey(String table, Table mapped, Dialect dialect) {
		if (mapped.getPrimaryKey() != null) {
			Set<String> columns = this.keys.computeIfAbsent(table, (name) -> new HashSet<>());
			mapped.getPrimaryKey().getColumns().stream().map((column) -> column.getText(dialect)).forEach(columns::add);
		}
	}

	/**
	 * Whether a column may hold something else than it is given.
	 * @param column the column
	 * @return whether it may
	 */
	boolean transforms(SelectableMapping column) {
		CustomSql sql = this.tables.get(column.getContainingTableExpression());
		return sql != null && !column.isFormula() && sql.transforms(column.getSelectionExpression())
				&& !this.keys.getOrDefault(column.getContainingTableExpression(), Set.of())
					.contains(column.getSelectionExpression());
	}

}
