package io.auditspring.faults;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.auditspring.AuditLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Processes race for one chain, and clocks do not agree.
 */
@Tag("faults")
class RacingWritersTests {

	private final PostgresServer server = PostgresServer.create();

	private final AuditLog log = new AuditLog(this.server.dataSource());

	private final Answers answers = new Answers();

	@AfterEach
	void stop() {
		this.server.close();
	}

	private ConfigurableApplicationContext start() {
		return FaultyApplication.start(this.server.url());
	}

	private void settle(String fault, Work... works) {
		new FaultAssertions(fault, this.answers, this.server.dataSource()).settle(0, works);
	}

	@Test
	void sixteenInFourProcesses() {
		start().close();
		List<Instance> instances = new ArrayList<>();
		try {
			for (int i = 0; i < 4; i++) {
				instances.add(Instance.start(this.server.url(), this.answers, "load.transactional=1", "load.async=1",
						"load.sync=1", "load.refused=1", "load.calls=200", "audit.service-name=service" + i));
			}
			instances.forEach(Instance::awaitDone);
			instances.forEach(Instance::stop);
		}
		finally {
			instances.forEach(Instance::close);
		}
		assertThat(this.answers.failures()).isZero();
		settle("16 writers in 4 processes", Work.TRANSACTIONAL, Work.ASYNC, Work.SYNC, Work.REFUSED);
		assertThat(this.log.jdbc().queryForObject("select count(distinct service) from audit.audit_log", Integer.class))
			.isEqualTo(4);
	}

	@Test
	void aClockThatIsSetBackIsNotFollowed() {
		Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/faketime")), "faketime is not installed");
		run(50);
		this.server.stop();
		this.server.start("faketime", "-f", "-2h");
		assertThat(this.log.jdbc()
			.queryForObject("select clock_timestamp() < (select max(recorded_at) from audit.audit_log)", Boolean.class))
			.isTrue();
		run(100);
		assertThat(this.log.jdbc().queryForObject("""
				select count(*)
				from (select recorded_at < lag(recorded_at) over (order by seq) as back from audit.audit_log) as steps
				where back
				""", Long.class)).isZero();
		settle("database's clock set back by two hours", Work.TRANSACTIONAL, Work.SYNC, Work.NOTE);
	}

	private void run(int calls) {
		try (ConfigurableApplicationContext context = start()) {
			Load load = new Load(context.getBean(OrderDesk.class), this.answers, "run" + calls);
			load.start(Map.of(Work.TRANSACTIONAL, 1, Work.SYNC, 1, Work.NOTE, 1), calls);
			load.awaitEnd();
		}
	}

}
