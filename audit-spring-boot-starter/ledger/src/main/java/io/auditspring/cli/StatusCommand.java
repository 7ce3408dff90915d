/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Callable;

import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Tells which migrations have been run. Changes nothing.
 */
@Command(name = "status", mixinStandardHelpOptions = true,
		description = "Tells which migrations of the audit schema have been run, are pending, or have failed.",
		exitCodeListHeading = "%nExit status:%n", exitCodeList = { "0:nothing is pending",
				"2:it could not be found out", "3:something is pending or has failed" })
final class StatusCommand implements Callable<Integer> {

	static final int PENDING = 3;

	@Spec
	@Nullable CommandSpec spec;

	@Mixin
	DatabaseOptions database = new DatabaseOptions();

	@Override
	public Integer call() throws Exception {
		PrintWriter out = Objects.requireNonNull(this.spec).commandLine().getOut();
		return print(this.database.migrations().info(), this.database.schema().name(), out);
	}

	static int print(MigrationInfoService info, String schema, PrintWriter out) {
		MigrationInfo current = info.current();
		out.println((current != null) ? "Schema %s: version %s".formatted(schema, current.getVersion())
				: "Schema %s: no migration has been run".formatted(schema));
		for (MigrationInfo migration : info.all()) {
			out.println("  %-10s %3s  %s".formatted(migration.getState().getDisplayName().toLowerCase(),
					migration.getVersion(), migration.getDescription()));
		}
		boolean failed = Arrays.stream(info.all()).anyMatch((migration) -> migration.getState().isFailed());
		return (failed || info.pending().length > 0) ? PENDING : Report.VALID;
	}

}
