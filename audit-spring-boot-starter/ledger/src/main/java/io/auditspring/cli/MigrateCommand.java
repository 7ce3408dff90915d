/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.cli;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.output.MigrateResult;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Runs the migrations, for whoever does not let applications do it.
 */
@Command(name = "migrate", mixinStandardHelpOptions = true,
		description = "Creates the audit schema, or runs what is pending of its migrations.",
		exitCodeListHeading = "%nExit status:%n",
		exitCodeList = { "0:nothing is pending any more", "2:a migration failed, and left nothing behind" })
final class MigrateCommand implements Callable<Integer> {

	@Spec
	@Nullable CommandSpec spec;

	@Mixin
	DatabaseOptions database = new DatabaseOptions();

	@Override
	public Integer call() throws Exception {
		PrintWriter out = Objects.requireNonNull(this.spec).commandLine().getOut();
		Flyway flyway = this.database.migrations();
		try {
			MigrateResult result = flyway.migrate();
			out.println("%s migrations have been run".formatted(result.migrationsExecuted));
			return StatusCommand.print(flyway.info(), this.database.schema().name(), out);
		}
		catch (FlywayException ex) {
			out.println("A migration failed, and left nothing behind; those before it have been run");
			StatusCommand.print(flyway.info(), this.database.schema().name(), out);
			throw ex;
		}
	}

}
