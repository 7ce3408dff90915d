package io.auditspring.sample.trail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.auditspring.sample.BackOffice;
import io.auditspring.sample.BackOfficeTest;
import io.auditspring.sample.Entries;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The profile {@code archive}, as README.md tries it.
 */
@BackOfficeTest
@ActiveProfiles("archive")
class ArchiveTests {

	private static final Pattern QUESTION = Pattern
		.compile("duckdb -c \"(.*) from 'audit-sample-app/target/archive/\\*/(.*?)' (.*?)\"");

	@TempDir
	private static Path directory;

	@Autowired
	private BackOffice office;

	@Autowired
	private Entries entries;

	@DynamicPropertySource
	static void archive(DynamicPropertyRegistry registry) {
		registry.add("audit.archive.directory", directory::toString);
	}

	@Test
	void theQuestionOfTheFirstPageIsAnswered() throws Exception {
		this.office.as("manager")
			.post()
			.uri("/api/transactions/1/approve")
			.contentType(MediaType.APPLICATION_JSON)
			.body("{\"justification\": \"Matches invoice 17\"}")
			.exchange()
			.expectStatus()
			.isOk();
		this.entries.await("action=transaction.approved&targetType=Transaction&targetId=1");
		archive();
		assertThat(actions()).containsEntry("transaction.approved", 1L);
		archive();
		assertThat(actions()).containsEntry("transaction.approved", 1L).containsKey("audit.archive");
	}

	@Test
	void whoDoesNotReadTheTrailDoesNotArchiveIt() {
		this.office.as("analyst").post().uri("/api/audit/archive").exchange().expectStatus().isForbidden();
	}

	private void archive() {
		this.office.as("manager").post().uri("/api/audit/archive").exchange().expectStatus().isCreated();
	}

	private static Map<String, Long> actions() throws Exception {
		Matcher question = QUESTION.matcher(Files.readString(Path.of("../README.md")));
		assertThat(question.find()).isTrue();
		String sql = "%s from '%s/%s' %s".formatted(question.group(1), directory, question.group(2), question.group(3));
		Map<String, Long> actions = new TreeMap<>();
		try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(sql)) {
			while (rows.next()) {
				actions.put(rows.getString(1), rows.getLong(2));
			}
		}
		return actions;
	}

}
