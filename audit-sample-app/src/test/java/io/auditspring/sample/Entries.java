package io.auditspring.sample;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;

/**
 * The audit trail as an auditor reads it over HTTP.
 */
public final class Entries {

	private static final Duration PATIENCE = Duration.ofMinutes(1);

	private final BackOffice backOffice;

	Entries(BackOffice backOffice) {
		this.backOffice = backOffice;
	}

	/**
	 * Waits until an entry is there. Entries reach the ledger shortly after the call.
	 * @param filter query parameters such as {@code action=agent.started&targetId=1}
	 * @return the newest entry that fits
	 */
	public JsonNode await(String filter) {
		return await(filter, 1).get(0);
	}

	/**
	 * Waits until there are several entries.
	 * @param filter query parameters
	 * @param count how many
	 * @return all that fit, newest first
	 */
	public List<JsonNode> await(String filter, int count) {
		return Awaitility.await(filter)
			.atMost(PATIENCE)
			.until(() -> find(filter), (entries) -> entries.size() >= count);
	}

	/**
	 * Waits for an entry that no query parameter can single out.
	 * @param filter query parameters
	 * @param wanted what the entry must fulfil
	 * @return the newest entry that fits
	 */
	public JsonNode await(String filter, Predicate<JsonNode> wanted) {
		return Awaitility.await(filter)
			.atMost(PATIENCE)
			.until(() -> find(filter).stream().filter(wanted).findFirst(), Optional::isPresent)
			.orElseThrow();
	}

	public List<JsonNode> find(String filter) {
		return List.copyOf(get("/api/audit/entries?" + filter).get("entries").values());
	}

	public JsonNode get(String path) {
		byte[] body = this.backOffice.as("admin")
			.get()
			.uri(path)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.returnResult()
			.getResponseBodyContent();
		return Json.read(body);
	}

}
