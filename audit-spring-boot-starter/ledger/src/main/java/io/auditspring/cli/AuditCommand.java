/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.cli;

import java.io.PrintWriter;
import java.util.ServiceLoader;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The command line. Ends with status 0 if what was verified is as it was written, 1 if it
 * was tampered with, 2 if that could not be checked.
 *
 * @since 0.1.0
 */
@Command(name = "audit", mixinStandardHelpOptions = true,
		description = "Verifies audit ledgers, and migrates their schema, without the application that writes them.",
		subcommands = { VerifyCommand.class, VerifyExportCommand.class, ExportCommand.class, StatusCommand.class,
				MigrateCommand.class },
		exitCodeListHeading = "%nExit status:%n",
		exitCodeList = { "0:as it was written", "1:tampered with", "2:could not be checked" })
public final class AuditCommand {

	private AuditCommand() {
	}

	/**
	 * Runs a command and ends the process.
	 * @param arguments the arguments
	 */
	public static void main(String[] arguments) {
		System.exit(commandLine().execute(arguments));
	}

	static CommandLine commandLine() {
		CommandLine commandLine = new CommandLine(new AuditCommand());
		ServiceLoader.load(FurtherCommand.class).forEach(commandLine::addSubcommand);
		commandLine.setExecutionExceptionHandler((failure, command, parsed) -> {
			PrintWriter err = command.getErr();
			err.println("It could not be checked: " + reason(failure));
			return Report.NOT_CHECKED;
		});
		return commandLine;
	}

	private static String reason(Exception failure) {
		return (failure.getMessage() != null) ? failure.getMessage() : failure.toString();
	}

}
