package io.auditspring.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import org.apereo.inspektr.common.web.ClientInfo;
import org.apereo.inspektr.common.web.ClientInfoHolder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * One call of a desk. Between the iterations the buffer empties; within one, the lock of
 * the chain keeps its writer from working.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AuditedCall {

	@Param("ASYNC")
	public Contenders desk;

	private DataSource dataSource;

	private ConfigurableApplicationContext application;

	private Desk called;

	private Connection lock;

	private long order;

	@Setup
	public void start() throws SQLException {
		Server server = Server.at(Integer.getInteger("bench.port"));
		this.dataSource = Server.pool(server.plain(server.newDatabase()));
		this.application = Application.start(this.dataSource, Map.of("audit.async.capacity", "100000"),
				this.desk.configuration);
		this.called = this.application.getBean(Desk.class);
		SecurityContextHolder.getContext()
			.setAuthentication(UsernamePasswordAuthenticationToken.authenticated("jane", "", List.of()));
		ClientInfoHolder.setClientInfo(ClientInfo.empty());
		this.called.pay(++this.order, "Jane Roe");
	}

	@Setup(Level.Iteration)
	public void holdWriter() throws SQLException, InterruptedException {
		while (entries() < this.order && recordsAll()) {
			Thread.sleep(5);
		}
		if (this.desk.isDurable()) {
			return;
		}
		this.lock = this.dataSource.getConnection();
		this.lock.setAutoCommit(false);
		try (Statement statement = this.lock.createStatement()) {
			statement.execute("select * from audit.audit_chain for update");
		}
	}

	private boolean recordsAll() {
		return this.desk == Contenders.ASYNC || this.desk == Contenders.DESCRIBED || this.desk.isDurable();
	}

	private long entries() throws SQLException {
		return Server.number(this.dataSource, "select coalesce(max(size), 0) from audit.audit_chain");
	}

	@Benchmark
	public long pay(CallerAllocation allocation) {
		return this.called.pay(++this.order, "Jane Roe");
	}

	@TearDown(Level.Iteration)
	public void releaseWriter() throws SQLException {
		if (this.lock != null) {
			this.lock.rollback();
			this.lock.close();
		}
	}

	@TearDown
	public void stop() {
		this.application.close();
	}

}
