package io.auditspring.ledger;

import java.util.List;

import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerLab;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Verification that goes on from a checkpoint reads only what came after it.
 */
class IncrementalVerificationTests {

	private final LedgerLab lab = LedgerLab.create();

	@Test
	void onlyEntriesSinceTheCheckpointAreRead() {
		this.lab.database.append("main", Entries.entries(5));
		ChainVerification whole = this.lab.verifier().verify("main");
		ChainVerification since = this.lab.verifier().verifySince("main", 300);
		assertThat(since.problems()).isEmpty();
		assertThat(since.from()).isEqualTo(300);
		assertThat(since.entries()).isEqualTo(305);
		assertThat(since.root()).isEqualTo(whole.root());
		assertThat(since.checkpointSize()).isEqualTo(600);
		assertThat(this.lab.verifier().verifyNew().chains().get(0).entries()).isEqualTo(5);
	}

	@Test
	void aChangeSinceTheCheckpointIsFound() {
		this.lab.tamper("update audit.audit_log set message = 'gone' where chain = 'main' and seq = 300");
		assertThat(this.lab.verifier().verifySince("main", 300).problems()).extracting(Problem::seq)
			.containsExactly(300L);
	}

	@Test
	void aCheckpointThatTheTreeDoesNotLeadToIsNotTrusted() {
		this.lab.tamper("""
				update audit.audit_tile set hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1)
				where chain = 'main' and level = 0 and index = 1
				""");
		ChainVerification since = this.lab.verifier().verifySince("main", 300);
		assertThat(since.from()).isZero();
		assertThat(since.entries()).isEqualTo(600);
		assertThat(since.problems()).extracting(Problem::kind).containsExactly(Problem.Kind.TILE);
	}

	/** The checkpoint that it goes on from may be theirs, too. */
	@Test
	void whoHasTheKeyAndWritesWhatIsBeforeAnewIsFoundByWhatWasKeptElsewhere() {
		this.lab.tamper("update audit.audit_log set message = 'never happened' where chain = 'main' and seq = 250");
		this.lab.rechain("main");
		this.lab
			.tamper("delete from audit.audit_checkpoint; delete from audit.audit_tile; delete from audit.audit_tree");
		this.lab.checkpoint("main", LedgerLab.SIGNER);
		ChainVerification since = this.lab.verifier().verifySince("main", 600);
		assertThat(since.entries()).isZero();
		assertThat(since.problems()).extracting(Problem::kind).containsExactly(Problem.Kind.SPLIT_VIEW);
		assertThat(since.problems()).extracting(Problem::expected).containsExactly(this.lab.anchored.get(1));
	}

	/** Behind what the root is made of: no proof could be made of it any more. */
	@ParameterizedTest
	@ValueSource(strings = {
			"update audit.audit_tile set hashes = set_byte(hashes, 77, get_byte(hashes, 77) # 1) where index = 0",
			"delete from audit.audit_tile where index = 1", "delete from audit.audit_tile",
			"alter table audit.audit_tile drop constraint audit_tile_hashes_check; update audit.audit_tile set hashes = ''" })
	void aTileThatIsNotWhatWasSignedIsFound(String sql) {
		this.lab.tamper(sql);
		for (ChainVerification since : List.of(this.lab.verifier().verifySince("main", 600),
				this.lab.verifier().verifySince("main", 300))) {
			assertThat(since.counts()).containsOnlyKeys(Problem.Kind.TILE);
		}
	}

	@Test
	void aRetirementThatNobodySignedIsFound() {
		this.lab.enterRetirement("main", 0, 99, null);
		this.lab.database.execute("drop table " + this.lab.partitionOf(0));
		assertThat(this.lab.verifier().verifySince("main", 600).problems()).extracting(Problem::kind, Problem::seq)
			.containsExactly(tuple(Problem.Kind.SIGNATURE, 600L));
	}

	@Test
	void aMonthThatIsGoneWithoutRetirementIsFoundAlthoughItIsNotRead() {
		this.lab.database.execute("drop table " + this.lab.partitionOf(0));
		assertThat(this.lab.verifier().verifySince("main", 600).problems()).extracting(Problem::kind, Problem::seq)
			.containsExactly(tuple(Problem.Kind.MISSING, 0L));
	}

	@Test
	void moreThanWasRetiredBeforeTheCheckpointIsFound() {
		this.lab.enterRetirement("main", 0, 99);
		this.lab.checkpoint("main", LedgerLab.SIGNER);
		this.lab.database.execute("drop table " + this.lab.partitionOf(0));
		ChainVerification retired = this.lab.verifier().verifySince("main", 601);
		assertThat(retired.problems()).isEmpty();
		assertThat(retired.from()).isEqualTo(601);
		this.lab.database.execute("drop table " + this.lab.partitionOf(100));
		assertThat(this.lab.verifier().verifySince("main", 601).problems()).extracting(Problem::kind, Problem::seq)
			.containsExactly(tuple(Problem.Kind.MISSING, 100L));
	}

	@Test
	void aRetirementThatIsNotUnderTheCheckpointIsFound() {
		this.lab.enterRetirement("main", 0, 99);
		this.lab.checkpoint("main", LedgerLab.SIGNER);
		this.lab.database.execute("drop table " + this.lab.partitionOf(0));
		this.lab.tamper("update audit.audit_log set message = 'never happened' where action = 'audit.retirement'");
		ChainVerification since = this.lab.verifier().verifySince("main", 601);
		assertThat(since.entries()).isEqualTo(501);
		assertThat(since.problems()).extracting(Problem::kind, Problem::seq)
			.containsExactly(tuple(Problem.Kind.HASH, 600L));
	}

	@Test
	void aRetirementOfLaterThanTheCheckpointIsComparedWithTheBeginning() {
		this.lab.enterRetirement("main", 0, 99);
		assertThat(this.lab.verifier().verifySince("main", 600).problems()).extracting(Problem::kind, Problem::seq)
			.containsExactly(tuple(Problem.Kind.RETIREMENT, 600L));
		this.lab.database.execute("drop table " + this.lab.partitionOf(0));
		assertThat(this.lab.verifier().verifySince("main", 600).problems()).isEmpty();
	}

	@Test
	void withoutATrustedKeyTheWholeChainIsRead() {
		LedgerVerifier verifier = new LedgerVerifier(this.lab.database.dataSource(), this.lab.database.schema());
		assertThat(verifier.verifySince("main", 300).entries()).isEqualTo(600);
	}

	@Test
	void aRedactionOfAnEntryBeforeTheCheckpointIsLookedUp() {
		this.lab.eraseActor("main", 250);
		this.lab.enterRedaction("main", "main", 250, "actor");
		assertThat(this.lab.verifier().verifySince("main", 600).problems()).isEmpty();
		this.lab.enterRedaction("main", "main", 251, "actor");
		assertThat(this.lab.verifier().verifySince("main", 600).problems()).extracting(Problem::kind, Problem::seq)
			.containsExactly(tuple(Problem.Kind.REDACTION_ENTRY, 601L));
	}

}
