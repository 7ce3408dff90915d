package org.example.agents;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.TestDatabase;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An MCP server on the class path that its starter gives: there is no client of models.
 */
class PlainServerTests {

	@Test
	void toolsOfAServerWithoutAModelLeaveEntriesAndAskForApproval() throws Exception {
		DataSource database = TestDatabase.newDatabase();
		assertThat(serve(database)).endsWith("[false, true]");
		assertThat(new AuditLog(database).entries()).filteredOn((entry) -> action(entry).startsWith("tool."))
			.extracting((entry) -> action(entry) + " " + entry.get("outcome"))
			.containsExactly("tool.weigh success", "tool.shred denied");
	}

	private static String action(Map<String, Object> entry) {
		return (String) entry.get("action");
	}

	// In a process of its own: two containers in one would share what belongs to the JVM.
	private static String serve(DataSource database) throws Exception {
		PGSimpleDataSource address = (PGSimpleDataSource) database;
		String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !entry.matches(".*spring-ai-(client-chat|autoconfigure-model).*"))
			.collect(Collectors.joining(File.pathSeparator));
		Process server = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-cp", classPath, PlainServer.class.getName(), address.getUrl(),
				address.getUser())
			.redirectErrorStream(true)
			.start();
		String told = new String(server.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(server.waitFor()).as(told).isZero();
		return told.strip();
	}

}
