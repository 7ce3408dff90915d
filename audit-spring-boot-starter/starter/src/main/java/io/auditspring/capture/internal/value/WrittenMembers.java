/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.auditspring.capture.internal.mapping.CustomSql;
import jakarta.persistence.Column;
import org.hibernate.annotations.SQLInsert;
import org.hibernate.annotations.SQLUpdate;

/**
 * Finds the members of an entity that SQL of the application's writes, as far as the
 * annotations tell which columns those are.
 */
final class WrittenMembers {

	private final CustomSql sql;

	private final Map<String, Boolean> names = new HashMap<>();

	private final Set<String> missing;

	private WrittenMembers(CustomSql sql) {
		this.sql = sql;
		this.missing = new TreeSet<>(sql.columns());
	}

	/**
	 * Finds them.
	 * @param type a class
	 * @return by the name of each whether it is a plain value
	 */
	static Map<String, Boolean> of(Class<?> type) {
		CustomSql sql = CustomSql.of();
		for (Class<?> each = type; each != null; each = each.getSuperclass()) {
			for (SQLInsert insert : each.getDeclaredAnnotationsByType(SQLInsert.class)) {
				sql = sql.and(CustomSql.of(insert.sql()));
			}
			for (SQLUpdate update : each.getDeclaredAnnotationsByType(SQLUpdate.class)) {
				sql = sql.and(CustomSql.of(update.sql()));
			}
		}
		return sql.isPlain() ? Map.of() : new WrittenMembers(sql).read(type);
	}

	private Map<String, Boolean> read(Class<?> type) {
		Map<String, Boolean> objects = new HashMap<>();
		for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
			for (Field field : each.getDeclaredFields()) {
				if (!Modifier.isStatic(field.getModifiers())) {
					collect(field, field.getType(), Set.of(field.getName()), objects);
				}
			}
			for (Method method : each.getDeclaredMethods()) {
				if (method.getParameterCount() == 0 && method.getReturnType() != void.class) {
					collect(method, method.getReturnType(), SensitiveMembers.properties(method.getName()), objects);
				}
			}
		}
		// They may be those of an embedded value.
		if (this.sql.unknown() || !this.missing.isEmpty()) {
			this.names.putAll(objects);
		}
		return this.names;
	}

	private <E extends AnnotatedElement & Member> void collect(E member, Class<?> type, Set<String> properties,
			Map<String, Boolean> objects) {
		boolean plain = PlainTypes.include(type) || type == byte[].class || type == char[].class;
		for (String property : properties) {
			if (plain && isTransformed(member, property)) {
				this.names.put(property, true);
			}
			else if (!plain && !Collection.class.isAssignableFrom(type) && !Map.class.isAssignableFrom(type)) {
				objects.put(property, false);
			}
		}
	}

	private boolean isTransformed(AnnotatedElement member, String property) {
		Column column = member.getAnnotation(Column.class);
		Set<String> columns = (column != null && !column.name().isEmpty()) ? Set.of(column.name())
				: new TreeSet<>(List.of(property, property.replaceAll("([a-z0-9])([A-Z])", "$1_$2")));
		columns.forEach((name) -> this.missing.remove(CustomSql.name(name)));
		return columns.stream().anyMatch(this.sql::transforms);
	}

}
