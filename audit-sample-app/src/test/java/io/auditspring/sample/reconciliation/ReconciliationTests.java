package io.auditspring.sample.reconciliation;

import java.math.BigDecimal;
import java.util.List;

import io.auditspring.sample.BackOffice;
import io.auditspring.sample.BackOfficeTest;
import io.auditspring.sample.Browser;
import io.auditspring.sample.Entries;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

import static io.auditspring.sample.EntryAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

@BackOfficeTest
class ReconciliationTests {

	@Autowired
	private BackOffice backOffice;

	@Autowired
	private Entries entries;

	@Test
	void approvingInABrowserLeavesACompleteEntryWithTheSession() {
		long id = importOne("NO-APPROVE", "1250.05");
		Browser browser = this.backOffice.browser();
		browser.signIn("manager", "manager-secret");
		String path = "/api/transactions/%d/approve".formatted(id);
		browser.postWithoutToken(path, "{\"justification\": \"Forged\"}").expectStatus().isForbidden();
		browser.post(path, "{\"justification\": \"Matches invoice 17\"}").expectStatus().isOk();
		JsonNode entry = this.entries.await(about("transaction.approved", id));
		assertThat(entry).isEntry("""
				{
				  "actor": {"type": "user", "id": "manager", "name": "manager", "impersonatorId": null},
				  "action": "transaction.approved",
				  "category": "reconciliation",
				  "severity": "info",
				  "outcome": "success",
				  "target": {"type": "Transaction", "id": "%1$d", "name": "NO-APPROVE"},
				  "message": "Approve transaction %1$d",
				  "justification": "Matches invoice 17",
				  "before": {"id": %1$d, "reference": "NO-APPROVE", "bookedOn": "2026-11-02",
				    "amount": 1250.05, "currency": "EUR", "status": "IMPORTED", "invoice": null},
				  "after": {"id": %1$d, "reference": "NO-APPROVE", "bookedOn": "2026-11-02",
				    "amount": 1250.05, "currency": "EUR", "status": "APPROVED", "invoice": null},
				  "changes": {"status": {"from": "IMPORTED", "to": "APPROVED"}},
				  "changeSummary": "status: IMPORTED → APPROVED",
				  "metadata": {"request": {"method": "POST", "path": "/api/transactions/{id}/approve"}},
				  "ipAddress": "127.0.0.1",
				  "userAgent": "back-office-tests/1.0",
				  "sessionId": "%2$s",
				  "revision": %3$d
				}
				""".formatted(id, entry.get("sessionId").asString(), entry.get("revision").asLong()));
		this.entries.await("action=login&actor=manager",
				(login) -> login.get("sessionId").equals(entry.get("sessionId")));
	}

	@Test
	void anAnalystIsDeniedToApproveAndNothingChanges() {
		long id = importOne("NO-DENIED", "10.00");
		step("analyst", id, "approve", "{\"justification\": \"Please\"}").expectStatus().isForbidden();
		assertThat(this.entries.await(about("transaction.approved", id))).isEntry("""
				{
				  "actor": {"type": "user", "id": "analyst", "name": "analyst", "impersonatorId": null},
				  "action": "transaction.approved",
				  "category": "reconciliation",
				  "severity": "info",
				  "outcome": "denied",
				  "target": {"type": "Transaction", "id": "%1$d", "name": null},
				  "message": "Approve transaction %1$d",
				  "justification": "Please",
				  "error": "AuthorizationDeniedException: Access Denied",
				  "metadata": {"request": {"method": "POST", "path": "/api/transactions/{id}/approve"}},
				  "ipAddress": "127.0.0.1",
				  "userAgent": "back-office-tests/1.0"
				}
				""".formatted(id));
		step("manager", id, "approve", "{\"justification\": \"Fine\"}").expectStatus().isOk();
	}

	@Test
	void matchingAndUnmatchingFollowEachOtherInTheTrail() {
		long id = importOne("NO-MATCH", "89.90");
		step("analyst", id, "match", "{\"invoice\": \"INV-17\", \"justification\": \"Same sum\"}").expectStatus()
			.isOk();
		step("analyst", id, "unmatch", "{\"justification\": \"Wrong customer\"}").expectStatus().isOk();
		JsonNode matched = this.entries.await(about("transaction.matched", id));
		assertThat(matched.get("changes").toString()).isEqualTo("{\"invoice\":{\"from\":null,\"to\":\"INV-17\"}}");
		assertThat(matched.get("related").toString()).isEqualTo("[{\"type\":\"Invoice\",\"id\":\"INV-17\"}]");
		JsonNode unmatched = this.entries.await(about("transaction.unmatched", id));
		assertThat(unmatched.get("before")).isEqualTo(matched.get("after"));
		assertThat(unmatched.get("after")).isEqualTo(matched.get("before"));
		assertThat(unmatched.get("justification").asString()).isEqualTo("Wrong customer");
	}

	@Test
	void everyImportedTransactionHasItsOwnEntryOfOneOperation() {
		String body = """
				{"source": "bank", "justification": "Daily file", "transactions": [
				  {"reference": "NO-A", "bookedOn": "2026-11-02", "amount": 0.10, "currency": "EUR"},
				  {"reference": "NO-B", "bookedOn": "2026-11-02", "amount": 12345678901234567.89, "currency": "EUR"}]}
				""";
		JsonNode imported = this.backOffice.create("analyst", "/api/transactions/import", body);
		List<JsonNode> found = imported.values()
			.stream()
			.map((transaction) -> this.entries.await("targetType=Transaction&targetId=" + transaction.get("id")))
			.toList();
		JsonNode call = this.entries.await("action=transaction.imported",
				(entry) -> entry.at("/metadata/source").asString("").equals("bank"));
		assertThat(found).extracting((entry) -> entry.get("operationId")).containsOnly(call.get("operationId"));
		assertThat(call.get("justification").asString()).isEqualTo("Daily file");
		assertThat(call.get("metadata").toString()).isEqualTo("{\"request\":{\"method\":\"POST\","
				+ "\"path\":\"/api/transactions/import\"},\"source\":\"bank\",\"transactions\":2}");
		assertThat(found).extracting((entry) -> entry.get("after").get("amount").decimalValue())
			.usingElementComparator(BigDecimal::compareTo)
			.containsExactly(new BigDecimal("0.10"), new BigDecimal("12345678901234567.89"));
	}

	@Test
	void exportingReadsOnlyAndIsRecordedAllTheSame() {
		String csv = this.backOffice.as("analyst")
			.get()
			.uri("/api/transactions/export?justification=Tax office")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.returnResult()
			.getResponseBody();
		assertThat(csv).contains("NO-2026-0003,2026-11-05,12000.05,NOK");
		JsonNode entry = this.entries.await("action=transaction.exported");
		assertThat(entry).isEntry("""
				{
				  "actor": {"type": "user", "id": "analyst", "name": "analyst", "impersonatorId": null},
				  "action": "transaction.exported",
				  "category": "reconciliation",
				  "severity": "info",
				  "outcome": "success",
				  "message": "Transaction exported",
				  "justification": "Tax office",
				  "metadata": {"transactions": %d,
				      "request": {"method": "GET", "path": "/api/transactions/export"}},
				  "ipAddress": "127.0.0.1",
				  "userAgent": "back-office-tests/1.0"
				}
				""".formatted(csv.lines().count() - 1));
	}

	private static String about(String action, long id) {
		return "action=%s&targetType=Transaction&targetId=%d".formatted(action, id);
	}

	private long importOne(String reference, String amount) {
		String body = """
				{"source": "test", "justification": "Test", "transactions": [
				  {"reference": "%s", "bookedOn": "2026-11-02", "amount": %s, "currency": "EUR"}]}
				""".formatted(reference, amount);
		return this.backOffice.create("analyst", "/api/transactions/import", body).get(0).get("id").asLong();
	}

	private RestTestClient.ResponseSpec step(String username, long id, String step, String body) {
		return this.backOffice.as(username)
			.post()
			.uri("/api/transactions/{id}/{step}", id, step)
			.contentType(MediaType.APPLICATION_JSON)
			.body(body)
			.exchange();
	}

}
