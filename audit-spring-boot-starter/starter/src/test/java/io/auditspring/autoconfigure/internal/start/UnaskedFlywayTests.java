package io.auditspring.autoconfigure.internal.start;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.migration.BaseJavaMigration;
import org.flywaydb.core.api.migration.Context;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationInitializer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whose Flyway it is.
 */
class UnaskedFlywayTests {

	private static final String DEFAULT_DDL = "flywayDefaultDdlModeProvider";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
		.withBean(DataSource.class, TestDatabase::newDatabase)
		.withInitializer(new UnaskedFlyway());

	@Test
	void whereNothingAsksForItItStaysOff() {
		this.runner.run((context) -> assertThat(context).hasNotFailed()
			.doesNotHaveBean(Flyway.class)
			.doesNotHaveBean(FlywayMigrationInitializer.class)
			// With which Hibernate would make no tables in tests
			.doesNotHaveBean(DEFAULT_DDL));
	}

	@Test
	void aSettingAsksForIt() {
		isThere(this.runner.withPropertyValues("spring.flyway.enabled=true"));
		isThere(this.runner.withPropertyValues("spring.flyway.table=history"));
	}

	@Test
	void aBeanAsksForIt() {
		isThere(this.runner.withBean(V1__Nothing.class));
		isThere(this.runner.withBean(FlywayConfigurationCustomizer.class, () -> (flyway) -> flyway.table("history")));
	}

	@Test
	void aMigrationAsksForIt(@TempDir Path directory) throws IOException {
		Path migrations = Files.createDirectories(directory.resolve("db/migration"));
		Files.writeString(migrations.resolve("V1__nothing.sql"), "select 1");
		try (URLClassLoader loader = new URLClassLoader(new URL[] { directory.toUri().toURL() },
				getClass().getClassLoader())) {
			isThere(this.runner.withClassLoader(loader));
		}
	}

	@Test
	void oneOfTheApplicationsOwnIsLeftAlone() {
		this.runner.withBean(Flyway.class, () -> Flyway.configure().load())
			.run((context) -> assertThat(context).hasSingleBean(Flyway.class).hasBean(DEFAULT_DDL));
	}

	@Test
	void withoutSpringBootsModuleThereIsNothingToDo() {
		new ApplicationContextRunner().withInitializer(new UnaskedFlyway())
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.flyway"))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private static void isThere(ApplicationContextRunner runner) {
		runner.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(FlywayMigrationInitializer.class));
	}

	static final class V1__Nothing extends BaseJavaMigration {

		@Override
		public void migrate(Context context) {
		}

	}

}
