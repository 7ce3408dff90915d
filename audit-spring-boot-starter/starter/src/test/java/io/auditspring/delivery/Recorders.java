package io.auditspring.delivery;

import java.nio.file.Path;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.autoconfigure.AuditAutoConfiguration;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/**
 * Small applications that only record.
 */
public final class Recorders {

	private Recorders() {
	}

	public static ApplicationContextRunner runner(DataSource database, Path spool, String... properties) {
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withPropertyValues("audit.spool.directory=" + spool)
			.withPropertyValues(properties)
			.withBean(HikariDataSource.class, () -> pool(database));
	}

	public static HikariDataSource pool(DataSource database) {
		HikariConfig config = new HikariConfig();
		config.setDataSource(database);
		if (database instanceof FaultyDataSource) {
			// Nobody shall wait long for one that goes down.
			config.setConnectionTimeout(2_000);
		}
		return new HikariDataSource(config);
	}

	public static void record(ApplicationContext context, String action) {
		context.getBean(AuditRecorder.class).record(AuditRecord.action(action).build());
	}

	public static void record(ApplicationContext context, int from, int to) {
		for (int i = from; i <= to; i++) {
			record(context, "no." + i);
		}
	}

}
