package io.auditspring.sample.users;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

import io.auditspring.sample.BackOffice;
import io.auditspring.sample.BackOfficeTest;
import io.auditspring.sample.Browser;
import io.auditspring.sample.Entries;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;

import static io.auditspring.sample.EntryAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

@BackOfficeTest
class SignInTests {

	@Autowired
	private BackOffice backOffice;

	@Autowired
	private Entries entries;

	@Test
	void signingInAndOutLeavesTwoEntries() throws Exception {
		Browser browser = this.backOffice.browser();
		assertThat(browser.signIn("manager", "manager-secret")).isEqualTo("/api/transactions");
		String session = sha256(browser.session());
		assertThat(browser.signOut()).isEqualTo("/login");
		JsonNode login = this.entries.await("action=login&actor=manager",
				(entry) -> session.startsWith(entry.get("sessionId").asString()));
		assertThat(login).isEntry("""
				{
				  "actor": {"type": "user", "id": "manager", "name": "manager", "impersonatorId": null},
				  "action": "login",
				  "category": "authentication",
				  "severity": "info",
				  "outcome": "success",
				  "message": "User manager signed in",
				  "metadata": {"method": "UsernamePassword", "factors": ["PASSWORD"],
				      "request": {"method": "POST", "path": "/login"}},
				  "ipAddress": "127.0.0.1",
				  "geolocation": {"country": "NO", "city": "Oslo", "source": "stand-in"},
				  "userAgent": "back-office-tests/1.0",
				  "sessionId": "%s"
				}
				""".formatted(login.get("sessionId").asString()));
		JsonNode logout = this.entries.await("action=logout&actor=manager",
				(entry) -> entry.get("sessionId").equals(login.get("sessionId")));
		assertThat(logout.get("outcome").asString()).isEqualTo("success");
		assertThat(logout.get("ipAddress").asString()).isEqualTo("127.0.0.1");
	}

	@Test
	void aWrongPasswordInTheFormLeavesAWarning() {
		Browser browser = this.backOffice.browser();
		assertThat(browser.signIn("analyst", "a-wild-guess")).isEqualTo("/login");
		JsonNode entry = this.entries.await("action=login&outcome=failure&actor=analyst");
		assertThat(entry).isEntry(refused("analyst", "POST", "/login"));
	}

	@Test
	void whatNobodyIsCalledIsNotToldAsItMayBeAPassword() {
		assertThat(this.backOffice.browser().signIn("analyst-secret", "analyst")).isEqualTo("/login");
		JsonNode entry = this.entries.await("action=login&outcome=failure",
				(login) -> login.at("/actor/id").asString().startsWith("hmac:"));
		assertThat(entry.at("/actor/type").asString()).isEqualTo("anonymous");
		assertThat(entry.toString()).doesNotContain("analyst");
	}

	@Test
	void aWrongPasswordOfAScriptLeavesAWarning() {
		this.backOffice.as("admin", "a-wild-guess")
			.get()
			.uri("/api/audit/entries")
			.exchange()
			.expectStatus()
			.isUnauthorized();
		JsonNode entry = this.entries.await("action=login&outcome=failure&actor=admin");
		assertThat(entry).isEntry(refused("admin", "GET", "/api/audit/entries"));
	}

	@Test
	void whatARoleMayNotSeeIsRecordedWhenItIsTried() {
		this.backOffice.as("analyst").get().uri("/api/audit/entries").exchange().expectStatus().isForbidden();
		JsonNode entry = this.entries.await("action=access.denied&actor=analyst");
		assertThat(entry.get("outcome").asString()).isEqualTo("denied");
	}

	private static String refused(String username, String httpMethod, String path) {
		return """
				{
				  "actor": {"type": "anonymous", "id": "%1$s", "name": null, "impersonatorId": null},
				  "action": "login",
				  "category": "authentication",
				  "severity": "warning",
				  "outcome": "failure",
				  "message": "User %1$s could not sign in",
				  "error": "BadCredentialsException: Bad credentials",
				  "metadata": {"method": "UsernamePassword",
				      "request": {"method": "%2$s", "path": "%3$s"}},
				  "ipAddress": "127.0.0.1",
				  "geolocation": {"country": "NO", "city": "Oslo", "source": "stand-in"},
				  "userAgent": "back-office-tests/1.0"
				}
				""".formatted(username, httpMethod, path);
	}

	/**
	 * The raw id in a table would be a session to steal: the start of its hash is there.
	 */
	private static String sha256(String text) throws Exception {
		byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
		return HexFormat.of().formatHex(digest);
	}

}
