package io.auditspring.sample.trail;

import java.time.Duration;

import io.auditspring.sample.BackOffice;
import io.auditspring.sample.BackOfficeTest;
import io.auditspring.sample.Browser;
import io.auditspring.sample.Entries;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The starter's page and API behind this application's own filter chain, which decides
 * first.
 */
@BackOfficeTest
class ReadingTests {

	@Autowired
	private BackOffice backOffice;

	@Autowired
	private Entries entries;

	@ParameterizedTest
	@ValueSource(strings = { "/audit", "/audit/", "/audit/page/app.js", "/audit/api/entries", "/audit/api/live" })
	void nobodyGetsAnything(String path) {
		this.backOffice.browser()
			.get(path, MediaType.TEXT_HTML)
			.expectStatus()
			.isFound()
			.expectHeader()
			.valueMatches("Location", ".*/login");
		this.backOffice.as("manager", "wrong").get().uri(path).exchange().expectStatus().isUnauthorized();
	}

	@Test
	void anAnalystReadsWhatTheyDid() {
		Browser browser = this.backOffice.browser();
		browser.signIn("analyst", "analyst-secret");
		browser.get("/audit/", MediaType.TEXT_HTML).expectStatus().isOk();
		JsonNode reader = browser.json("/audit/api/reader");
		assertThat(reader.get("sees").asString()).isEqualTo("own");
		assertThat(reader.get("verifies").asBoolean()).isFalse();
		Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.until(() -> !browser.json("/audit/api/entries").get("entries").isEmpty());
		assertThat(browser.json("/audit/api/entries").get("entries"))
			.allSatisfy((entry) -> assertThat(entry.at("/actor/id").asString()).isEqualTo("analyst"));
		browser.get("/audit/api/ledger", MediaType.APPLICATION_JSON).expectStatus().isForbidden();
	}

	@Test
	void aManagerReadsEverything() {
		this.backOffice.create("admin", "/api/projects", "{\"name\": \"Read\"}");
		this.entries.await("action=project.created");
		Browser browser = this.backOffice.browser();
		browser.signIn("manager", "manager-secret");
		assertThat(browser.json("/audit/api/reader").get("sees").asString()).isEqualTo("all");
		assertThat(browser.json("/audit/api/entries?action=project.created").get("entries"))
			.extracting((entry) -> entry.at("/actor/id").asString())
			.contains("admin");
	}

	@Test
	void theVerifyButtonShowsTheTokenThatThePageWasTold() {
		Browser browser = this.backOffice.browser();
		browser.signIn("manager", "manager-secret");
		JsonNode csrf = browser.json("/audit/api/reader").get("csrf");
		browser.postWithoutToken("/audit/api/verification", "").expectStatus().isForbidden();
		String parameter = csrf.get("parameter").asString();
		String token = csrf.get("token").asString();
		browser.send(HttpMethod.POST, "/audit/api/verification", parameter, token).expectStatus().isOk();
		Awaitility.await()
			.atMost(Duration.ofMinutes(2))
			.until(() -> browser.json("/audit/api/verification/progress").get("state").asString().equals("done"));
		assertThat(browser.json("/audit/api/verification/progress").at("/result/valid").asBoolean()).isTrue();
		browser.send(HttpMethod.DELETE, "/audit/api/verification", parameter, "wrong").expectStatus().isForbidden();
		browser.send(HttpMethod.DELETE, "/audit/api/verification", parameter, token).expectStatus().isOk();
	}

}
