package io.auditspring.delivery;

import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.ledger.Roles;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application whose user is a writer and nothing else, in a schema that somebody else
 * has migrated.
 */
class LeastPrivilegeTests {

	private final LedgerDatabase database = LedgerDatabase.create();

	private final AuditLog log = new AuditLog(this.database.dataSource());

	private ApplicationContextRunner as(String... roles) {
		Roles.apply(this.database.dataSource(), this.database.schema());
		DataSource user = Roles.user(this.database.dataSource(), roles);
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withPropertyValues("audit.flyway.enabled=false")
			.withBean(DataSource.class, () -> user);
	}

	@Test
	void everyDeliveryModeWorks() {
		as("audit_writer").run((context) -> {
			AuditRecorder recorder = context.getBean(AuditRecorder.class);
			for (Delivery delivery : List.of(Delivery.TRANSACTIONAL, Delivery.ASYNC, Delivery.SYNC)) {
				recorder.record(AuditRecord.action("by." + delivery).delivery(delivery).build());
			}
			this.log.await(3);
		});
		assertThat(new LedgerVerifier(this.database.dataSource(), this.database.schema()).verify().valid()).isTrue();
	}

	@Test
	void whatIsRefusedIsQuarantined() {
		this.database.execute("alter table audit.audit_log add constraint poisonous check (action <> 'poison')");
		as("audit_writer").run((context) -> {
			AuditRecorder recorder = context.getBean(AuditRecorder.class);
			for (Delivery delivery : List.of(Delivery.TRANSACTIONAL, Delivery.SYNC)) {
				recorder.record(AuditRecord.action("poison").delivery(delivery).build());
				recorder.record(AuditRecord.action("fine").delivery(delivery).build());
			}
			assertThat(this.log.await(2)).extracting("action").containsOnly("fine");
		});
		List<Map<String, Object>> refused = this.log.jdbc().queryForList("select reason from audit.audit_quarantine");
		assertThat(refused).hasSize(2)
			.allSatisfy((row) -> assertThat(row.get("reason").toString()).contains("poisonous"));
	}

	@Test
	void aReaderVerifies() {
		this.database.append("main", io.auditspring.ledger.internal.entry.Entries.entries(2));
		as("audit_writer", "audit_reader")
			.run((context) -> assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue());
	}

}
