/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.cli;

import java.io.PrintWriter;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

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
		System.exit(run(commandLine(), arguments));
	}

	/**
	 * Runs a command. What ends it without a result, a library that is not there for
	 * example, or too little memory, says nothing of the ledger.
	 */
	static int run(CommandLine commandLine, String... arguments) {
		try {
			return commandLine.execute(arguments);
		}
		catch (Throwable ex) {
			return notChecked(commandLine, ex.toString());
		}
	}

	private static int notChecked(CommandLine command, String reason) {
		PrintWriter err = command.getErr();
		err.println("It could not be checked: "
				+ reason.lines().map(Report::legible).collect(Collectors.joining("\n    ")));
		err.flush();
		return Report.NOT_CHECKED;
	}

	static CommandLine commandLine() {
		CommandLine commandLine = new CommandLine(new AuditCommand());
		ServiceLoader.load(FurtherCommand.class).forEach(commandLine::addSubcommand);
		commandLine.setExecutionExceptionHandler((failure, command, parsed) -> notChecked(command, reason(failure)));
		return commandLine;
	}

	private static String reason(Exception failure) {
		return (failure.getMessage() != null) ? failure.getMessage() : failure.toString();
	}

}
