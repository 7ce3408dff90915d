package io.auditspring.signing;

import java.io.BufferedReader;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.List;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerLab;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.ExportVerifier;
import io.auditspring.ledger.verify.LedgerExport;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.VerificationProgress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * A key leaked, and another one took its place as {@code TRUST.md} says: what the old one
 * signed is taken as far as the new one covers it.
 */
class LeakedKeyTests {

	private static final Ed25519Signer LEAKED = LedgerLab.SIGNER;

	private static final Ed25519Signer NEW = Ed25519Signer.ofPem("shop-2", Ed25519Signer.newPem());

	private static final TrustedKeys BOTH = TrustedKeys.of(VerifierKey.of(NEW), VerifierKey.of(LEAKED));

	private static final TrustedKeys RETIRED = new TrustedKeys(List.of(VerifierKey.of(NEW)),
			List.of(VerifierKey.of(LEAKED)));

	private final LedgerLab lab = LedgerLab.create();

	@TempDir
	private Path memory;

	/** A month was retired under the old key; 300 and 600 entries were signed with it. */
	@BeforeEach
	void rotate() {
		this.lab.enterRetirement("main", 0, 99, LEAKED);
		this.lab.database.execute("drop table " + this.lab.partitionOf(0));
		sign(NEW);
	}

	private void sign(Ed25519Signer signer) {
		sign(signer, "main");
	}

	private void sign(Ed25519Signer signer, String chain) {
		new Checkpoints(this.lab.database.dataSource(), this.lab.database.schema(), LedgerLab.ORIGIN, BOTH,
				new CheckpointSigning(signer, new SignerMemory(this.memory.resolve(signer.name())), List.of()))
			.create(chain);
	}

	@Test
	void allThatTheNewKeyCoversStaysValid() {
		assertThat(this.lab.verifier(RETIRED).verify().chains())
			.allSatisfy((chain) -> assertThat(chain.problems()).isEmpty());
		assertThat(this.lab.verifier(RETIRED).verifyNew().valid()).isTrue();
	}

	@Test
	void aKeyThatIsNotKnownToHaveLeakedIsUnknown() {
		assertThat(this.lab.verifier(TrustedKeys.of(VerifierKey.of(NEW))).verify("main").problems())
			.extracting(Problem::kind, Problem::seq)
			.containsExactlyInAnyOrder(tuple(Problem.Kind.SIGNATURE, null), tuple(Problem.Kind.SIGNATURE, null),
					tuple(Problem.Kind.SIGNATURE, null), tuple(Problem.Kind.SIGNATURE, null),
					tuple(Problem.Kind.SIGNATURE, 600L));
	}

	@Test
	void whatTheLeakedKeySignsFromThenOnIsFound() {
		this.lab.database.append("main", Entries.entries(3));
		sign(LEAKED);
		assertThat(this.lab.verifier(RETIRED).verify("main").problems()).singleElement().satisfies((problem) -> {
			assertThat(problem.kind()).isEqualTo(Problem.Kind.SIGNATURE);
			assertThat(problem.what()).contains("the checkpoint of size 604 is not signed by a trusted key");
		});
	}

	@Test
	void whatTheLeakedKeyRetiresFromThenOnIsFound() {
		this.lab.enterRetirement("main", 100, 199, LEAKED);
		this.lab.database.execute("drop table " + this.lab.partitionOf(100));
		for (ChainVerification verification : List.of(this.lab.verifier(RETIRED).verify("main"),
				this.lab.verifier(RETIRED).verifySince("main", 601))) {
			assertThat(verification.problems()).extracting(Problem::kind, Problem::seq)
				.containsExactly(tuple(Problem.Kind.SIGNATURE, 601L));
		}
	}

	/** In the chain that speaks for it nothing else counts than in its own. */
	@Test
	void whatWasRetiredOfAClosedChainStaysValidOnceTheNewKeyCoversIt() throws Exception {
		this.lab.database.execute("select audit.audit_close_chain('main', 'It is done', audit.audit_by_owner(null))");
		this.lab.enterRetirement("local", "main", 100, 199, LEAKED);
		this.lab.database.execute("drop table " + this.lab.partitionOf(100));
		assertThat(this.lab.verifier(RETIRED).verify("main").problems()).extracting(Problem::kind)
			.containsExactly(Problem.Kind.SIGNATURE);
		assertThat(exported().problems()).extracting(Problem::kind).contains(Problem.Kind.SIGNATURE);
		sign(NEW, "main");
		sign(NEW, "local");
		assertThat(this.lab.verifier(RETIRED).verify("main").problems()).isEmpty();
		assertThat(exported().problems()).isEmpty();
	}

	private ChainVerification exported() throws Exception {
		StringBuilder export = new StringBuilder();
		new LedgerExport(this.lab.database.dataSource(), this.lab.database.schema()).write("main", export);
		return new ExportVerifier(new TrustPolicy(RETIRED, List.of(), LedgerLab.ORIGIN), VerificationProgress.NONE)
			.verify(new BufferedReader(new StringReader(export.toString())))
			.chains()
			.stream()
			.filter((chain) -> chain.chain().equals("main"))
			.findFirst()
			.orElseThrow();
	}

	@Test
	void aHistoryThatIsRewrittenWithTheLeakedKeyIsFound() {
		this.lab.tamper("update audit.audit_log set message = 'never happened' where chain = 'main' and seq = 250");
		this.lab.rechain("main");
		this.lab
			.tamper("delete from audit.audit_checkpoint; delete from audit.audit_tile; delete from audit.audit_tree");
		assertThat(this.lab.verifier(RETIRED).verify("main").problems()).extracting(Problem::kind)
			.contains(Problem.Kind.SIGNATURE);
	}

}
