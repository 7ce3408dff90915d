package io.auditspring.capture;

import java.time.Instant;
import java.util.List;
import java.util.Locale;

import io.auditspring.Actor;
import io.auditspring.AuditRecord;
import io.auditspring.ledger.Entry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What entries show of a request.
 */
class EntryFactoryTests {

	private final Masking masking = new Masking(List.of("token"));

	private final EntryFactory factory = new EntryFactory(null, null, new JsonValues(this.masking, new Limits(10_000)),
			this.masking, Severities.DEFAULT, new Sentences(null, Locale.ENGLISH), null, ActorDetails.NONE);

	@Test
	void anAssignmentInAPathIsHidden() {
		RequestDetails request = new RequestDetails(null, null, null, null, () -> null, null,
				() -> new RequestLine("GET", "/reset/token=4711/now"));
		AuditRecord record = AuditRecord.action("reset").build();
		Entry entry = this.factory
			.entry(new Operation(new Origin(Instant.now(), Actor.system(), null, request), record), record, null);
		assertThat(entry.data().metadata())
			.hasToString("{\"request\":{\"method\":\"GET\",\"path\":\"/reset/token=***\"}}");
	}

}
