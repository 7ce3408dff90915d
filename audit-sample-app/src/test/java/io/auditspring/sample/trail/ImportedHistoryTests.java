package io.auditspring.sample.trail;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.auditspring.Actor;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.sample.BackOfficeTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * History that was kept elsewhere, recorded by the application itself.
 */
@BackOfficeTest
class ImportedHistoryTests {

	private static final Instant LONG_AGO = Instant.parse("2019-05-04T10:15:30Z");

	@Autowired
	private AuditRecorder recorder;

	@Autowired
	private AuditTrail trail;

	@Test
	void anImportedEntryHasItsOwnTimeAndSaysThatItIsOne() {
		this.recorder.record(AuditRecord.action("order.updated")
			.actor(Actor.user("u-17"))
			.target("OldOrder", "42")
			.occurredAt(LONG_AGO)
			.before(Map.of("status", "NEW"))
			.after(Map.of("status", "PAID"))
			.metadata("imported", "JaVers")
			.delivery(Delivery.SYNC)
			.build());
		List<AuditEntry> imported = this.trail.find(AuditQuery.all().metadata("imported", "JaVers")).getContent();
		assertThat(imported).singleElement().satisfies((entry) -> {
			assertThat(entry.getOccurredAt()).isEqualTo(LONG_AGO);
			assertThat(entry.getRecordedAt()).isAfter(LONG_AGO.plusSeconds(86400));
			assertThat(entry.getActor().id()).isEqualTo("u-17");
			assertThat(entry.getChangeSummary()).contains("NEW", "PAID");
		});
		assertThat(this.trail.verify().valid()).isTrue();
	}

}
