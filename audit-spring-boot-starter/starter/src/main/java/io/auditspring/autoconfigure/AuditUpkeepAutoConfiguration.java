package io.auditspring.autoconfigure;

import java.time.Clock;
import java.time.Period;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.auditspring.AuditRecord;
import io.auditspring.AuditSetupException;
import io.auditspring.CheckpointSigner;
import io.auditspring.capture.EntryFactory;
import io.auditspring.capture.Operation;
import io.auditspring.capture.Sentences;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.database.AuditDatabase;
import io.auditspring.database.OncePerDatabase;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.query.AuditRedaction;
import io.auditspring.query.AuditTrail;
import io.auditspring.retention.LedgerUpkeep;
import io.auditspring.retention.LegalHolds;
import io.auditspring.retention.Redaction;
import io.auditspring.retention.Retention;
import io.auditspring.retention.RetirementSeal;
import io.auditspring.signing.Checkpoints;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/**
 * Erases from the ledger what may no longer be kept, and keeps it in shape.
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnBean(name = "auditDatabase")
@OncePerDatabase
public final class AuditUpkeepAutoConfiguration {

	/** What the database records by itself. */
	private static final List<String> OWN_ACTIONS = List.of("audit.redaction", "audit.retirement", "audit.hold",
			"audit.release");

	@Bean
	LedgerUpkeep auditLedgerUpkeep(AuditDatabase auditDatabase, ObjectProvider<Retention> auditRetention) {
		return new LedgerUpkeep(auditDatabase.workDataSource(), auditDatabase.schema(),
				auditRetention.getIfAvailable());
	}

	@Bean
	@ConditionalOnProperty("audit.retention.period")
	Retention auditRetention(AuditDatabase auditDatabase, AuditProperties properties, Origins auditOrigins,
			EntryFactory auditEntryFactory, Sentences auditSentences, ObjectProvider<Checkpoints> auditCheckpoints,
			ObjectProvider<CheckpointSigner> signer) {
		if (!auditDatabase.mayExecute("audit_retire(date, boolean, jsonb, jsonb)")) {
			throw new AuditSetupException(
					"audit.retention.period is set, but the database user may not retire months of the audit ledger",
					"Grant the role audit_retention of classpath:io/auditspring/db/roles.sql to it, or leave "
							+ "audit.retention.period to another application.");
		}
		Period period = properties.retention().period();
		Period kept = (period != null) ? period : Period.ZERO;
		return new Retention(auditDatabase.dataSource(), auditDatabase.schema(), kept, properties.retention().action(),
				doer(auditOrigins, auditEntryFactory, auditSentences), Clock.systemUTC(),
				seal(auditCheckpoints.getIfAvailable(), Sole.signer(signer)));
	}

	private static @Nullable RetirementSeal seal(@Nullable Checkpoints checkpoints, @Nullable CheckpointSigner signer) {
		return (checkpoints != null) ? new RetirementSeal(checkpoints, signer) : null;
	}

	@Bean
	@Lazy
	LegalHolds auditLegalHolds(AuditDatabase auditDatabase, AuditProperties properties, Origins auditOrigins,
			EntryFactory auditEntryFactory, Sentences auditSentences) {
		return new LegalHolds(auditDatabase.dataSource(), auditDatabase.schema(), properties.chain(),
				doer(auditOrigins, auditEntryFactory, auditSentences));
	}

	@Bean
	@Lazy
	@ConditionalOnBean(AuditTrail.class)
	AuditRedaction auditRedaction(AuditDatabase auditDatabase, AuditTrail auditTrail, Origins auditOrigins,
			EntryFactory auditEntryFactory, Sentences auditSentences) {
		return new AuditRedaction(auditTrail, new Redaction(auditDatabase.dataSource(), auditDatabase.schema(),
				doer(auditOrigins, auditEntryFactory, auditSentences)));
	}

	/** Whoever asks is recorded like the caller of any audited method. */
	private static Supplier<Entry> doer(Origins origins, EntryFactory factory, Sentences sentences) {
		Map<String, String> said = new LinkedHashMap<>();
		OWN_ACTIONS.forEach((action) -> said.put(action, sentences.of(action)));
		AuditRecord record = AuditRecord.action("audit.upkeep").metadata("sentences", said).build();
		return () -> factory.entry(new Operation(origins.current(), record), record, null);
	}

}
