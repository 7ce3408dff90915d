package io.auditspring.capture.internal.entry;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.auditspring.Actor;
import io.auditspring.AuditRecord;
import io.auditspring.capture.internal.actor.ActorDetails;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.origin.RequestDetails;
import io.auditspring.capture.internal.origin.RequestLine;
import io.auditspring.capture.internal.state.EntityIdentifiers;
import io.auditspring.capture.internal.value.Identifiers;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.capture.internal.value.Limits;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.ledger.internal.entry.Entry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What entries show of a request.
 */
class EntryFactoryTests {

	private final Masking masking = new Masking(List.of("token"));

	private final JsonValues values = new JsonValues(this.masking, new Limits(10_000));

	private final EntryFactory factory = new EntryFactory(null, null, this.values, this.masking,
			new EntityIdentifiers(List::of, this.masking, this.values, () -> new byte[32]), Severities.DEFAULT,
			new Sentences(null, Locale.ENGLISH), null, ActorDetails.NONE);

	private String path(String requested) {
		return path(requested, false);
	}

	private String path(String requested, boolean template) {
		RequestDetails request = new RequestDetails(null, null, null, null, () -> null, null,
				() -> new RequestLine("GET", requested, template, null));
		AuditRecord record = AuditRecord.action("reset").build();
		Entry entry = this.factory
			.entry(new Operation(new Origin(Instant.now(), Actor.system(), null, request), record), record, null);
		return entry.data().metadata().toNode().path("request").path("path").asString();
	}

	@Test
	void anAssignmentInAPathIsHidden() {
		assertThat(path("/reset/token=4711/now")).isEqualTo("/reset/token=***");
	}

	@ParameterizedTest
	@CsvSource({ "/tokens/4711, /tokens/***", "/accessToken/4711/renew, /accessToken/***/renew",
			"/api-tokens/token/4711, /api-tokens/***/4711", "/tokens, /tokens", "/tokens/, /tokens/",
			"/tokens/{4711}, /tokens/***", "/orders/4711, /orders/4711" })
	void whatFollowsASecretNameInAPathIsHidden(String requested, String shown) {
		assertThat(path(requested)).isEqualTo(shown);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/tokens/{token}/renew", "/tokens/renew", "/tokens/**", "/tokens/{token:[0-9]+}" })
	void whatTheApplicationWroteIsShown(String template) {
		assertThat(path(template, true)).isEqualTo(template);
	}

	@Test
	void ofALongTextAllOfASecretIsHidden() {
		String said = "x".repeat(9_980) + " token=\"sword " + "fish ".repeat(100) + "\" end";
		AuditRecord record = AuditRecord.action("reset").message(said).error("(token: [" + "a, ".repeat(9_000)).build();
		Entry entry = this.factory.entry(
				new Operation(new Origin(Instant.now(), Actor.system(), null, RequestDetails.NONE), record), record,
				null);
		assertThat(entry.data().message()).isEqualTo("x".repeat(9_980) + " token=*** end");
		assertThat(entry.data().error()).isEqualTo("(token: ***");
	}

	@Test
	void aStatedStateDoesNotTellWhatATextAssigns() {
		AuditRecord record = AuditRecord.action("reset")
			.before(Map.of("url", "/?token=old"))
			.after(Map.of("url", "/?token=new"))
			.build();
		Entry entry = this.factory.entry(
				new Operation(new Origin(Instant.now(), Actor.system(), null, RequestDetails.NONE), record), record,
				null);
		assertThat(entry.data().after()).hasToString("{\"url\":\"/?token=***\"}");
		assertThat(entry.data().changes()).hasToString("{\"url\":{\"from\":\"/?token=***\",\"to\":\"/?token=***\"}}");
	}

	private Entry entryOf(Actor actor) {
		AuditRecord record = AuditRecord.action("invoice.pay").related("Invoice", 17).build();
		return this.factory.entry(new Operation(new Origin(Instant.now(), actor, null, RequestDetails.NONE), record),
				record, null);
	}

	@Test
	void anAgentIsRelatedToWhatItDoes() {
		String related = "[{\"id\":\"bot\",\"type\":\"Agent\"},{\"id\":\"17\",\"type\":\"Invoice\"}]";
		assertThat(entryOf(Actor.agent("bot", "a model")).data().related()).hasToString(related);
		Entry delegated = entryOf(Actor.user("jane").delegatedTo("bot"));
		assertThat(delegated.data().related()).hasToString(related);
		assertThat(delegated.data().metadata()).hasToString("{\"delegation\":[\"bot\"]}");
		assertThat(delegated.actor().impersonator()).isEqualTo("bot");
		assertThat(entryOf(Actor.user("jane").impersonatedBy("bob")).data().related())
			.hasToString("[{\"id\":\"17\",\"type\":\"Invoice\"}]");
	}

	@Test
	void whoAskedAnAgentIsInTheMetadata() {
		assertThat(entryOf(Actor.user("jane").impersonatedBy("bob").delegatedTo("planner").delegatedTo("payer")).data()
			.metadata()).hasToString("{\"delegation\":[\"payer\",\"planner\",\"bob\"]}");
	}

	@Test
	void whoAskedAnAgentIsRelatedToWhatItDoes() {
		assertThat(entryOf(Actor.user("jane").impersonatedBy("bob").delegatedTo("payer").delegatedTo("payer")).data()
			.related()).hasToString("""
					[{"id":"payer","type":"Agent"},{"id":"bob","type":"Agent"},{"id":"17","type":"Invoice"}]""");
	}

	/** By which persons are looked for. */
	@Test
	void nothingTakesThePlaceOfWhoAskedAnAgent() {
		String longId = "b".repeat(400);
		AuditRecord.Builder said = AuditRecord.action("invoice.pay").metadata("delegation", "of Norway");
		for (int i = 0; i < 3_000; i++) {
			said.metadata("name" + i, i).related("Invoice", i);
		}
		AuditRecord record = said.build();
		Entry entry = this.factory.entry(new Operation(new Origin(Instant.now(),
				Actor.user("jane").impersonatedBy(longId).delegatedTo("bot"), null, RequestDetails.NONE), record),
				record, null);
		String shown = Identifiers.limit(longId);
		assertThat(entry.data().metadata().toNode().path("truncated").asBoolean()).isTrue();
		assertThat(entry.data().metadata().toNode().path("delegation"))
			.hasToString("[\"bot\",\"%s\"]".formatted(shown));
		assertThat(entry.data().related().toNode().path(1).path("id").asString()).isEqualTo(shown);
	}

}
