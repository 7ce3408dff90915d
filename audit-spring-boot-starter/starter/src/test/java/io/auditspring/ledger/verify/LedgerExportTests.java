package io.auditspring.ledger.verify;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.auditspring.CheckpointAnchor;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.table.LedgerLab;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.retention.Redaction;
import io.auditspring.signing.Checkpoints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Exported chains verify without a database, and only as long as nobody changes them.
 */
class LedgerExportTests {

	private static final LedgerLab LAB = LedgerLab.create();

	private static final String EXPORT = export(LAB, "main");

	@Test
	void anExportIsValidAndHasTheRootOfTheLedger() throws IOException {
		Verification verification = verify(EXPORT, List.of());
		assertThat(verification.valid()).isTrue();
		ChainVerification ledger = LAB.verifier().verify("main");
		assertThat(verification.chains()).singleElement().satisfies((chain) -> {
			assertThat(chain.entries()).isEqualTo(600);
			assertThat(chain.root()).isEqualTo(ledger.root());
			assertThat(chain.checkpointSize()).isEqualTo(600);
		});
	}

	@Test
	void severalChainsCanFollowEachOther() throws IOException {
		assertThat(verify(EXPORT + export(LAB, "other"), List.of()).chains()).extracting(ChainVerification::chain)
			.containsExactly("main", "other");
	}

	@Test
	void aRedactionIsValidIfItsEntryIsInAnotherChainOfTheExport(@TempDir Path memory) throws IOException {
		LedgerLab lab = LedgerLab.create();
		lab.eraseActor("main", 250);
		lab.enterRedaction("other", "main", 250, "actor");
		String main = export(lab, "main");
		new Checkpoints(lab.database.dataSource(), lab.database.schema(), LedgerLab.ORIGIN, LedgerLab.KEYS,
				new CheckpointSigning(LedgerLab.SIGNER, new SignerMemory(memory), List.of()))
			.create("other");
		assertThat(verify(main + export(lab, "other"), List.of()).valid()).isTrue();
		String claimed = main.replace("\"actor\":{},", "\"actor\":\"the boss\",");
		assertThat(claimed).isNotEqualTo(main);
		assertThat(verify(claimed + export(lab, "other"), List.of()).tampered()).isTrue();
		assertThat(kinds(verify(main, List.of()))).containsExactly(Problem.Kind.REDACTION);
	}

	/** Whoever has the file could have written a chain that says so. */
	@Test
	void thatAGroupWasErasedIsNotBelievedIfNobodySignedTheChainThatSaysSo() throws IOException {
		LedgerLab lab = LedgerLab.create();
		lab.eraseActor("main", 250);
		String main = export(lab, "main");
		LedgerLab another = LedgerLab.create();
		another.enterRedaction("unheard", "main", 250, "actor");
		Verification verification = verify(main + export(another, "unheard"), List.of());
		assertThat(kinds(verification)).containsExactly(Problem.Kind.EVIDENCE);
		assertThat(verification.tampered()).isFalse();
		assertThat(verification.chains().get(0).problems()).singleElement()
			.satisfies((problem) -> assertThat(problem.what()).contains("chain 'unheard'", "no checkpoint"));
	}

	/** The tree over what was retired comes along, and must lead to what was signed. */
	@Test
	void aChainWhoseBeginningWasRetiredIsComparedWithItsCheckpoints(@TempDir Path memory) throws IOException {
		LedgerLab lab = LedgerLab.create();
		lab.enterRetirement("main", 0, 99);
		lab.database.execute("drop table " + lab.partitionOf(0));
		new Checkpoints(lab.database.dataSource(), lab.database.schema(), LedgerLab.ORIGIN, LedgerLab.KEYS,
				new CheckpointSigning(LedgerLab.SIGNER, new SignerMemory(memory), List.of()))
			.create("main");
		String export = export(lab, "main");
		Verification verification = verify(export, List.of());
		assertThat(verification.valid()).isTrue();
		assertThat(verification.chains()).singleElement().satisfies((chain) -> {
			assertThat(chain.root()).isEqualTo(lab.verifier().verify("main").root());
			assertThat(chain.checkpointSize()).isEqualTo(601);
		});
		String without = export.replaceAll("[{]\"retired\"[^\n]*\n", "");
		assertThat(kinds(verify(without, List.of()))).containsOnly(Problem.Kind.EVIDENCE);
		assertThat(verify(without, List.of()).tampered()).isFalse();
		int hash = export.indexOf("{\"retired\":\"") + 12;
		String altered = export.substring(0, hash) + ((export.charAt(hash) == '0') ? '1' : '0')
				+ export.substring(hash + 1);
		assertThat(kinds(verify(altered, List.of()))).containsOnly(Problem.Kind.ROOT);
	}

	/**
	 * Whoever has an export knows the tree at each size that was signed: so that they say
	 * where it begins proves nothing, unless the entries begin there, and somebody signed
	 * that those before were retired.
	 */
	@Test
	void thatAllWasRetiredThatIsSignedDoesNotLetSomebodyWriteItAnew() throws IOException {
		String forged = forged();
		assertThat(kinds(verify(forged, LAB.anchored))).contains(Problem.Kind.ROOT);
		for (List<Long> said : List.of(List.of(300L, 600L, 0L), List.of(300L, 600L), List.of(600L, 600L), List.of(0L),
				List.of(-1L))) {
			assertThatIllegalArgumentException().as(said.toString())
				.isThrownBy(() -> verify(beginningWith(forged, said), LAB.anchored))
				.withMessageContaining("retired");
		}
		for (long said : new long[] { 300, 600 }) {
			String only = beginningWith(forged, List.of(said))
				.replaceAll("[{]\"checkpoint\":\"shop/main\\\\n%d[^\n]*\n".formatted((said == 300) ? 600 : 300), "");
			assertThat(only.lines().filter((line) -> line.startsWith("{\"checkpoint\""))).hasSize(1);
			Verification verification = verify(only, List.of());
			assertThat(kinds(verification)).containsExactly(Problem.Kind.ROOT);
			assertThat(verification.chains().get(0).problems().get(0).what())
				.isEqualTo("the tree is said to begin with %d retired entries, but the chain begins with entry 0"
					.formatted(said));
		}
	}

	@Test
	void thatAllWasRetiredThatIsSignedDoesNotLetAChainEndBeforeItsBeginning() throws IOException {
		String header = EXPORT.lines().findFirst().orElseThrow();
		String genesis = HexFormat.of().formatHex(LAB.entries("main").get(0).prevHash());
		String empty = header.replaceFirst("\"size\":600,\"head\":\"[0-9a-f]*\"",
				"\"size\":0,\"head\":\"%s\"".formatted(genesis))
				+ "\n"
				+ EXPORT.lines()
					.filter((line) -> line.startsWith("{\"checkpoint\":\"shop/main\\n600"))
					.findFirst()
					.orElseThrow()
				+ "\n";
		assertThat(kinds(verify(empty, List.of()))).containsExactly(Problem.Kind.CUT);
		assertThat(kinds(verify(beginningWith(empty, List.of(600L)), List.of()))).containsExactly(Problem.Kind.ROOT);
	}

	/** All its entries are there, with another content, and agree with each other. */
	private static String forged() {
		LedgerLab lab = LAB.copy();
		lab.tamper("update audit.audit_log set message = 'forged' where chain = 'main' and seq = 0");
		lab.rechain("main");
		return export(lab, "main");
	}

	/** Says how much was retired, with the tree as it was signed. */
	private static String beginningWith(String export, List<Long> sizes) {
		List<byte[]> hashes = LAB.entries("main").stream().map(StoredEntry::hash).toList();
		StringBuilder lines = new StringBuilder();
		for (long size : sizes) {
			CompactRange tree = new CompactRange();
			hashes.subList(0, (int) Math.max(size, 0)).forEach((hash) -> tree.append(hash, (tile) -> {
			}));
			lines.append("{\"retired\":\"%s\",\"chain\":\"main\",\"size\":%d}\n".formatted(
					tree.levels().stream().map(HexFormat.of()::formatHex).collect(Collectors.joining(",")), size));
		}
		int behind = export.indexOf('\n', export.lastIndexOf("{\"checkpoint\"")) + 1;
		return export.substring(0, behind) + lines + export.substring(behind);
	}

	/** Whoever has the file can append that to its chain, and blank what is signed. */
	@Test
	void thatAGroupWasErasedIsNotBelievedIfNobodySignedTheEntryThatSaysSo(@TempDir Path memory) throws IOException {
		LedgerLab lab = LedgerLab.create();
		lab.eraseActor("main", 5);
		lab.enterRedaction("main", "main", 5, "actor");
		lab.database.append("main", Entries.entries(1));
		Verification verification = verify(export(lab, "main"), lab.anchored);
		assertThat(kinds(verification)).containsExactly(Problem.Kind.EVIDENCE);
		assertThat(verification.tampered()).isFalse();
		assertThat(verification.chains().get(0).problems().get(0).what()).contains("entry 600", "no checkpoint",
				"export again");
		sign(lab, memory, "main");
		assertThat(kinds(verify(export(lab, "main"), lab.anchored))).isEmpty();
	}

	/** Nobody vouches for such an entry anyway. */
	@Test
	void thatAGroupWasErasedWhichNobodySignedNeedsNoSignature() throws IOException {
		LedgerLab lab = LedgerLab.create();
		lab.database.append("main", Entries.entries(1));
		lab.eraseActor("main", 600);
		lab.enterRedaction("main", "main", 600, "actor");
		assertThat(kinds(verify(export(lab, "main"), lab.anchored))).isEmpty();
	}

	private static void sign(LedgerLab lab, Path memory, String chain) {
		new Checkpoints(lab.database.dataSource(), lab.database.schema(), LedgerLab.ORIGIN, LedgerLab.KEYS,
				new CheckpointSigning(LedgerLab.SIGNER, new SignerMemory(memory), List.of()))
			.create(chain);
	}

	@Test
	void anExportOfAllChainsShowsThatOneIsMissing() throws IOException, SQLException {
		StringBuilder out = new StringBuilder();
		new LedgerExport(LAB.database.dataSource(), LAB.database.schema()).writeAll(out);
		String all = out.toString();
		assertThat(all).startsWith("{\"chains\":[\"main\",\"other\"]}\n");
		Verification whole = verify(all, LAB.anchored);
		assertThat(whole.valid()).isTrue();
		assertThat(whole.chains()).extracting(ChainVerification::chain).containsExactly("main", "other");
		String cut = all.substring(0, all.lastIndexOf("{\"ledger\""));
		Verification verification = verify(cut, LAB.anchored);
		assertThat(verification.tampered()).isTrue();
		assertThat(verification.chains()).extracting(ChainVerification::chain).containsExactly("main", "other");
		assertThat(kinds(verification)).containsExactly(Problem.Kind.MISSING);
		assertThat(kinds(verify(all.substring(0, all.indexOf('\n') + 1), LAB.anchored)))
			.containsExactly(Problem.Kind.MISSING, Problem.Kind.MISSING);
		String withoutMain = "{\"chains\":[\"other\"]}\n" + all.substring(all.lastIndexOf("{\"ledger\""));
		verification = verify(withoutMain, LAB.anchored);
		assertThat(kinds(verification)).containsExactly(Problem.Kind.EVIDENCE);
		assertThat(verification.chains().get(0).problems().get(0).what()).contains("kept elsewhere");
		assertThat(verify(withoutMain.substring(withoutMain.indexOf('\n') + 1), LAB.anchored).valid()).isTrue();
	}

	/** Another ledger may have signed that, and this one received it. */
	@Test
	void aChainThatIsOnlySpokenOfIsNotExported() throws IOException, SQLException {
		LedgerLab lab = LedgerLab.create();
		lab.database.append("other", Entries.controlEntry("audit.redaction", """
				{"chain":"nowhere","group":"actor","id":"00000000-0000-4000-8000-000000000001","seq":0}"""));
		StringBuilder out = new StringBuilder();
		new LedgerExport(lab.database.dataSource(), lab.database.schema()).writeAll(out);
		assertThat(verify(out.toString(), lab.anchored).chains()).extracting(ChainVerification::chain)
			.containsExactly("main", "other");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new LedgerExport(lab.database.dataSource(), lab.database.schema()).write("nowhere", out))
			.withMessageContaining("no chain 'nowhere'");
	}

	/** It has no place, and so is told, whatever it says. */
	@Test
	void anEntryWithoutAPlaceThatSpeaksOfAnotherChainIsAFinding() throws IOException {
		LedgerLab lab = LedgerLab.create();
		lab.enterRedaction("other", "main", 5, "actor");
		String export = export(lab, "other");
		String last = export.lines().reduce((earlier, later) -> later).orElseThrow();
		StoredEntry placeless = ExportLine.read(last.replace("\"seq\":3,\"id\"", "\"id\""));
		String line = ExportLine.write(placeless)
			.replace(HexFormat.of().formatHex(placeless.hash()), HexFormat.of().formatHex(placeless.computeHash()));
		assertThat(kinds(verify(EXPORT + export.replace(last, line), List.of()))).contains(Problem.Kind.POSITION);
	}

	/** Checkpoints may be made every minute, for years, and entries be long. */
	@Test
	void noMoreIsReadAtOnceThanThereIsRoomFor() throws Exception {
		LedgerLab lab = LedgerLab.create();
		for (int i = 0; i < 20; i++) {
			lab.database.append("main", Entries.withMetadata("{\"text\":\"%s\"}".formatted("x".repeat(900_000))));
		}
		lab.database.append("main", Entries.entries(2));
		lab.database.execute("alter table audit.audit_checkpoint disable trigger all", """
				insert into audit.audit_checkpoint (chain, size, root, note)
				select chain, i, root, note
				from audit.audit_checkpoint, generate_series(1, 599) as i
				where chain = 'main' and size = 600 and i <> 300
				""");
		lab.database.guard();
		Portions portions = new Portions();
		DataSource counting = new DelegatingDataSource(lab.database.dataSource()) {

			@Override
			public Connection getConnection() throws SQLException {
				portions.read.add(new StringBuilder());
				return super.getConnection();
			}

		};
		new LedgerExport(counting, lab.database.schema()).write("main", portions);
		String whole = String.join("", portions.read);
		assertThat(portions.read).allSatisfy((portion) -> {
			assertThat(portion.length()).isLessThan(10_000_000);
			assertThat(portion.toString().lines().filter((line) -> line.startsWith("{\"checkpoint\"")).count())
				.isLessThanOrEqualTo(500);
		});
		assertThat(whole).isEqualTo(export(lab, "main"));
		List<String> lines = whole.lines().toList();
		assertThat(lines).hasSize(1 + 600 + 622);
		assertThat(lines.subList(1, 601)).allMatch((line) -> line.startsWith("{\"checkpoint\""));
		for (int i = 0; i < 622; i++) {
			assertThat(lines.get(601 + i)).contains("\"seq\":%d,".formatted(i));
		}
	}

	/** What was written each time after the database was read. */
	private static final class Portions implements Appendable {

		private final List<StringBuilder> read = new ArrayList<>();

		@Override
		public Appendable append(CharSequence text) {
			this.read.get(this.read.size() - 1).append(text);
			return this;
		}

		@Override
		public Appendable append(CharSequence text, int start, int end) {
			return append(text.subSequence(start, end));
		}

		@Override
		public Appendable append(char character) {
			return append(String.valueOf(character));
		}

	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			"message":"Order 42: order.pay.7" | "message":"Order 42: order.pay.8" | HASH
			"total":9007199254740993          | "total":9007199254740992          | HASH
			"chain":"main","seq":7,           | "chain":"other","seq":7,          | UNREADABLE
			"chain":"main","seq":7,           | "verified":true,"seq":7,          | UNREADABLE
			"seq":7,                          | "seq":7,"seq":7,                  | UNREADABLE
			"name":"Jane Roe"                 | "name":"Jane Roe","note":"me"     | UNREADABLE
			""")
	void aChangeIsFound(String what, String instead, Problem.Kind kind) throws IOException {
		assertThat(kinds(verify(changed(7, (line) -> line.replace(what, instead)), List.of()))).contains(kind);
	}

	@Test
	void aDeletedLineIsFound() throws IOException {
		// Without its hash, there is no root to compare either checkpoint with.
		assertThat(kinds(verify(changed(7, (line) -> null), List.of()))).containsExactly(Problem.Kind.MISSING,
				Problem.Kind.CHECKPOINT, Problem.Kind.CHECKPOINT);
	}

	@Test
	void aTailThatIsCutWithTheHeaderIsFoundByWhatWasKeptElsewhere() throws IOException {
		LedgerLab lab = LedgerLab.create();
		lab.tamper("delete from audit.audit_log where chain = 'main' and seq >= 590");
		lab.rechain("main");
		lab.database.execute("alter table audit.audit_checkpoint disable trigger all");
		lab.database.execute("delete from audit.audit_checkpoint where size = 600");
		String cut = export(lab, "main");
		assertThat(verify(cut, List.of()).valid()).isTrue();
		assertThat(kinds(verify(cut, LAB.anchored))).containsExactly(Problem.Kind.CUT);
	}

	@Test
	void anExportWithoutATransactionEndsWhereTheChainEndedWhenItBegan() throws Exception {
		LedgerLab lab = LedgerLab.create();
		StringBuilder out = new StringBuilder();
		new LedgerExport(lab.database.dataSource(), lab.database.schema()).write("main",
				meanwhile(out, 100, () -> lab.database.append("main", Entries.entries(700))));
		Verification verification = verify(out.toString(), lab.anchored);
		assertThat(verification.valid()).isTrue();
		assertThat(verification.chains()).singleElement()
			.satisfies((chain) -> assertThat(chain.entries()).isEqualTo(600));
	}

	@ParameterizedTest
	@ValueSource(longs = { 5, 595 })
	void whatIsErasedMeanwhileDoesNotMakeAnExportLookTamperedWith(long seq, @TempDir Path memory) throws Exception {
		LedgerLab lab = LedgerLab.create();
		StringBuilder out = new StringBuilder();
		LedgerExport export = new LedgerExport(lab.database.dataSource(), lab.database.schema());
		Appendable erasing = meanwhile(out, 100, () -> redact(lab, seq));
		if (seq > 500) {
			assertThatExceptionOfType(ConcurrentModificationException.class)
				.isThrownBy(() -> export.write("main", erasing))
				.withMessageContaining("export it again");
		}
		else {
			export.write("main", erasing);
			assertThat(verify(out.toString(), List.of()).valid()).isTrue();
		}
		sign(lab, memory, "main");
		out.setLength(0);
		export.write("main", out);
		assertThat(verify(out.toString(), List.of()).valid()).isTrue();
	}

	private static LedgerLab closedLab(Path memory) {
		LedgerLab lab = LedgerLab.create();
		lab.database.execute("""
				select audit.audit_close_chain('main', 'It goes on as shop', '{"actorType": "system",
					"operation": "00000000-0000-4000-8000-000000000001", "actor": {"id": "system"}}')
				""");
		redact(lab, 5);
		new Checkpoints(lab.database.dataSource(), lab.database.schema(), LedgerLab.ORIGIN, LedgerLab.KEYS,
				new CheckpointSigning(LedgerLab.SIGNER, new SignerMemory(memory), List.of()))
			.create("local");
		return lab;
	}

	@Test
	void aChainThatIsClosedComesWithTheOneThatSaysWhatWasErasedOfIt(@TempDir Path memory) throws IOException {
		Verification verification = verify(export(closedLab(memory), "main"), List.of());
		assertThat(kinds(verification)).isEmpty();
		assertThat(verification.chains()).extracting(ChainVerification::chain).containsExactly("local", "main");
	}

	/** What says so stands in a chain that was written before, or ended before. */
	@ParameterizedTest
	@ValueSource(longs = { 7, 595 })
	void whatIsErasedOfAChainThatIsClosedDoesNotMakeAnExportLookTamperedWith(long seq, @TempDir Path memory)
			throws Exception {
		LedgerLab lab = closedLab(memory);
		LedgerExport export = new LedgerExport(lab.database.dataSource(), lab.database.schema());
		StringBuilder out = new StringBuilder();
		Appendable erasing = meanwhile(out, 100, () -> redact(lab, seq));
		if (seq > 500) {
			assertThatExceptionOfType(ConcurrentModificationException.class).isThrownBy(() -> export.writeAll(erasing))
				.withMessageContaining("export it again");
		}
		else {
			export.writeAll(erasing);
			assertThat(kinds(verify(out.toString(), List.of()))).isEmpty();
		}
		out.setLength(0);
		export.writeAll(out);
		assertThat(verify(out.toString(), List.of()).tampered()).isFalse();
	}

	@Test
	void whatIsRetiredOfAChainThatIsClosedDoesNotMakeAnExportLookTamperedWith(@TempDir Path memory) throws Exception {
		LedgerLab lab = closedLab(memory);
		LedgerExport export = new LedgerExport(lab.database.dataSource(), lab.database.schema());
		StringBuilder out = new StringBuilder();
		assertThatExceptionOfType(ConcurrentModificationException.class)
			.isThrownBy(() -> export.writeAll(meanwhile(out, 100, () -> {
				lab.enterRetirement("local", "main", 0, 99, LedgerLab.SIGNER);
				lab.database.execute("drop table " + lab.partitionOf(0));
			})))
			.withMessageContaining("export it again");
		out.setLength(0);
		export.write("main", out);
		assertThat(verify(out.toString(), List.of()).tampered()).isFalse();
	}

	@Test
	void whatStandsBehindTheHeadIsExportedForTheVerifierToFind() throws IOException, SQLException {
		LedgerLab lab = LedgerLab.create();
		lab.tamper("update audit.audit_chain set size = 590 where name = 'main'");
		StringBuilder out = new StringBuilder();
		new LedgerExport(lab.database.dataSource(), lab.database.schema()).write("main", out);
		assertThat(verify(out.toString(), List.of()).valid()).isFalse();
		assertThat(out.toString()).contains("\"seq\":599,");
	}

	private static void redact(LedgerLab lab, long seq) {
		UUID id = UUID.fromString(String
			.valueOf(lab.database.query("select id::text from audit.audit_log where chain = 'main' and seq = " + seq)));
		assertThat(new Redaction(lab.database.dataSource(), lab.database.schema(),
				() -> Entries.entry("by", "-", "-", "lawyer"))
			.redact(List.of(id), EntryGroup.DATA, "asked for")
			.erased()).isNotEmpty();
	}

	/** Does something once so many lines are written. */
	private static Appendable meanwhile(StringBuilder out, int lines, Runnable work) {
		return new Appendable() {

			private int written;

			@Override
			public Appendable append(CharSequence text) {
				out.append(text);
				if (++this.written == lines) {
					work.run();
				}
				return this;
			}

			@Override
			public Appendable append(CharSequence text, int start, int end) {
				out.append(text, start, end);
				return this;
			}

			@Override
			public Appendable append(char character) {
				out.append(character);
				return this;
			}

		};
	}

	@Test
	void whatIsNoExportIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> verify("", List.of())).withMessageContaining("empty");
		assertThatIllegalArgumentException().isThrownBy(() -> verify("{}\n", List.of()))
			.withMessageContaining("first line");
	}

	static String export(LedgerLab lab, String chain) {
		StringBuilder out = new StringBuilder();
		try (Connection connection = lab.database.begin()) {
			new LedgerExport(connection, lab.database.schema()).write(chain, out);
		}
		catch (SQLException | IOException ex) {
			throw new IllegalStateException(ex);
		}
		return out.toString();
	}

	private static Verification verify(String export, List<String> anchored) throws IOException {
		CheckpointAnchor anchor = new CheckpointAnchor() {

			@Override
			public void publish(String chain, long size, String note) {
				throw new UnsupportedOperationException();
			}

			@Override
			public List<String> notes(String chain) {
				return chain.equals("main") ? anchored : List.of();
			}

			@Override
			public Set<String> chains() {
				return anchored.isEmpty() ? Set.of() : Set.of("main");
			}

		};
		TrustPolicy evidence = new TrustPolicy(LedgerLab.KEYS, List.of(anchor), LedgerLab.ORIGIN);
		return new ExportVerifier(evidence, VerificationProgress.NONE)
			.verify(new BufferedReader(new StringReader(export)));
	}

	private static List<Problem.Kind> kinds(Verification verification) {
		return verification.chains().stream().flatMap((chain) -> chain.problems().stream()).map(Problem::kind).toList();
	}

	private static String changed(long seq, UnaryOperator<String> change) {
		StringBuilder changed = new StringBuilder();
		EXPORT.lines().forEach((line) -> {
			String now = line.contains("\"seq\":%d,".formatted(seq)) ? change.apply(line) : line;
			changed.append((now != null) ? now + "\n" : "");
		});
		assertThat(changed.toString()).isNotEqualTo(EXPORT);
		return changed.toString();
	}

}
