package io.auditspring.delivery;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * A way to a real database that can be cut: altogether, or just when a certain thread
 * commits, before the database has seen it or before its answer is back.
 */
public final class FaultyDataSource extends DelegatingDataSource {

	/** What threads of the application are called here, as opposed to ours. */
	public static final String CALLER = "caller";

	private final AtomicBoolean down = new AtomicBoolean();

	private final AtomicInteger refused = new AtomicInteger();

	private final Map<String, Cut> cuts = new ConcurrentHashMap<>();

	private final Set<String> cut = ConcurrentHashMap.newKeySet();

	private final Map<Connection, Boolean> open = new ConcurrentHashMap<>();

	public FaultyDataSource(DataSource database) {
		super(database);
	}

	/**
	 * Cuts the connection in the next commit.
	 * @param thread the name of the thread that commits
	 * @param cut when
	 */
	public void cutNextCommit(String thread, Cut cut) {
		this.cut.remove(thread);
		this.cuts.put(thread, cut);
	}

	/**
	 * Whether the connection was cut, and nothing of that is still to come.
	 * @param thread the name of the thread that commits
	 */
	public boolean hasCut(String thread) {
		return this.cut.contains(thread);
	}

	public void goDown() {
		this.down.set(true);
		this.open.keySet().forEach(FaultyDataSource::abort);
		this.open.clear();
	}

	public void comeBack() {
		this.down.set(false);
	}

	/**
	 * How often somebody tried to connect in vain.
	 */
	public int refused() {
		return this.refused.get();
	}

	@Override
	public Connection getConnection() throws SQLException {
		if (this.down.get()) {
			this.refused.incrementAndGet();
			throw new SQLException("connection refused", "08001");
		}
		Connection connection = super.getConnection();
		this.open.put(connection, true);
		if (this.down.get()) {
			// It went down while the connection was being made.
			abort(connection);
			throw new SQLException("connection refused", "08001");
		}
		return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class },
				(proxy, method, args) -> {
					if (method.getName().equals("commit")) {
						commit(connection);
						return null;
					}
					try {
						return method.invoke(connection, args);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				});
	}

	private void commit(Connection connection) throws SQLException {
		String name = Thread.currentThread().getName();
		String thread = name.startsWith("audit-") ? name : CALLER;
		Cut cut = this.cuts.remove(thread);
		if (cut == null) {
			connection.commit();
			return;
		}
		if (cut.arrives) {
			connection.commit();
		}
		abort(connection);
		if (cut.forGood) {
			goDown();
		}
		this.cut.add(thread);
		throw new SQLException("An I/O error occurred while sending to the backend", "08006");
	}

	private static void abort(Connection connection) {
		try {
			if (!connection.isClosed()) {
				connection.abort(Runnable::run);
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * When a connection is cut.
	 */
	public enum Cut {

		BEFORE_THE_COMMIT(false, false), BEFORE_THE_ANSWER(true, false), BEFORE_THE_COMMIT_FOR_GOOD(false, true),
		BEFORE_THE_ANSWER_FOR_GOOD(true, true);

		private final boolean arrives;

		private final boolean forGood;

		Cut(boolean arrives, boolean forGood) {
			this.arrives = arrives;
			this.forGood = forGood;
		}

	}

}
