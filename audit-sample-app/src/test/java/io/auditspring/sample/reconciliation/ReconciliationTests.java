package io.auditspring.sample.reconciliation;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

import io.auditspring.sample.BackOffice;
import io.auditspring.sample.BackOfficeTest;
import io.auditspring.sample.Browser;
import io.auditspring.sample.Entries;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

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
				  "related": [{"type": "Period", "id": "2026-11"}],
				  "metadata": {"role": "MANAGER",
				      "request": {"method": "POST", "path": "/api/transactions/{id}/approve"}},
				  "ipAddress": "127.0.0.1",
				  "geolocation": {"country": "NO", "city": "Oslo", "source": "stand-in"},
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
				  "severity": "warning",
				  "outcome": "denied",
				  "target": {"type": "Transaction", "id": "%1$d", "name": null},
				  "message": "Approve transaction %1$d",
				  "justification": "Please",
				  "error": "AuthorizationDeniedException: Access Denied",
				  "metadata": {"role": "ANALYST",
				      "request": {"method": "POST", "path": "/api/transactions/{id}/approve"}},
				  "ipAddress": "127.0.0.1",
				  "geolocation": {"country": "NO", "city": "Oslo", "source": "stand-in"},
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
		assertThat(matched.get("related").toString())
			.isEqualTo("[{\"type\":\"Invoice\",\"id\":\"INV-17\"},{\"type\":\"Period\",\"id\":\"2026-11\"}]");
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
				  "message": "Export all transactions",
				  "justification": "Tax office",
				  "metadata": {"transactions": %d, "readOnly": true,
				      "request": {"method": "GET", "path": "/api/transactions/export"}},
				  "ipAddress": "127.0.0.1",
				  "geolocation": {"country": "NO", "city": "Oslo", "source": "stand-in"},
				  "userAgent": "back-office-tests/1.0"
				}
				""".formatted(csv.lines().count() - 1));
	}

	@Test
	void aFileIsImportedAndKnownByItsDigest() throws Exception {
		String csv = """
				reference,bookedOn,amount,currency
				NO-FILE-1,2026-11-09,15.00,EUR
				NO-FILE-2,2026-11-10,-3.25,NOK
				""";
		upload("november.csv", csv).expectStatus().isCreated();
		JsonNode entry = this.entries.await("action=transaction.imported",
				(call) -> call.at("/metadata/source").asString("").equals("november.csv"));
		assertThat(entry.get("message").asString()).isEqualTo("Import file november.csv");
		assertThat(entry.get("justification").asString()).isEqualTo("Bank's file");
		assertThat(entry.get("related").toString()).isEqualTo("[{\"type\":\"Period\",\"id\":\"2026-11\"}]");
		assertThat(entry.at("/metadata/transactions").asInt()).isEqualTo(2);
		assertThat(entry.at("/metadata/bytes").asInt()).isEqualTo(csv.length());
		assertThat(entry.at("/metadata/sha256").asString()).isEqualTo(HexFormat.of()
			.formatHex(MessageDigest.getInstance("SHA-256").digest(csv.getBytes(StandardCharsets.UTF_8))));
	}

	@Test
	void aFileThatCannotBeReadLeavesAFailureThatNamesTheLine() {
		upload("broken.csv",
				"reference,bookedOn,amount,currency\nNO-X,2026-11-09,1.00,EUR\nNO-Y,2026-11-09,1.00,euro\n")
			.expectStatus()
			.isBadRequest();
		JsonNode entry = this.entries.await("action=transaction.imported",
				(call) -> call.at("/metadata/source").asString("").equals("broken.csv"));
		assertThat(entry.get("outcome").asString()).isEqualTo("failure");
		assertThat(entry.get("error").asString()).startsWith("IllegalArgumentException: Line 3: currency");
	}

	@Test
	void aFileWithoutTransactionsIsNotTakenForOne() {
		upload("letter.txt", "Dear customer,\n").expectStatus().isBadRequest();
		JsonNode entry = this.entries.await("action=transaction.imported",
				(call) -> call.at("/metadata/source").asString("").equals("letter.txt"));
		assertThat(entry.get("outcome").asString()).isEqualTo("failure");
		assertThat(entry.get("severity").asString()).isEqualTo("error");
	}

	@Test
	void nothingChangesInAClosedPeriodUntilItIsReopened() {
		long id = importOne("NO-CLOSED", "7.00", "2031-01-15");
		period("manager", "2031-01", "close").expectStatus().isOk();
		JsonNode closed = this.entries.await("action=period.closed&targetType=Period&targetId=2031-01");
		assertThat(closed.at("/after/status").asString()).isEqualTo("CLOSED");
		assertThat(closed.get("justification").asString()).isEqualTo("Year end");
		step("manager", id, "approve", "{\"justification\": \"Late\"}").expectStatus().isEqualTo(409);
		JsonNode refused = this.entries.await(about("transaction.approved", id));
		assertThat(refused.get("error").asString()).isEqualTo("IllegalStateException: Period 2031-01 is CLOSED");
		period("manager", "2031-01", "reopen").expectStatus().isForbidden();
		period("admin", "2031-01", "reopen").expectStatus().isOk();
		JsonNode reopened = this.entries.await("action=period.reopened&actor=admin");
		assertThat(reopened.get("severity").asString()).isEqualTo("warning");
		step("manager", id, "approve", "{\"justification\": \"Late\"}").expectStatus().isOk();
		this.entries.await(about("transaction.approved", id), 2);
		assertThat(this.entries.find("related=Period:2031-01")).extracting((entry) -> entry.get("action").asString())
			.containsExactly("transaction.approved", "transaction.approved", "transaction.imported");
	}

	@Test
	void goingBackToASnapshotLeavesAnEntryForEachTransactionItChanges() {
		long id = importOne("NO-SNAPSHOT", "8.00");
		JsonNode snapshot = this.backOffice.create("analyst", "/api/snapshots",
				"{\"label\": \"Before matching\", \"justification\": \"To be safe\"}");
		JsonNode taken = this.entries.await("action=snapshot.taken&targetType=Snapshot&targetId=" + snapshot.get("id"));
		assertThat(taken.at("/target/name").asString()).isEqualTo("Before matching");
		assertThat(taken.at("/metadata/transactions")).isEqualTo(snapshot.get("transactions"));
		step("analyst", id, "match", "{\"invoice\": \"INV-18\", \"justification\": \"Same sum\"}").expectStatus()
			.isOk();
		String restore = "/api/snapshots/%s/restore".formatted(snapshot.get("id"));
		post("analyst", restore, "{\"justification\": \"Oops\"}").expectStatus().isForbidden();
		post("manager", restore, "{\"justification\": \"Oops\"}").expectStatus().isOk();
		JsonNode restored = this.entries
			.await("action=snapshot.restored&outcome=success&targetType=Snapshot&targetId=" + snapshot.get("id"));
		assertThat(restored.at("/metadata/changed").asInt()).isEqualTo(1);
		JsonNode transaction = this.entries.await("targetType=Transaction&targetId=" + id,
				(entry) -> entry.get("operationId").equals(restored.get("operationId")));
		assertThat(transaction.get("changes").toString()).isEqualTo("{\"invoice\":{\"from\":\"INV-18\",\"to\":null}}");
	}

	private static String about(String action, long id) {
		return "action=%s&targetType=Transaction&targetId=%d".formatted(action, id);
	}

	private long importOne(String reference, String amount) {
		return importOne(reference, amount, "2026-11-02");
	}

	private long importOne(String reference, String amount, String bookedOn) {
		String body = """
				{"source": "test", "justification": "Test", "transactions": [
				  {"reference": "%s", "bookedOn": "%s", "amount": %s, "currency": "EUR"}]}
				""".formatted(reference, bookedOn, amount);
		return this.backOffice.create("analyst", "/api/transactions/import", body).get(0).get("id").asLong();
	}

	private RestTestClient.ResponseSpec upload(String name, String csv) {
		MultiValueMap<String, Object> form = new LinkedMultiValueMap<>();
		form.add("justification", "Bank's file");
		form.add("file", new ByteArrayResource(csv.getBytes(StandardCharsets.UTF_8)) {
			@Override
			public String getFilename() {
				return name;
			}
		});
		return this.backOffice.as("analyst")
			.post()
			.uri("/api/transactions/import")
			.contentType(MediaType.MULTIPART_FORM_DATA)
			.body(form)
			.exchange();
	}

	private RestTestClient.ResponseSpec period(String username, String period, String step) {
		return post(username, "/api/periods/%s/%s".formatted(period, step), "{\"justification\": \"Year end\"}");
	}

	private RestTestClient.ResponseSpec step(String username, long id, String step, String body) {
		return post(username, "/api/transactions/%d/%s".formatted(id, step), body);
	}

	private RestTestClient.ResponseSpec post(String username, String path, String body) {
		return this.backOffice.as(username)
			.post()
			.uri(path)
			.contentType(MediaType.APPLICATION_JSON)
			.body(body)
			.exchange();
	}

}
