package io.auditspring.sample.trail;

import java.time.Instant;

import io.auditspring.query.AuditTrail;
import io.auditspring.sample.BackOffice;
import io.auditspring.sample.BackOfficeTest;
import io.auditspring.sample.Entries;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs last, so that it verifies what all the others left.
 */
@BackOfficeTest
@Order(Integer.MAX_VALUE)
class TrailTests {

	@Autowired
	private BackOffice backOffice;

	@Autowired
	private Entries entries;

	@Autowired
	private AuditTrail trail;

	@Test
	void theTrailIsValidAfterEverythingThatHappened() {
		JsonNode newest = createProject("Verified");
		assertThat(this.trail.verify().valid()).isTrue();
		JsonNode verification = this.entries.get("/api/audit/verification");
		assertThat(verification.get("valid").asBoolean()).isTrue();
		JsonNode chain = verification.get("chains").get(0);
		assertThat(chain.get("chain").asString()).isEqualTo("main");
		assertThat(chain.get("entries").asLong()).isGreaterThan(newest.get("seq").asLong());
		assertThat(chain.get("problems").isEmpty()).isTrue();
	}

	@Test
	void anEntryIsFoundByItsId() {
		JsonNode entry = createProject("Found");
		assertThat(this.entries.get("/api/audit/entries/" + entry.get("id").asString())).isEqualTo(entry);
	}

	@Test
	void theLimitIsKeptAndAnAbsurdOneRefused() {
		createProject("One");
		createProject("Two");
		assertThat(this.entries.find("action=project.created&limit=1")).hasSize(1);
		this.backOffice.as("admin").get().uri("/api/audit/entries?limit=0").exchange().expectStatus().isBadRequest();
	}

	@Test
	void bothAddressesReadParametersAlike() {
		JsonNode entry = createProject("Between");
		String at = entry.get("recordedAt").asString();
		String later = Instant.parse(at).plusNanos(1000).toString();
		String about = "action=project.created&targetType=Project&targetId=%s&"
			.formatted(entry.at("/target/id").asString());
		for (String path : new String[] { "/api/audit/entries?", "/audit/api/entries?" }) {
			assertThat(
					this.entries.get(path + about + "from=%s&to=%s&severity=info".formatted(at, later)).get("entries"))
				.containsExactly(entry);
			assertThat(this.entries.get(path + about + "from=" + later).get("entries")).isEmpty();
			assertThat(this.entries.get(path + about + "to=" + at).get("entries")).isEmpty();
			assertThat(this.entries.get(path + about + "severity=critical").get("entries")).isEmpty();
			this.backOffice.as("admin").get().uri(path + "since=" + at).exchange().expectStatus().isBadRequest();
		}
	}

	@Test
	void onlyAuditorsReadTheTrail() {
		for (String path : new String[] { "/api/audit/entries", "/api/audit/verification" }) {
			this.backOffice.as("analyst").get().uri(path).exchange().expectStatus().isForbidden();
			this.backOffice.as("manager").get().uri(path).exchange().expectStatus().isOk();
		}
	}

	private JsonNode createProject(String name) {
		JsonNode project = this.backOffice.create("admin", "/api/projects", "{\"name\": \"%s\"}".formatted(name));
		return this.entries.await("action=project.created&targetType=Project&targetId=" + project.get("id"));
	}

}
