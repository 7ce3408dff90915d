package io.auditspring.signing;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.internal.table.LedgerWriter;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.Verification;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What somebody with all rights in the database can do to the ledger, and how it is
 * found.
 */
public class LedgerVerifierTests {

	private static final String HASH_DIFFERS = "hash differs from the one computed from the columns";

	private final LedgerDatabase database = LedgerDatabase.create();

	private final LedgerVerifier verifier = new LedgerVerifier(this.database.dataSource(), this.database.schema());

	@BeforeEach
	void writeFiveEntries() {
		this.database.append("main", Entries.entries(5));
	}

	@Test
	void anUntouchedLedgerIsValid() {
		this.database.append("other", Entries.entries(2));
		Verification verification = this.verifier.verify();
		assertThat(verification.valid()).isTrue();
		assertThat(verification.chains()).extracting(ChainVerification::chain).containsExactly("main", "other");
		assertThat(verification.chains()).extracting(ChainVerification::entries).containsExactly(5L, 2L);
	}

	/**
	 * Neither of two transactions sees the other's entry: whoever asks for it by its id
	 * would be shown one of them.
	 */
	@Test
	void anEntryThatIsThereTwiceIsNamedInEachChain() throws SQLException {
		Entry entry = Entries.entry("order.pay");
		this.database.append("other", Entries.entries(2));
		try (Connection late = this.database.begin()) {
			new LedgerWriter(this.database.schema()).append(late, "other", List.of(entry));
			this.database.append("main", entry);
			late.commit();
		}
		Verification verification = this.verifier.verify();
		assertThat(verification.valid()).isFalse();
		assertThat(verification.chains()).flatExtracting(ChainVerification::problems)
			.extracting(Problem::kind, Problem::chain, Problem::seq, Problem::id)
			.containsExactly(tuple(Problem.Kind.DUPLICATE, "main", 5L, entry.id()),
					tuple(Problem.Kind.DUPLICATE, "other", 2L, entry.id()));
		assertThat(this.verifier.verify("other").problems()).singleElement()
			.satisfies((problem) -> assertThat(problem.what()).contains("entry 5 of chain 'main'"));
		assertThat(this.verifier.verify("main").counts()).containsExactly(Map.entry(Problem.Kind.DUPLICATE, 1L));
	}

	@Test
	void anEmptyLedgerIsValid() {
		LedgerDatabase empty = LedgerDatabase.create();
		LedgerVerifier verifier = new LedgerVerifier(empty.dataSource(), empty.schema());
		assertThat(verifier.verify().valid()).isTrue();
		assertThat(verifier.verify().chains()).isEmpty();
		ChainVerification chain = verifier.verify("main");
		assertThat(chain.valid()).isTrue();
		assertThat(chain.size()).isZero();
		assertThat(chain.entries()).isZero();
		assertThat(chain.root()).isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
		assertThat(chain.checkpointSize()).isNull();
	}

	@Test
	void theResultIsReadableAsJson() {
		String root = this.verifier.verify("main").root();
		this.database.tamper("delete from audit.audit_log where seq = 4");
		JsonNode json = JsonMapper.shared().readTree(JsonMapper.shared().writeValueAsString(this.verifier.verify()));
		assertThat(json).isEqualTo(JsonMapper.shared().readTree("""
				{"valid": false, "chains": [{
					"chain": "main", "received": false, "from": 0, "retiredBy": [], "size": 4, "entries": 4,
					"root": "%s", "checkpoints": 0,
					"checkpointSize": null, "counts": {"MISSING": 1},
					"problems": [{"kind": "MISSING", "chain": "main", "seq": 4, "id": null,
						"what": "entry 4 is missing", "expected": null, "found": null}]
				}]}
				""".formatted(json.at("/chains/0/root").stringValue())));
		assertThat(root).hasSize(64).isNotEqualTo(json.at("/chains/0/root").stringValue());
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			id                 | gen_random_uuid()
			occurred_at        | occurred_at + interval '1 microsecond'
			recorded_at        | recorded_at + interval '1 microsecond'
			service            | 'bank'
			service            | null
			tenant             | 'umbrella'
			operation_id       | gen_random_uuid()
			actor_type         | 'api_key'
			actor_id           | 'john'
			actor_name         | 'John Doe'
			impersonator_id    | null
			action             | 'order.refund'
			category           | 'other'
			severity           | 'warning'
			outcome            | 'failure'
			target_type        | 'Cart'
			target_id          | '43'
			target_name        | 'Order no. 43'
			related            | '[{"type": "Connector", "id": "8"}]'
			message            | concat(message, ' ')
			justification      | 'by mistake'
			error              | ''
			before_state       | '{"status": "NEW", "total": 1.51}'
			after_state        | '{"total": 9007199254740992, "status": "PAID"}'
			changes            | '{"status": {"from": "NEW", "to": "PAYED"}}'
			metadata           | '{"amount": 100}'
			ip_address         | '203.0.113.10'
			ip_address         | '::ffff:203.0.113.9'
			user_agent         | 'curl/8.5.1'
			session_id         | '5f2d'
			device_fingerprint | 'device-2'
			geolocation        | '{"country": "SE"}'
			trace_id           | null
			revision           | 8
			duration_micros    | 1833
			salt               | sha256(salt)
			hash               | sha256(hash)
			""")
	void aChangedColumnIsFound(String column, String value) {
		this.database.tamper("update audit.audit_log set %s = %s where seq = 2".formatted(column, value));
		assertThat(problems().get(0)).extracting(Problem::seq, Problem::what).containsExactly(2L, HASH_DIFFERS);
		assertThat(this.verifier.verify().valid()).isFalse();
	}

	@Test
	void theChangedEntryIsNamed() {
		this.database.tamper("update audit.audit_log set message = 'never happened' where seq = 2");
		String id = this.database.query("select id from audit.audit_log where seq = 2");
		assertThat(problems()).singleElement()
			.satisfies((problem) -> assertThat(Objects.requireNonNull(problem.id())).hasToString(id));
	}

	@Test
	void aChangedLinkIsFound() {
		this.database.tamper("update audit.audit_log set prev_hash = sha256(prev_hash) where seq = 2");
		assertThat(whats()).containsExactly("prev_hash does not match the hash of entry 1", HASH_DIFFERS);
	}

	@Test
	void theOrderOfJsonMembersAndTheFormOfNumbersDoNotMatter() {
		this.database.tamper("""
				update audit.audit_log
				set before_state = '{"total": 1.5000, "status": "NEW"}'
				where seq = 2
				""");
		assertThat(this.verifier.verify().valid()).isTrue();
	}

	@Test
	void aNumberTooLongToHaveBeenWrittenDoesNotPassForItsText() {
		String digits = "1".repeat(401);
		this.database.append("long", Entries.withMetadata("{\"n\":%s}".formatted(digits)));
		assertThat(this.verifier.verify("long").problems()).isEmpty();
		this.database
			.tamper("update audit.audit_log set metadata = '{\"n\": %s}' where chain = 'long'".formatted(digits));
		assertThat(this.verifier.verify("long").problems()).extracting(Problem::what).containsExactly(HASH_DIFFERS);
	}

	@Test
	void anUnknownVersionIsFound() {
		this.database.execute("alter table audit.audit_log drop constraint audit_log_hash_version_check");
		this.database.tamper("update audit.audit_log set hash_version = 2 where seq = 2");
		assertThat(whats()).containsExactly("hash_version 2 is unknown");
	}

	@Test
	void valuesThatNoConstraintWouldAllowAreFound() {
		this.database.execute("""
				alter table audit.audit_log
				drop constraint audit_log_severity_check,
				drop constraint audit_log_salt_check,
				drop constraint audit_log_ip_is_one_address,
				alter column operation_id drop not null,
				alter column occurred_at drop not null
				""");
		this.database.tamper("update audit.audit_log set severity = 'fatal' where seq = 0");
		this.database.tamper("update audit.audit_log set salt = 'short' where seq = 1");
		this.database.tamper("update audit.audit_log set ip_address = '203.0.113.9/24' where seq = 2");
		this.database.tamper("update audit.audit_log set operation_id = null where seq = 3");
		this.database.tamper("update audit.audit_log set occurred_at = null where seq = 4");
		assertThat(whats()).containsExactly(HASH_DIFFERS, "salt has 5 bytes instead of 32", HASH_DIFFERS, HASH_DIFFERS,
				HASH_DIFFERS);
	}

	@Test
	void jsonThatIsNoneIsFound() {
		this.database.execute("""
				alter table audit.audit_log
				drop constraint audit_log_metadata_check,
				alter column metadata type text
				""");
		this.database.tamper("update audit.audit_log set metadata = '{\"amount\": ' where seq = 2");
		assertThat(problems()).extracting(Problem::kind, Problem::seq)
			.containsExactly(tuple(Problem.Kind.COLUMN, null), tuple(Problem.Kind.UNREADABLE, 2L));
	}

	@Test
	void infiniteTimesAreFound() {
		this.database.tamper("alter table audit.audit_log drop constraint audit_log_happened_in_our_era");
		this.database.tamper("update audit.audit_log set occurred_at = 'infinity' where seq = 2");
		this.database.tamper("update audit.audit_log set occurred_at = '-infinity' where seq = 3");
		this.database.tamper("update audit.audit_log set occurred_at = '0044-03-15 BC' where seq = 4");
		assertThat(problems()).extracting(Problem::seq, Problem::what)
			.containsExactly(tuple(2L, HASH_DIFFERS), tuple(3L, HASH_DIFFERS), tuple(4L, HASH_DIFFERS));
	}

	@Test
	void aRedactionNobodyEnteredIsFound() {
		this.database.tamper("""
				update audit.audit_log
				set actor_id = null, actor_name = null, impersonator_id = null, ip_address = null, user_agent = null,
					session_id = null, device_fingerprint = null, geolocation = null, actor_digest = sha256('guess')
				where seq = 2
				""");
		assertThat(whats()).containsExactlyInAnyOrder("the actor group is redacted without a redaction entry",
				HASH_DIFFERS, "the actor group has a digest of what was erased, but columns or salt are there");
	}

	@Test
	void aDeletedEntryIsFound() {
		this.database.tamper("delete from audit.audit_log where seq = 2");
		assertThat(problems())
			.containsExactly(new Problem(Problem.Kind.MISSING, "main", 2L, null, "entry 2 is missing", null, null));
	}

	@Test
	void severalDeletedEntriesAreFound() {
		this.database.tamper("delete from audit.audit_log where seq in (0, 1, 3)");
		assertThat(whats()).containsExactly("entry 3 is missing", "entries 0 to 1 are missing, and not retired");
	}

	@Test
	void aDeletedEndIsFound() {
		this.database.tamper("delete from audit.audit_log where seq >= 3");
		assertThat(whats()).containsExactly("entries 3 to 4 are missing");
	}

	@Test
	void aDeletedEndWithShortenedHeadIsFoundByTheHeadsHash() {
		this.database.tamper("delete from audit.audit_log where seq >= 3");
		this.database.execute("update audit.audit_chain set size = 3");
		assertThat(whats()).containsExactly("the head in audit_chain is not the hash of the last entry");
	}

	@Test
	void anAllDeletedChainIsFound() {
		this.database.tamper("delete from audit.audit_log");
		assertThat(whats()).containsExactly("entries 0 to 4 are missing");
	}

	@Test
	void swappedEntriesAreFound() {
		this.database.tamper("update audit.audit_log set seq = seq + 100 where seq in (2, 3)");
		this.database.tamper("update audit.audit_log set seq = 105 - seq where seq > 100");
		assertThat(whats()).containsExactly("prev_hash does not match the hash of entry 1", HASH_DIFFERS,
				"prev_hash does not match the hash of entry 2", HASH_DIFFERS,
				"prev_hash does not match the hash of entry 3");
	}

	@Test
	void anInsertedEntryIsFound() {
		this.database.tamper("""
				create temporary table copy as select * from audit.audit_log where seq = 2;
				update copy set recorded_at = recorded_at + interval '1 microsecond';
				insert into audit.audit_log select * from copy
				""");
		assertThat(whats()).startsWith("there is more than one entry 2");
	}

	@Test
	void anEntryBeyondTheEndIsFound() {
		this.database.tamper("""
				create temporary table copy as select * from audit.audit_log where seq = 4;
				update copy set seq = 5;
				insert into audit.audit_log select * from copy
				""");
		assertThat(whats()).containsExactly("prev_hash does not match the hash of entry 4", HASH_DIFFERS,
				"audit_chain says that the chain ends before entry 5, but it goes on",
				"it has the id of entry 5 of chain 'main'", "it has the id of entry 4 of chain 'main'");
	}

	@Test
	void aTimeBeforeTheEntryBeforeIsFound() {
		this.database.append("main", Entries.entry("order.pay"));
		// Within the months that have partitions, whatever day it is.
		this.database.tamper("""
				update audit.audit_log set recorded_at = (
					select max(recorded_at) + interval '1 microsecond' from audit.audit_log
				)
				where seq = 4
				""");
		assertThat(whats()).contains("recorded_at is before that of the entry before it");
	}

	@Test
	void aDeletedHeadIsFound() {
		this.database.execute("delete from audit.audit_chain");
		assertThat(whats()).containsExactly("the chain has entries but no row in audit_chain");
	}

	@Test
	void anotherLedgersChainIsFound() {
		this.database.execute("update audit.audit_chain set ledger_id = gen_random_uuid()");
		assertThat(whats()).containsExactly("prev_hash is not the hash that the chain begins with");
	}

	@Test
	void anEntryMovedToAnotherChainIsFound() {
		this.database.tamper("update audit.audit_log set chain = 'aside' where seq = 4");
		Verification verification = this.verifier.verify();
		assertThat(verification.chains()).extracting(ChainVerification::chain).containsExactly("aside", "main");
		assertThat(verification.chains()).allSatisfy((chain) -> assertThat(chain.problems()).isNotEmpty());
	}

	@Test
	void aDetachedPartitionIsFound() {
		this.database.execute("alter table audit.audit_log detach partition audit.%s"
			.formatted(LedgerDatabase.partition(LedgerDatabase.thisMonth())));
		assertThat(whats()).containsExactly("entries 0 to 4 are missing");
	}

	@Test
	void noMoreProblemsOfAKindAreListedThanAnyoneReads() {
		this.database.append("main", Entries.entries(300));
		this.database.tamper("update audit.audit_log set message = 'gone'");
		this.database.tamper("delete from audit.audit_log where seq = 300");
		ChainVerification verification = this.verifier.verify("main");
		assertThat(verification.problems()).hasSize(101)
			.last()
			.extracting(Problem::what)
			.isEqualTo("entry 300 is missing");
		assertThat(verification.counts()).isEqualTo(Map.of(Problem.Kind.HASH, 304L, Problem.Kind.MISSING, 1L));
	}

	private List<Problem> problems() {
		return this.verifier.verify("main").problems();
	}

	private List<String> whats() {
		return problems().stream().map(Problem::what).toList();
	}

}
