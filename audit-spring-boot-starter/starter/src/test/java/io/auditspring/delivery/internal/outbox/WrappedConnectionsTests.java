package io.auditspring.delivery.internal.outbox;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.Recorders;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

import static io.auditspring.delivery.Recorders.record;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application puts something around its connections that fails for a while, and that
 * says nothing of the entries.
 */
class WrappedConnectionsTests {

	private final DataSource database = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	private final AtomicInteger failures = new AtomicInteger();

	@TempDir
	Path directory;

	@ParameterizedTest
	@ValueSource(strings = { "transactional", "async" })
	void whatFailsInThemIsTriedAgain(String mode) {
		Recorders.runner(new Wrapped(), this.directory.resolve("spool"), "audit.delivery=" + mode).run((context) -> {
			record(context, "before");
			this.log.await(1);
			this.failures.set(3);
			record(context, "one");
			record(context, "two");
			assertThat(this.log.await(3)).extracting("action").containsExactly("before", "one", "two");
			Awaitility.await().until(() -> this.failures.get() <= 0);
			assertThat(this.log.jdbc().queryForObject("select count(*) from audit.audit_quarantine", Integer.class))
				.isZero();
		});
	}

	private final class Wrapped extends DelegatingDataSource {

		Wrapped() {
			super(WrappedConnectionsTests.this.database);
		}

		@Override
		public Connection getConnection() throws SQLException {
			Connection connection = super.getConnection();
			return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class },
					(proxy, method, arguments) -> {
						if (method.getName().equals("unwrap")
								&& WrappedConnectionsTests.this.failures.getAndDecrement() > 0) {
							throw new IllegalArgumentException("as planned");
						}
						try {
							return method.invoke(connection, arguments);
						}
						catch (InvocationTargetException ex) {
							throw ex.getTargetException();
						}
					});
		}

	}

}
