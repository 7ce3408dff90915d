package io.auditspring.ledger.internal.entry;

import java.util.List;

import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.signing.LedgerVerifier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;

class EntryPropertyTests {

	@Provide
	Arbitrary<List<Entry>> entries() {
		return Arbitraries.<Entry>randomValue((random) -> new RandomValues(random).entry()).list().ofMaxSize(20);
	}

	@Property(tries = 300)
	void stagedEntriesComeOutAsTheyWentIn(@ForAll("entries") List<Entry> entries) {
		assertThat(EntryCodec.read(EntryCodec.write(entries))).isEqualTo(entries);
	}

	@Property(tries = 100)
	void writtenEntriesVerify(@ForAll("entries") List<Entry> entries) {
		Ledger.DATABASE.append("main", entries);
		assertThat(Ledger.VERIFIER.verify("main").problems()).isEmpty();
	}

	/** Grows with every try, so that each verifies all before it as well. */
	private static final class Ledger {

		static final LedgerDatabase DATABASE = LedgerDatabase.create();

		static final LedgerVerifier VERIFIER = new LedgerVerifier(DATABASE.dataSource(), DATABASE.schema());

	}

}
