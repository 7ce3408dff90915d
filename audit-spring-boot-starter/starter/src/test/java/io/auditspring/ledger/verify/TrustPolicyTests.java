package io.auditspring.ledger.verify;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.auditspring.CheckpointAnchor;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.DirectoryAnchor;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.SplitViewException;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.table.EntryKey;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.internal.table.LedgerLab;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
import io.auditspring.web.internal.export.SelectionExport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What was kept elsewhere is damaged: that silences nothing of the rest, accuses nobody,
 * and is not passed over.
 */
class TrustPolicyTests {

	private static final long[] SIZES = { 300, 600 };

	private static final Ed25519Signer STRANGER = Ed25519Signer.ofPem("shop", Ed25519Signer.newPem());

	private final LedgerLab lab = LedgerLab.create();

	@TempDir
	private Path directory;

	private DirectoryAnchor anchor;

	/**
	 * Somebody's deed, or a failing disk's.
	 *
	 * @param name what happens to the newest file
	 * @param change makes of its note what it holds afterwards
	 */
	private record Damage(String name, UnaryOperator<String> change) {

		@Override
		public String toString() {
			return this.name;
		}

	}

	static Stream<Damage> damages() {
		return Stream.of(new Damage("truncated", (note) -> note.substring(0, note.length() / 2)),
				new Damage("emptied", (note) -> ""), new Damage("zeros", (note) -> "\0".repeat(100_000)),
				new Damage("zeros beyond any note", (note) -> "\0".repeat(5_000_000)),
				new Damage("no text", (note) -> "\ud800"),
				new Damage("another root",
						(note) -> Checkpoint.sign("shop/main", 600, new byte[32], STRANGER)
							.note()
							.replaceAll("(?s)\n\n.*", note.substring(note.indexOf("\n\n")))),
				new Damage("another size", (note) -> note.replace("\n600\n", "\n601\n")), new Damage("another chain",
						(note) -> Checkpoint.sign("shop/other", 600, new byte[32], LedgerLab.SIGNER).note()));
	}

	@BeforeEach
	void keep() throws IOException {
		this.anchor = new DirectoryAnchor(this.directory.resolve("anchor"), LedgerLab.ORIGIN);
		for (int i = 0; i < SIZES.length; i++) {
			this.anchor.publish("main", SIZES[i], this.lab.anchored.get(i));
		}
	}

	private Path newest() {
		return this.directory.resolve("anchor/shop/main/0000000000000/000/0000000000000000600.note");
	}

	private void damage(Damage damage) throws IOException {
		byte[] bytes = damage.name().equals("no text") ? new byte[] { -1, -2, -3 }
				: damage.change().apply(Files.readString(newest())).getBytes();
		Files.write(newest(), bytes);
	}

	@ParameterizedTest
	@MethodSource("damages")
	void aTrueLedgerIsNotAccusedAndToSignItOnIsSomebodysDecision(Damage damage) throws IOException {
		damage(damage);
		ChainVerification chain = verifier(this.anchor).verify("main");
		assertThat(chain.problems()).extracting(Problem::kind).containsExactly(Problem.Kind.EVIDENCE);
		assertThat(chain.problems()).extracting(Problem::what)
			.allSatisfy((what) -> assertThat(what).contains("600.note"));
		assertThat(chain.valid()).isFalse();
		assertThat(chain.tampered()).isFalse();
		assertThat(chain.checkpoints()).isEqualTo(3);
		assertExportsAreNotAccused();
		this.lab.database.append("main", Entries.entry("new"));
		assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> signing(false, this.anchor))
			.withMessageContainingAll("600.note", "audit.checkpoint.ignore-unreadable-anchors");
		signing(true, this.anchor);
		assertThat(this.lab.database.query("select max(size) from audit.audit_checkpoint")).isEqualTo("601");
	}

	@ParameterizedTest
	@MethodSource("damages")
	void theOlderOnesStillTellOfARolledBackLedger(Damage damage) throws IOException {
		damage(damage);
		this.lab.tamper("delete from audit.audit_log where chain = 'main' and seq >= 290");
		this.lab.rechain("main");
		this.lab
			.tamper("delete from audit.audit_checkpoint; delete from audit.audit_tile; delete from audit.audit_tree");
		ChainVerification chain = verifier(this.anchor).verify("main");
		assertThat(chain.problems()).extracting(Problem::kind).containsExactly(Problem.Kind.EVIDENCE, Problem.Kind.CUT);
		assertThat(chain.tampered()).isTrue();
		for (boolean ignoresUnreadable : new boolean[] { false, true }) {
			assertThatExceptionOfType(SplitViewException.class)
				.isThrownBy(() -> signing(ignoresUnreadable, this.anchor))
				.withMessageContaining("went back")
				.satisfies((ex) -> assertThat(ex.known()).isEqualTo(this.lab.anchored.get(0)));
		}
	}

	@Test
	void foreignFilesAndDirectoriesHideNothing() throws IOException {
		Path chain = this.directory.resolve("anchor/shop/main");
		for (Path stray : List.of(chain.resolve("zzz"), chain.resolve("lost+found"),
				chain.resolve("0000000000000/zzz/000"), chain.resolve("9999999999999/999"),
				this.directory.resolve("anchor/shop/50%"), this.directory.resolve("anchor/shop/lost+found"))) {
			Files.createDirectories(stray);
		}
		Files.writeString(chain.resolve("0000000000000/000/zzz.note"), "mine");
		Files.writeString(chain.resolve("zzz.note"), "mine");
		assertThat(this.anchor.latest("main")).contains(this.lab.anchored.get(1));
		assertThat(this.anchor.notes("main")).isEqualTo(this.lab.anchored);
		assertThat(this.anchor.chains()).containsExactly("main");
		assertThat(verifier(this.anchor).verify().valid()).isTrue();
	}

	@Test
	void anAnchorThatFailsSilencesNoOther() {
		this.lab.tamper("delete from audit.audit_log where chain = 'main'");
		this.lab.tamper("delete from audit.audit_chain where name = 'main'");
		this.lab
			.tamper("delete from audit.audit_checkpoint; delete from audit.audit_tile; delete from audit.audit_tree");
		for (CheckpointAnchor failing : new CheckpointAnchor[] { failing(new IOException("gone")),
				failing(new IllegalStateException("gone")) }) {
			Verification verification = verifier(failing, this.anchor).verify();
			assertThat(verification.chains()).extracting(ChainVerification::chain).containsExactly("main", "other");
			assertThat(verification.chains().get(0).problems()).extracting(Problem::kind)
				.containsExactlyInAnyOrder(Problem.Kind.EVIDENCE, Problem.Kind.EVIDENCE, Problem.Kind.CUT,
						Problem.Kind.CUT);
			assertThat(verification.chains().get(1).tampered()).isFalse();
			assertThat(verification.chains().get(1).valid()).isFalse();
		}
	}

	@Test
	void whereNothingIsLeftAnAnchorThatFailsIsNoGoodNews() {
		LedgerDatabase empty = LedgerDatabase.create();
		LedgerVerifier verifier = new LedgerVerifier(empty.dataSource(), empty.schema(),
				new TrustPolicy(LedgerLab.KEYS, List.of(failing(new IOException("gone"))), LedgerLab.ORIGIN),
				VerificationProgress.NONE);
		assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(verifier::verify)
			.withMessageContaining("whether there should be some is unknown");
	}

	@Test
	void theSignerDoesNotGoOnWithAnAnchorThatFails() {
		this.lab.database.append("main", Entries.entry("new"));
		assertThatExceptionOfType(UncheckedIOException.class)
			.isThrownBy(() -> signing(false, failing(new IllegalStateException("gone"))))
			.withMessageContainingAll("far away", "gone");
		signing(true, failing(new IllegalStateException("gone")));
	}

	@ParameterizedTest
	@MethodSource("damages")
	void aDamagedMemoryAccusesNobodyAndIsNotPassedOver(Damage damage) throws IOException {
		this.lab.database.append("main", Entries.entry("new"));
		signing(false);
		Path memory = this.directory.resolve("memory/shop%2fmain.note");
		String note = Files.readString(memory);
		String changed = damage.change().apply(note);
		byte[] bytes = damage.name().equals("no text") ? new byte[] { -1, -2, -3 }
				: (changed.equals(note) ? note.replace("\n601\n", "\n602\n") : changed).getBytes();
		Files.write(memory, bytes);
		this.lab.database.append("main", Entries.entry("newer"));
		assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> signing(true))
			.withMessageContaining(memory.toString());
		Files.writeString(memory, note);
		signing(false);
	}

	@Test
	void aNoteThatIsThereAlreadyAndDamagedIsNoContradiction() throws IOException {
		String note = Files.readString(newest());
		Files.writeString(newest(), note.substring(0, 20));
		assertThatThrownBy(() -> this.anchor.publish("main", 600, note)).isInstanceOf(IOException.class)
			.hasMessageContainingAll("600.note", "damaged");
	}

	/** With the key a checkpoint can be made of any entries: of none that was kept. */
	@Test
	void aSelectionIsComparedWithWhatWasKeptOrSaysThatItCannotBe() throws IOException {
		TrustPolicy evidence = new TrustPolicy(LedgerLab.KEYS, List.of(this.anchor), LedgerLab.ORIGIN);
		assertThat(new SelectionVerifier(evidence).verify(selection()).problems()).isEmpty();
		this.lab.tamper("update audit.audit_log set message = 'never happened' where chain = 'main' and seq = 7");
		this.lab.rechain("main");
		this.lab.database.append("main", Entries.entry("new"));
		this.lab
			.tamper("delete from audit.audit_checkpoint; delete from audit.audit_tile; delete from audit.audit_tree");
		this.lab.checkpoint("main", LedgerLab.SIGNER);
		SelectionVerification selection = new SelectionVerifier(evidence).verify(selection());
		assertThat(selection.proved()).isEqualTo(1);
		assertThat(selection.problems()).singleElement().satisfies((problem) -> {
			assertThat(problem.kind()).isEqualTo(Problem.Kind.EVIDENCE);
			assertThat(problem.what()).contains("size 601", "export again");
		});
	}

	@Test
	void anEntryWithoutAPlaceIsNotPassedOver() throws IOException {
		String line = selection().lines().filter((each) -> each.contains("\"seq\":7,")).findFirst().orElseThrow();
		// With a hash of its own, as whoever writes such an entry computes it.
		String without = line.replace(",\"seq\":7", "");
		assertThat(without).isNotEqualTo(line);
		StoredEntry entry = ExportLine.read(without);
		String hash = HexFormat.of()
			.formatHex(EntryHash.leaf(entry.core(), EntryHash.actorDigest(entry.salt(), entry.actor()),
					EntryHash.dataDigest(entry.salt(), entry.data()), entry.prevHash()));
		without = without.replaceFirst("\"hash\":\"[0-9a-f]+\"", "\"hash\":\"" + hash + "\"");
		String selection = "{\"selection\":\"one\"}\n" + without + "\n{\"end\":1}\n";
		assertThat(new SelectionVerifier(TrustPolicy.NONE).verify(new BufferedReader(new StringReader(selection)))
			.problems()).extracting(Problem::kind).containsExactly(Problem.Kind.POSITION);
	}

	private void assertExportsAreNotAccused() throws IOException {
		TrustPolicy evidence = new TrustPolicy(LedgerLab.KEYS, List.of(failing(new IOException("gone")), this.anchor),
				LedgerLab.ORIGIN);
		Verification chains = new ExportVerifier(evidence, VerificationProgress.NONE)
			.verify(new BufferedReader(new StringReader(LedgerExportTests.export(this.lab, "main"))));
		assertThat(chains.chains().get(0).counts()).containsOnlyKeys(Problem.Kind.EVIDENCE)
			.containsEntry(Problem.Kind.EVIDENCE, 2L);
		SelectionVerification selection = new SelectionVerifier(evidence).verify(selection());
		assertThat(selection.problems()).extracting(Problem::kind)
			.containsExactly(Problem.Kind.EVIDENCE, Problem.Kind.EVIDENCE);
		assertThat(selection.tampered()).isFalse();
		assertThat(selection.proved()).isEqualTo(1);
	}

	private BufferedReader selection() throws IOException {
		StringBuilder out = new StringBuilder();
		StoredEntry entry = this.lab.entries("main").get(7);
		List<List<EntryKey>> pages = new ArrayList<>();
		UUID id = UUID.fromString(String.valueOf(entry.core().id()));
		pages.add(List.of(new EntryKey(id, Instant.parse(String.valueOf(entry.core().recordedAt())))));
		new SelectionExport(this.lab.database.dataSource(), this.lab.database.schema()).write("one", pages.iterator(),
				out);
		return new BufferedReader(new StringReader(out.toString()));
	}

	private static CheckpointAnchor failing(Exception failure) {
		return new CheckpointAnchor() {

			@Override
			public void publish(String chain, long size, String note) {
				throw new UnsupportedOperationException();
			}

			@Override
			public Iterator<Kept> kept(String chain) throws IOException {
				throw failure();
			}

			@Override
			public List<String> notes(String chain) throws IOException {
				throw failure();
			}

			@Override
			public Set<String> chains() throws IOException {
				throw failure();
			}

			private IOException failure() {
				if (failure instanceof IOException known) {
					return known;
				}
				throw (RuntimeException) failure;
			}

			@Override
			public String toString() {
				return "far away";
			}

		};
	}

	private LedgerVerifier verifier(CheckpointAnchor... anchors) {
		return new LedgerVerifier(this.lab.database.dataSource(), this.lab.database.schema(),
				new TrustPolicy(LedgerLab.KEYS, List.of(anchors), LedgerLab.ORIGIN), VerificationProgress.NONE);
	}

	private void signing(boolean ignoresUnreadable, CheckpointAnchor... anchors) {
		new Checkpoints(this.lab.database.dataSource(), this.lab.database.schema(), LedgerLab.ORIGIN, LedgerLab.KEYS,
				new CheckpointSigning(LedgerLab.SIGNER, new SignerMemory(this.directory.resolve("memory")),
						List.of(anchors), ignoresUnreadable))
			.create("main");
	}

}
