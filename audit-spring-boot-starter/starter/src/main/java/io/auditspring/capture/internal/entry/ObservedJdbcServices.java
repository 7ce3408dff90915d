/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import java.sql.PreparedStatement;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

import io.auditspring.AuditContextHolder;
import org.hibernate.dialect.Dialect;
import org.hibernate.engine.jdbc.LobCreationContext;
import org.hibernate.engine.jdbc.LobCreator;
import org.hibernate.engine.jdbc.connections.spi.JdbcConnectionAccess;
import org.hibernate.engine.jdbc.env.spi.ExtractedDatabaseMetaData;
import org.hibernate.engine.jdbc.env.spi.JdbcEnvironment;
import org.hibernate.engine.jdbc.spi.JdbcServices;
import org.hibernate.engine.jdbc.spi.SqlExceptionHelper;
import org.hibernate.engine.jdbc.spi.SqlStatementLogger;
import org.hibernate.service.spi.Configurable;
import org.hibernate.service.spi.ServiceRegistryAwareService;
import org.hibernate.service.spi.ServiceRegistryImplementor;
import org.hibernate.sql.ast.spi.ParameterMarkerStrategy;
import org.hibernate.sql.exec.spi.ExecutionContext;
import org.hibernate.sql.exec.spi.JdbcMutationExecutor;
import org.hibernate.sql.exec.spi.JdbcOperationQueryMutation;
import org.hibernate.sql.exec.spi.JdbcParameterBindings;
import org.hibernate.sql.exec.spi.JdbcSelect;
import org.hibernate.sql.exec.spi.JdbcSelectExecutor;
import org.hibernate.sql.results.spi.ResultsConsumer;
import org.hibernate.sql.results.spi.RowTransformer;
import org.jspecify.annotations.Nullable;

/**
 * Hibernate's JDBC services, which tell an audited call of the statements that pass by
 * the listeners of entities. Here all of them come along, HQL, criteria and native ones,
 * with or without a stateless session; what a flush writes and what Envers writes does
 * not.
 */
final class ObservedJdbcServices implements JdbcServices, ServiceRegistryAwareService, Configurable {

	private final JdbcServices services;

	private final JdbcMutationExecutor mutations;

	private final JdbcSelectExecutor selects;

	ObservedJdbcServices(JdbcServices services) {
		this.services = services;
		this.mutations = new Mutations(services.getJdbcMutationExecutor());
		this.selects = new Selects(services.getJdbcSelectExecutor());
	}

	@Override
	public void injectServices(ServiceRegistryImplementor registry) {
		if (this.services instanceof ServiceRegistryAwareService aware) {
			aware.injectServices(registry);
		}
	}

	@Override
	public void configure(Map<String, Object> settings) {
		if (this.services instanceof Configurable configurable) {
			configurable.configure(settings);
		}
	}

	@Override
	public JdbcEnvironment getJdbcEnvironment() {
		return this.services.getJdbcEnvironment();
	}

	@Override
	public JdbcConnectionAccess getBootstrapJdbcConnectionAccess() {
		return this.services.getBootstrapJdbcConnectionAccess();
	}

	@Override
	public Dialect getDialect() {
		return this.services.getDialect();
	}

	@Override
	public SqlStatementLogger getSqlStatementLogger() {
		return this.services.getSqlStatementLogger();
	}

	@Override
	public ParameterMarkerStrategy getParameterMarkerStrategy() {
		return this.services.getParameterMarkerStrategy();
	}

	@Override
	public SqlExceptionHelper getSqlExceptionHelper() {
		return this.services.getSqlExceptionHelper();
	}

	@Override
	public ExtractedDatabaseMetaData getExtractedMetaDataSupport() {
		return this.services.getExtractedMetaDataSupport();
	}

	@Override
	public LobCreator getLobCreator(LobCreationContext context) {
		return this.services.getLobCreator(context);
	}

	@Override
	public JdbcMutationExecutor getJdbcMutationExecutor() {
		return this.mutations;
	}

	@Override
	public JdbcSelectExecutor getJdbcSelectExecutor() {
		return this.selects;
	}

	private static @Nullable Operation running() {
		return (AuditContextHolder.current() instanceof Operation operation) ? operation : null;
	}

	/**
	 * Statements that are run for what they change.
	 *
	 * @param executor runs them
	 */
	private record Mutations(JdbcMutationExecutor executor) implements JdbcMutationExecutor {

		@Override
		public int execute(JdbcOperationQueryMutation mutation, JdbcParameterBindings bindings,
				Function<String, PreparedStatement> creator, BiConsumer<Integer, PreparedStatement> check,
				ExecutionContext context) {
			int rows = this.executor.execute(mutation, bindings, creator, check, context);
			Operation running = running();
			if (running != null) {
				running.bulk()
					.add(BulkStatement.withoutValues(mutation.getSqlString()), (long) rows, context.getSession());
			}
			return rows;
		}

	}

	/**
	 * Statements that are run for their result, as some are that change rows of several
	 * tables.
	 *
	 * @param executor runs them
	 */
	private record Selects(JdbcSelectExecutor executor) implements JdbcSelectExecutor {

		@Override
		public <T, R> T executeQuery(JdbcSelect select, JdbcParameterBindings bindings, ExecutionContext context,
				@Nullable RowTransformer<R> transformer, @Nullable Class<R> type, StatementCreator creator,
				ResultsConsumer<T, R> consumer) {
			T result = this.executor.executeQuery(select, bindings, context, transformer, type, creator, consumer);
			Operation running = running();
			if (running != null && mayChange(select.getSqlString())) {
				String text = BulkStatement.withoutValues(select.getSqlString());
				if (BulkStatement.isChanging(text)) {
					running.bulk().add(text, rows(transformer, result), context.getSession());
				}
			}
			return result;
		}

		// Nearly every statement is a plain select.
		private static boolean mayChange(String sql) {
			return !sql.startsWith("select ");
		}

		// Of HQL that changes several tables Hibernate makes one statement that counts
		// the rows. What a native statement returns may be anything.
		private static @Nullable Long rows(@Nullable RowTransformer<?> transformer, @Nullable Object result) {
			return (transformer != null && result instanceof List<?> list && list.size() == 1
					&& list.get(0) instanceof Number count) ? (Long) count.longValue() : null;
		}

	}

}
