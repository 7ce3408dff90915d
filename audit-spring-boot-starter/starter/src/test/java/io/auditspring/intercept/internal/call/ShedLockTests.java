package io.auditspring.intercept.internal.call;

import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider;
import net.javacrumbs.shedlock.spring.annotation.EnableSchedulerLock;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Of several instances that share a schedule one does the work, and says so.
 */
class ShedLockTests {

	private final DataSource database = TestDatabase.migrated();

	private ConfigurableApplicationContext instance() {
		return new SpringApplicationBuilder(Instance.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.flyway.enabled=false")
			.initializers((context) -> context.getBeanFactory().registerSingleton("dataSource", this.database))
			.run();
	}

	@Test
	void onlyTheInstanceThatRanLeavesAnEntry() {
		new JdbcTemplate(this.database).execute("""
				create table shedlock (name varchar(64) primary key, lock_until timestamp not null,
					locked_at timestamp not null, locked_by varchar(255) not null)
				""");
		try (ConfigurableApplicationContext first = instance(); ConfigurableApplicationContext second = instance()) {
			Jobs jobs = first.getBean(Jobs.class);
			Jobs others = second.getBean(Jobs.class);
			jobs.nightly();
			others.nightly();
			others.inTransaction();
			jobs.inTransaction();
			others.end();
			assertThat(Jobs.RUNS).hasValue(2);
			assertThat(new AuditLog(this.database).await(3)).extracting((entry) -> entry.get("action"))
				.containsExactly("nightly", "inTransaction", "end");
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableSchedulerLock(defaultLockAtMostFor = "PT1H")
	static class Instance {

		@Bean
		LockProvider lockProvider(DataSource dataSource) {
			return new JdbcTemplateLockProvider(dataSource);
		}

		@Bean
		Jobs jobs() {
			return new Jobs();
		}

	}

	static class Jobs {

		private static final AtomicInteger RUNS = new AtomicInteger();

		@Audited("nightly")
		@SchedulerLock(name = "nightly", lockAtLeastFor = "PT1H")
		public void nightly() {
			RUNS.incrementAndGet();
		}

		@Audited("inTransaction")
		@SchedulerLock(name = "inTransaction", lockAtLeastFor = "PT1H")
		@Transactional
		public void inTransaction() {
			RUNS.incrementAndGet();
		}

		@Audited("end")
		public void end() {
		}

	}

}
