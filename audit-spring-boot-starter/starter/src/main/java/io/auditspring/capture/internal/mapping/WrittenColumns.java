/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.auditspring.capture.internal.mapping.EntityShape.Source;
import io.auditspring.capture.internal.mapping.EntityShape.Written;
import org.hibernate.dialect.Dialect;
import org.hibernate.metamodel.mapping.AttributeMapping;
import org.hibernate.metamodel.mapping.BasicValuedModelPart;
import org.hibernate.metamodel.mapping.ForeignKeyDescriptor;
import org.hibernate.metamodel.mapping.JdbcMapping;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.metamodel.mapping.SelectableMapping;
import org.hibernate.metamodel.mapping.ValuedModelPart;
import org.hibernate.metamodel.mapping.internal.ToOneAttributeMapping;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.BasicType;
import org.hibernate.type.CustomType;
import org.hibernate.type.ManyToOneType;
import org.hibernate.type.Type;
import org.hibernate.type.descriptor.ValueBinder;
import org.hibernate.type.descriptor.WrapperOptions;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PGobject;

import org.springframework.util.ClassUtils;

/**
 * Finds out what a column holds where the mapping lets somebody else than Hibernate write
 * it: a user type, a Java or JDBC type of the application, an expression in SQL. Much of
 * it is made to encrypt.
 */
public final class WrittenColumns {

	/** What stands for a value that only the database can tell. */
	public static final Object UNKNOWN = new Object();

	private WrittenColumns() {
	}

	/**
	 * Whether an expression in SQL decides what the columns hold.
	 * @param part the attribute
	 * @param dialect the database
	 * @return whether one of its columns is written by an expression of its own
	 */
	public static boolean isTransformed(ModelPart part, Dialect dialect) {
		boolean[] transformed = new boolean[1];
		part.forEachSelectable((index, column) -> transformed[0] |= isTransformed(column, dialect));
		return transformed[0];
	}

	/**
	 * How an attribute gets into the row: not at all, where its column is that of another
	 * attribute, too, or the database computes it.
	 * @param persister the entity's persister
	 * @param type the attribute's type
	 * @param attribute the attribute
	 * @return how it is written
	 */
	public static Written written(EntityPersister persister, Type type, @Nullable AttributeMapping attribute) {
		boolean single = type instanceof BasicType<?> || type instanceof ManyToOneType;
		if (attribute == null || !single || attribute.getGenerator() != null) {
			return Written.ALWAYS;
		}
		List<SelectableMapping> columns = columns(attribute);
		if (isComputed(columns)) {
			return Written.ELSEWHERE;
		}
		if (columns.isEmpty() || columns.stream().anyMatch(SelectableMapping::isFormula)) {
			return Written.ALWAYS;
		}
		boolean onInsert = columns.stream().anyMatch(SelectableMapping::isInsertable);
		// In Hibernate 7.2 only the attribute says that it is immutable, not its column.
		boolean onUpdate = attribute.getAttributeMetadata().isUpdatable()
				&& columns.stream().anyMatch(SelectableMapping::isUpdateable);
		if (onInsert || onUpdate) {
			return new Written(onInsert, onUpdate, null);
		}
		List<@Nullable Source> sources = columns.stream()
			.map((column) -> source(persister, attribute, column))
			.toList();
		if (sources.size() > 1 && sources.stream().allMatch(Objects::nonNull)) {
			return Written.ELSEWHERE;
		}
		return new Written(false, false, (sources.size() == 1) ? sources.get(0) : null);
	}

	/**
	 * Whether the database computes a value from others when it is read. Memory does not
	 * know what becomes of it when those change.
	 * @param part the attribute
	 * @return whether no column holds it
	 */
	public static boolean isComputed(@Nullable ModelPart part) {
		return (part instanceof BasicValuedModelPart || part instanceof ToOneAttributeMapping)
				&& isComputed(columns(part));
	}

	private static boolean isComputed(List<SelectableMapping> columns) {
		return !columns.isEmpty() && columns.stream().allMatch(SelectableMapping::isFormula);
	}

	private static List<SelectableMapping> columns(ModelPart part) {
		List<SelectableMapping> columns = new ArrayList<>();
		part.forEachSelectable((index, column) -> columns.add(column));
		return columns;
	}

	private static @Nullable Source source(EntityPersister persister, AttributeMapping reading,
			SelectableMapping column) {
		Source source = source(persister.getIdentifierMapping(), -1, column);
		for (int i = 0; source == null && i < persister.getAttributeMappings().size(); i++) {
			AttributeMapping attribute = persister.getAttributeMappings().get(i);
			boolean elsewhere = attribute instanceof ToOneAttributeMapping reference
					&& reference.getSideNature() == ForeignKeyDescriptor.Nature.TARGET;
			if (attribute != reading && !elsewhere && !attribute.isPluralAttributeMapping()) {
				source = source(attribute, attribute.getStateArrayPosition(), column);
			}
		}
		return source;
	}

	private static @Nullable Source source(ValuedModelPart part, int index, SelectableMapping column) {
		List<SelectableMapping> columns = columns(part);
		for (int i = 0; i < columns.size(); i++) {
			SelectableMapping written = columns.get(i);
			if ((written.isInsertable() || written.isUpdateable()) && !written.isFormula()
					&& written.getContainingTableExpression().equals(column.getContainingTableExpression())
					&& written.getSelectionExpression().equals(column.getSelectionExpression())) {
				return new Source(part, index, i, column.getJdbcMapping());
			}
		}
		return null;
	}

	// Hibernate has expressions of its own, such as casts.
	private static boolean isTransformed(SelectableMapping column, Dialect dialect) {
		String expression = column.getCustomWriteExpression();
		if (expression == null || expression.isBlank() || expression.strip().equals("?") || column.isFormula()) {
			return false;
		}
		JdbcMapping mapping = column.getJdbcMapping();
		return !expression.equals(mapping.getJdbcType().wrapWriteExpression("?", null, dialect))
				&& !expression.equals(mapping.getJdbcType().wrapWriteExpression("?", column.toSize(), dialect));
	}

	/**
	 * Whether somebody else than Hibernate writes values of a type.
	 * @param type the type
	 * @return whether its user type, Java type or JDBC type is not one of Hibernate's
	 */
	public static boolean isForeign(BasicType<?> type) {
		return (type instanceof CustomType<?> custom && !isOfHibernate(custom.getUserType()))
				|| !isOfHibernate(type.getJdbcType()) || !isOfHibernate(type.getMappedJavaType());
	}

	private static boolean isOfHibernate(Object part) {
		return part.getClass().getName().startsWith("org.hibernate.");
	}

	/**
	 * What such a type writes, told to a statement that is never run.
	 * @param type the type
	 * @param value the value
	 * @param options how values are written
	 * @return what it writes, {@code null} for SQL's null, or {@link #UNKNOWN}
	 */
	@SuppressWarnings("unchecked")
	public static @Nullable Object written(BasicType<?> type, Object value, WrapperOptions options) {
		Recorder recorder = new Recorder();
		try {
			Object relational = ((BasicType<Object>) type).convertToRelationalValue(value);
			((ValueBinder<Object>) type.getJdbcValueBinder()).bind(recorder.statement(), relational, 1, options);
		}
		catch (SQLException | UnsupportedOperationException ex) {
			return UNKNOWN;
		}
		return plain(recorder.written);
	}

	private static @Nullable Object plain(@Nullable Object written) {
		if (written instanceof PGobject object) {
			return object.getValue();
		}
		if (written instanceof Array array) {
			try {
				return array.getArray();
			}
			catch (SQLException ex) {
				return UNKNOWN;
			}
		}
		boolean known = written == null || ClassUtils.isSimpleValueType(written.getClass()) || written instanceof byte[]
				|| written instanceof Object[];
		return known ? written : UNKNOWN;
	}

	/**
	 * Keeps what a statement is told.
	 */
	private static final class Recorder {

		private @Nullable Object written = UNKNOWN;

		PreparedStatement statement() {
			return proxy(PreparedStatement.class, (proxy, method, arguments) -> {
				if (method.getName().equals("getConnection")) {
					return connection();
				}
				if (!method.getName().startsWith("set") || arguments == null || arguments.length < 2) {
					throw new UnsupportedOperationException(method.getName());
				}
				this.written = method.getName().equals("setNull") ? null : arguments[1];
				return null;
			});
		}

		// An array is made of a connection, without asking the database.
		private static Connection connection() {
			return proxy(Connection.class, (proxy, method, arguments) -> {
				if (method.getName().equals("createArrayOf")) {
					return array((Object[]) arguments[1]);
				}
				throw new UnsupportedOperationException(method.getName());
			});
		}

		private static Array array(Object[] elements) {
			return proxy(Array.class,
					(proxy, method, arguments) -> method.getName().equals("getArray") ? elements.clone() : null);
		}

		private static <T> T proxy(Class<T> type, InvocationHandler handler) {
			return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, handler));
		}

	}

}
