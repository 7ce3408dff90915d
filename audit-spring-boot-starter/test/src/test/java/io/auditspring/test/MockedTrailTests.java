package io.auditspring.test;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.UUID;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

/**
 * A test replaces what its application reads and writes entries with; what audited calls
 * leave is no business of theirs.
 */
@DirtiesContext
@AuditTest
@SpringBootTest(classes = ShopConfiguration.class, webEnvironment = WebEnvironment.NONE, properties = {
		"spring.jpa.hibernate.ddl-auto=create", "spring.flyway.enabled=false", "audit.web.enabled=true" })
class MockedTrailTests {

	@MockitoBean
	private AuditTrail trail;

	@MockitoBean
	private AuditRecorder recorder;

	@Autowired
	private OrderService orders;

	@Autowired
	private RecordedEntries recorded;

	@Test
	void theStubsAnswer() {
		UUID id = UUID.randomUUID();
		AuditEntry entry = mock(AuditEntry.class);
		given(this.trail.entry(id)).willReturn(Optional.of(entry));
		assertThat(this.trail.entry(id)).containsSame(entry);
		AuditRecord record = AuditRecord.action("backup.completed").build();
		this.recorder.record(record);
		verify(this.recorder).record(record);
		assertThat(this.recorded).hasNoEntry();
	}

	@Test
	void auditedCallsLeaveEntriesAllTheSame() {
		this.orders.create("M-" + System.nanoTime(), BigDecimal.ONE);
		assertThat(this.recorded).hasEntries(1).hasEntry().doing("order.create");
	}

}
