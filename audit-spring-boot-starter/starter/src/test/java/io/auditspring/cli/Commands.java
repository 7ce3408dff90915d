package io.auditspring.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

import picocli.CommandLine;

/**
 * The command line within this process, for tests of other packages.
 */
public final class Commands {

	private Commands() {
	}

	/**
	 * What came of a command.
	 *
	 * @param status its exit status
	 * @param out what it printed
	 */
	public record Result(int status, String out) {

	}

	/**
	 * Runs a command.
	 * @param arguments as they are typed
	 * @return what came of it
	 */
	public static Result run(String... arguments) {
		StringWriter out = new StringWriter();
		CommandLine commandLine = AuditCommand.commandLine();
		commandLine.setOut(new PrintWriter(out));
		commandLine.setErr(new PrintWriter(out));
		int status = commandLine.execute(arguments);
		return new Result(status, out.toString());
	}

}
