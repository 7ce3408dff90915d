package io.auditspring.delivery;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.capture.LoggedFailure;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.resource.jdbc.spi.LogicalConnectionImplementor;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.orm.jpa.EntityManagerFactoryInfo;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * A connection that a thread holds anyway and does nothing on: that of a transaction
 * which is over while its callbacks run, or that of a session which stays open for the
 * view. Whoever holds it must not wait for a second one: where all threads of a pool do
 * so, none gets it.
 */
final class HeldConnection {

	private static final Logger logger = LoggerFactory.getLogger(HeldConnection.class);

	private static final int VALIDATION_SECONDS = 2;

	private final DataSource dataSource;

	HeldConnection(DataSource dataSource) {
		this.dataSource = dataSource;
	}

	/**
	 * Works on it.
	 * @param use what to do with it, or with {@code null} where there is none that can be
	 * written on
	 * @throws SQLException what the work threw
	 */
	void use(Use use) throws SQLException {
		if (!(TransactionSynchronizationManager.getResource(this.dataSource) instanceof ConnectionHolder)) {
			Connection ofSession = ofSession();
			use.with((ofSession != null && isUsable(ofSession)) ? ofSession : null);
			return;
		}
		Connection held = DataSourceUtils.getConnection(this.dataSource);
		try {
			use.with(isUsable(held) ? held : null);
		}
		finally {
			DataSourceUtils.releaseConnection(held, this.dataSource);
		}
	}

	private @Nullable Connection ofSession() {
		for (Map.Entry<Object, Object> resource : TransactionSynchronizationManager.getResourceMap().entrySet()) {
			if (resource.getValue() instanceof EntityManagerHolder holder
					&& resource.getKey() instanceof EntityManagerFactoryInfo factory
					&& factory.getDataSource() == this.dataSource && holder.getEntityManager().isOpen()) {
				Connection connection = connection(
						holder.getEntityManager().unwrap(SharedSessionContractImplementor.class));
				if (connection != null) {
					return connection;
				}
			}
		}
		return null;
	}

	// One that has none yet is not asked to take one.
	private static @Nullable Connection connection(SharedSessionContractImplementor session) {
		LogicalConnectionImplementor logical = session.getJdbcCoordinator().getLogicalConnection();
		return (logical.isOpen() && logical.isPhysicallyConnected() && !session.isTransactionInProgress())
				? logical.getPhysicalConnection() : null;
	}

	private static boolean isUsable(Connection connection) {
		try {
			if (!connection.isWrapperFor(BaseConnection.class)) {
				return false;
			}
			BaseConnection postgres = connection.unwrap(BaseConnection.class);
			return postgres.getTransactionState() == TransactionState.IDLE && isWritable(postgres)
					&& connection.isValid(VALIDATION_SECONDS);
		}
		catch (SQLException ex) {
			logger.debug("A connection could not be checked and is not used", LoggedFailure.of(ex));
			return false;
		}
	}

	// Reported by the server with each change: it costs no question.
	private static boolean isWritable(BaseConnection connection) {
		return !"on".equals(connection.getParameterStatus("in_hot_standby"))
				&& !"on".equals(connection.getParameterStatus("default_transaction_read_only"));
	}

	/**
	 * Something to do with the connection.
	 */
	@FunctionalInterface
	interface Use {

		void with(@Nullable Connection connection) throws SQLException;

	}

}
