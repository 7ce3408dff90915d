/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import org.hibernate.boot.Metadata;
import org.hibernate.boot.model.relational.SqlStringGenerationContext;
import org.hibernate.cfg.SchemaToolingSettings;
import org.hibernate.dialect.Dialect;
import org.hibernate.engine.jdbc.Size;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.mapping.Column;
import org.hibernate.mapping.Table;
import org.hibernate.metamodel.mapping.JdbcMapping;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.metamodel.mapping.SelectableMapping;
import org.hibernate.type.BasicPluralType;
import org.jspecify.annotations.Nullable;

/**
 * Knows the forms of the columns of a session factory, as far as the mapping tells them.
 * What it leaves open follows from Hibernate's defaults only where Hibernate creates the
 * tables, too.
 */
public final class StoredForms {

	private static final Set<String> CREATING = Set.of("create", "create-only", "create-drop", "drop-and-create",
			"update");

	private static final Pattern DEFAULT = Pattern.compile("\\bdefault\\b", Pattern.CASE_INSENSITIVE);

	private final Dialect dialect;

	private final boolean created;

	private final Map<String, String> definitions;

	private final Set<String> defaulted;

	private final WritingSql writing;

	private StoredForms(SessionFactoryImplementor sessionFactory, Map<String, String> definitions,
			Set<String> defaulted, WritingSql writing) {
		this.dialect = sessionFactory.getJdbcServices().getDialect();
		this.created = isCreated(sessionFactory.getProperties());
		this.definitions = definitions;
		this.defaulted = defaulted;
		this.writing = writing;
	}

	public static StoredForms of(SessionFactoryImplementor sessionFactory) {
		return new StoredForms(sessionFactory, Map.of(), Set.of(), WritingSql.NONE);
	}

	public static StoredForms of(SessionFactoryImplementor sessionFactory, Metadata metadata) {
		SqlStringGenerationContext names = sessionFactory.getSqlStringGenerationContext();
		Dialect dialect = sessionFactory.getJdbcServices().getDialect();
		Map<String, String> definitions = new HashMap<>();
		Set<String> defaulted = new HashSet<>();
		for (Table table : metadata.collectTableMappings()) {
			for (Column column : table.getColumns()) {
				String key = key(names.format(table.getQualifiedTableName()), column.getText(dialect));
				String definition = column.getSqlType();
				if (definition != null) {
					definitions.put(key, definition);
				}
				if (column.getDefaultValue() != null || (definition != null && DEFAULT.matcher(definition).find())) {
					defaulted.add(key);
				}
			}
		}
		return new StoredForms(sessionFactory, Map.copyOf(definitions), Set.copyOf(defaulted),
				WritingSql.of(metadata, (table) -> names.format(table.getQualifiedTableName()), dialect));
	}

	private static boolean isCreated(Map<String, Object> settings) {
		return CREATING.contains(String.valueOf(settings.get(SchemaToolingSettings.HBM2DDL_AUTO))) || CREATING
			.contains(String.valueOf(settings.get(SchemaToolingSettings.JAKARTA_HBM2DDL_DATABASE_ACTION)));
	}

	private static String key(String table, String column) {
		return table + '\n' + column;
	}

	/**
	 * The form of a single column.
	 * @param part what the column holds
	 * @return its form, or {@code null} if it is not one column
	 */
	public @Nullable StoredForm of(@Nullable ModelPart part) {
		return (part instanceof SelectableMapping column && !column.isFormula()) ? of(column) : null;
	}

	/**
	 * The form of a column.
	 * @param column the column
	 * @return its form
	 */
	public StoredForm of(SelectableMapping column) {
		JdbcMapping type = column.getJdbcMapping();
		StoredForm form = StoredForm.of(type, size(column));
		String definition = this.definitions
			.get(key(column.getContainingTableExpression(), column.getSelectionExpression()));
		return (definition != null) ? form.in(definition) : form;
	}

	/**
	 * Whether the database has a value for what an insert does not write.
	 * @param part what the column holds
	 * @return whether the mapping says so
	 */
	public boolean isDefaulted(@Nullable ModelPart part) {
		return part instanceof SelectableMapping column
				&& this.defaulted.contains(key(column.getContainingTableExpression(), column.getSelectionExpression()));
	}

	/**
	 * Whether SQL of the application's decides what the columns hold.
	 * @param part what they hold
	 * @return whether one of them is written by an expression of its own
	 */
	public boolean isTransformed(ModelPart part) {
		boolean[] transformed = { WrittenColumns.isTransformed(part, this.dialect) };
		part.forEachSelectable((index, column) -> transformed[0] |= this.writing.transforms(column));
		return transformed[0];
	}

	private Size size(SelectableMapping column) {
		if (!this.created) {
			return declared(column);
		}
		JdbcMapping type = column.getJdbcMapping();
		JdbcMapping single = (type instanceof BasicPluralType<?, ?> plural) ? plural.getElementType() : type;
		Integer precision = (column.getTemporalPrecision() != null) ? column.getTemporalPrecision()
				: column.getPrecision();
		return this.dialect.getSizeStrategy()
			.resolveSize(single.getJdbcType(), single.getJdbcJavaType(), precision, column.getScale(),
					column.getLength());
	}

	// A scale of 0 and a length of 255 are what an annotation says that says nothing.
	private static Size declared(SelectableMapping column) {
		Size declared = new Size();
		declared.setPrecision(column.getTemporalPrecision());
		if (column.getScale() != null && column.getScale() != 0) {
			declared.setScale(column.getScale());
		}
		if (column.getLength() != null && column.getLength() != Size.DEFAULT_LENGTH) {
			declared.setLength(column.getLength());
		}
		return declared;
	}

}
