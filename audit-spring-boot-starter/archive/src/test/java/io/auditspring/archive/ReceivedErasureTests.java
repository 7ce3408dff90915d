package io.auditspring.archive;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;

import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.retention.RedactableArchive;
import io.auditspring.retention.RedactableArchive.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is erased of received chains, and is in the archive only: by their sources where
 * they can, and here where nobody else can.
 */
class ReceivedErasureTests {

	private static final Entry CLERK = new SampleChain("main", 3).unplaced(1).get(0);

	private static final String KEY = Ed25519Signer.newPem();

	private static final String BY = EntryCodec.write(List.of(CLERK));

	@TempDir
	private Path directory;

	@TempDir
	private Path memory;

	private ArchiveStore store = new DirectoryArchiveStore(Path.of(""));

	private ArchivedLedger ledger;

	private String id = "";

	private String other = "";

	@BeforeEach
	void archiveAMonthOfAReceivedChain() {
		this.store = new DirectoryArchiveStore(this.directory);
		this.ledger = ArchivedLedger.create(this.store, KEY, this.memory);
		SampleChain samples = new SampleChain("orders", 5);
		this.ledger.appendAt(Instant.parse("2019-01-01T00:00:00Z"), "orders", samples.unplaced(40));
		this.ledger.appendAt(Instant.parse("2026-11-01T00:00:00Z"), "orders", samples.unplaced(10));
		this.id = this.ledger.query("select id from audit.audit_log where chain = 'orders' and seq = 7");
		this.other = this.ledger.query("select id from audit.audit_log where chain = 'orders' and seq = 8");
		this.ledger.execute("""
				update audit.audit_chain set origin = 'shop.example/audit' where name = 'orders';
				insert into audit.audit_received (chain) values ('orders')
				""");
		assertThat(this.ledger.retention(CLERK, UnaryOperator.identity()).apply().retired()).hasSize(1);
	}

	private List<Result> erase() throws IOException {
		return this.ledger.archive()
			.redact(null, List.of(UUID.fromString(this.id)), EntryGroup.ACTOR, "asked to", BY)
			.stream()
			.map(RedactableArchive.Redacted::result)
			.toList();
	}

	private String verify() throws IOException {
		return new ArchiveVerifier(this.store, this.ledger.evidence(), new ArchiveOptions(null, "256MB", 2),
				VerificationProgress.NONE)
			.verify()
			.chains()
			.toString();
	}

	/** As if the source had appended it, and it had been received. */
	private void say(String action, String targetType, String metadata) {
		this.ledger.execute("""
				alter table audit.audit_log disable trigger all;
				insert into audit.audit_log
				select (jsonb_populate_record(l, jsonb_build_object('seq', l.seq + 1, 'id', gen_random_uuid(),
					'action', '%s', 'target_type', '%s', 'target_id', '%s', 'metadata', '%s'::jsonb))).*
				from audit.audit_log l
				where chain = 'orders'
				order by seq desc
				limit 1
				""".formatted(action, targetType, this.id, metadata));
	}

	@Test
	void whatItsSourceStillHasTheSourceIsAskedForAndTheArchiveFollows() throws Exception {
		assertThat(erase()).containsExactly(Result.ASKED);
		assertThat(erase()).containsExactly(Result.ASKED);
		assertThat(this.ledger
			.query("""
					select string_agg(concat_ws(' ', chain, metadata ->> 'chain', metadata ->> 'seq', metadata ->> 'group'), ', ')
					from audit.audit_log where action = 'audit.redaction.asked'
					"""))
			.isEqualTo("local orders 7 actor");
		this.ledger.execute("update audit.audit_request set asked_at = '2026-01-01'");
		assertThat(erase()).containsExactly(Result.ASKED);
		assertThat(this.ledger.query("select count(*) from audit.audit_request where asked_at > '2026-02-01'"))
			.isEqualTo("1");
		assertThat(
				this.ledger.query("select concat_ws(' ', chain, seq, id, redacted, reason) from audit.audit_request"))
			.isEqualTo("orders 7 %s actor asked to".formatted(this.id));
		LedgerArchive archive = this.ledger.archive();
		archive.followLedger(BY);
		assertThat(this.store.list()).anyMatch((name) -> name.endsWith("payload-1.parquet"));
		say("audit.redaction", "AuditEntry",
				"{\"chain\":\"orders\",\"seq\":7,\"id\":\"%s\",\"group\":\"actor\"}".formatted(this.id));
		archive.followLedger(BY);
		assertThat(this.store.list()).anyMatch((name) -> name.endsWith("payload-2.parquet"))
			.noneMatch((name) -> name.endsWith("payload-1.parquet"));
		assertThat(erase()).containsExactly(Result.REDACTED);
		assertThat(verify()).isEqualTo("[orders [0, 40): valid]");
	}

	@Test
	void whatItsSourceHasRetiredIsErasedHere() throws Exception {
		for (String last : List.of("6", "50", "9223372036854775807")) {
			retireAtTheSource(last);
			assertThat(erase()).containsExactly(Result.ASKED);
		}
		retireAtTheSource("39");
		assertThat(erase()).containsExactly(Result.ERASED);
		assertThat(this.ledger.query("""
				select string_agg(concat_ws(' ', chain, metadata ->> 'chain', metadata ->> 'seq'), ', ')
				from audit.audit_log where action = 'audit.redaction'
				""")).isEqualTo("local orders 7");
		assertThat(verify()).isEqualTo("[orders [0, 40): valid]");
	}

	private void retireAtTheSource(String last) {
		say("audit.retirement", "AuditPartition",
				"{\"chain\":\"orders\",\"firstSeq\":0,\"lastSeq\":%s}".formatted(last));
		this.ledger.execute("select audit.audit_receive_retirement('orders', 'orders', %s)".formatted(last));
	}

	@Test
	void aLegalHoldHereKeepsWhatItsSourceErases() throws Exception {
		hold();
		sayThatItIsErased();
		this.ledger.archive().followLedger(BY);
		assertThat(this.store.list()).anyMatch((name) -> name.endsWith("payload-1.parquet"));
		assertThat(erase()).containsExactly(Result.HELD);
		this.ledger.execute("delete from audit.audit_legal_hold");
		this.ledger.archive().followLedger(BY);
		assertThat(this.store.list()).noneMatch((name) -> name.endsWith("payload-1.parquet"));
		assertThat(verify()).isEqualTo("[orders [0, 40): valid]");
	}

	@Test
	void whatAHoldKeptIsErasedOnceItIsLiftedAlsoByWhomFollowedBefore() throws Exception {
		hold();
		sayThatItIsErased();
		LedgerArchive archive = this.ledger.archive();
		archive.followLedger(BY);
		archive.followLedger(BY);
		assertThat(this.store.list()).anyMatch((name) -> name.endsWith("payload-1.parquet"));
		this.ledger.execute("delete from audit.audit_legal_hold");
		archive.followLedger(BY);
		assertThat(this.store.list()).noneMatch((name) -> name.endsWith("payload-1.parquet"));
		archive.followLedger(BY);
		assertThat(this.store.list()).noneMatch((name) -> name.endsWith("payload-3.parquet"));
		assertThat(verify()).isEqualTo("[orders [0, 40): valid]");
	}

	@Test
	void aHoldThatIsPlacedMeanwhileKeepsWhatItsSourceErases() throws Exception {
		sayThatItIsErased();
		FaultyStore meanwhile = new FaultyStore(this.directory);
		meanwhile.onStep(1, this::hold);
		ArchivedLedger.at(this.ledger.url(), meanwhile, KEY, this.memory).archive().followLedger(BY);
		assertThat(this.ledger.query("select count(*) from audit.audit_legal_hold")).isEqualTo("1");
		assertThat(this.store.list()).anyMatch((name) -> name.endsWith("payload-1.parquet"))
			.noneMatch((name) -> name.endsWith("payload-2.parquet"));
		assertThat(erase()).containsExactly(Result.HELD);
		assertThat(verify()).isEqualTo("[orders [0, 40): valid]");
	}

	private void hold() throws Exception {
		this.ledger.execute(
				"insert into audit.audit_legal_hold (actor_id, reason) values ('%s', 'case 12')".formatted(actor()));
	}

	private void sayThatItIsErased() {
		say("audit.redaction", "AuditEntry",
				"{\"chain\":\"orders\",\"seq\":7,\"id\":\"%s\",\"group\":\"actor\"}".formatted(this.id));
	}

	private String actor() throws Exception {
		try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
				Statement statement = duckDb.createStatement();
				ResultSet row = statement.executeQuery(
						"select actor_id from read_parquet('%s/chain=orders/*/payload-1.parquet') where seq = 7"
							.formatted(this.directory))) {
			row.next();
			return row.getString(1);
		}
	}

	@Test
	void whatASourceSaysThatIsNoPlaceOfItsOwnIsLeftAside() throws Exception {
		say("audit.redaction", "AuditEntry", "{\"chain\":\"orders\",\"seq\":\"many\",\"group\":\"actor\"}");
		say("audit.redaction", "AuditEntry", "{\"chain\":\"main\",\"seq\":7,\"group\":\"actor\"}");
		say("audit.redaction", "AuditEntry", "{\"chain\":\"orders\",\"seq\":7,\"group\":\"all\"}");
		this.ledger.archive().followLedger(BY);
		assertThat(this.store.list()).anyMatch((name) -> name.endsWith("payload-1.parquet"));
	}

	/** Somebody else's chain may have any name. */
	@Test
	void whatAChainSaysThatGoesOnByItsNameAloneIsLeftAside() throws Exception {
		this.ledger.appendAt(Instant.parse("2026-11-02T00:00:00Z"), "orders@2",
				new SampleChain("orders@2", 6).unplaced(2));
		say("orders@2", "orders", this.id, 7);
		say("orders@2", "orders@2", this.other, 0);
		LedgerArchive archive = this.ledger.archive();
		archive.followLedger(BY);
		assertThat(erase()).containsExactly(Result.ASKED);
		assertThat(this.store.list()).anyMatch((name) -> name.endsWith("payload-1.parquet"));
		this.ledger.execute("update audit.audit_chain set successor = 'orders@2' where name = 'orders'");
		archive.followLedger(BY);
		assertThat(this.store.list()).anyMatch((name) -> name.endsWith("payload-2.parquet"));
		assertThat(erase()).containsExactly(Result.REDACTED);
	}

	@Test
	void whatASourceSaysOfOneEntryAtThePlaceOfAnotherIsLeftAside() throws Exception {
		say("orders", "orders", this.id, 8);
		this.ledger.archive().followLedger(BY);
		UUID other = UUID.fromString(this.other);
		assertThat(this.ledger.archive()
			.redact(null, List.of(UUID.fromString(this.id), other), EntryGroup.ACTOR, "asked to", BY))
			.extracting(RedactableArchive.Redacted::result)
			.containsExactly(Result.ASKED, Result.ASKED);
		assertThat(this.store.list()).anyMatch((name) -> name.endsWith("payload-1.parquet"));
	}

	/**
	 * That an entry is erased, as if a source had appended that, and it had been
	 * received.
	 */
	private void say(String speaker, String chain, String target, long seq) {
		this.ledger.execute("""
				alter table audit.audit_log disable trigger all;
				insert into audit.audit_log
				select (jsonb_populate_record(l, jsonb_build_object('seq', l.seq + 1, 'id', gen_random_uuid(),
					'action', 'audit.redaction', 'target_type', 'AuditEntry', 'target_id', '%s',
					'metadata', jsonb_build_object('chain', '%s', 'seq', %d, 'id', '%s', 'group', 'actor')))).*
				from audit.audit_log l
				where chain = '%s'
				order by seq desc
				limit 1
				""".formatted(target, chain, seq, target, speaker));
	}

	@Test
	void whatASourceThatIsGoneCannotEraseIsErasedHere() throws Exception {
		this.ledger.execute("update audit.audit_received set gone_at = clock_timestamp()");
		assertThat(erase()).containsExactly(Result.ERASED);
		assertThat(verify()).isEqualTo("[orders [0, 40): valid]");
	}

}
