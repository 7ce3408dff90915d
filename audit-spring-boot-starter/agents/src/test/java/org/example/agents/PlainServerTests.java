package org.example.agents;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

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
		assertThat(serve(database)).isEqualTo(List.of(false, true));
		assertThat(new AuditLog(database).entries()).filteredOn((entry) -> action(entry).startsWith("tool."))
			.extracting((entry) -> action(entry) + " " + entry.get("outcome"))
			.containsExactly("tool.weigh success", "tool.shred denied");
	}

	private static String action(Map<String, Object> entry) {
		return (String) entry.get("action");
	}

	private static Object serve(DataSource database) throws Exception {
		PGSimpleDataSource address = (PGSimpleDataSource) database;
		ClassLoader before = Thread.currentThread().getContextClassLoader();
		try (URLClassLoader classes = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
			Thread.currentThread().setContextClassLoader(classes);
			return classes.loadClass(PlainServer.class.getName())
				.getMethod("serve", String.class, String.class)
				.invoke(null, address.getUrl(), address.getUser());
		}
		finally {
			Thread.currentThread().setContextClassLoader(before);
		}
	}

	private static URL[] classPath() throws Exception {
		List<String> entries = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !entry.matches(".*spring-ai-(client-chat|autoconfigure-model).*"))
			.toList();
		URL[] urls = new URL[entries.size()];
		for (int i = 0; i < urls.length; i++) {
			urls[i] = Path.of(entries.get(i)).toUri().toURL();
		}
		return urls;
	}

}
