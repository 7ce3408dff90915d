package io.auditspring.ledger.verify;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;

import io.auditspring.CheckpointAnchor;
import io.auditspring.Mutations;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.internal.entry.CanonicalObject;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.EntryKey;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.internal.table.LedgerLab;
import io.auditspring.signing.Checkpoints;
import io.auditspring.web.internal.export.SelectionExport;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Whatever is done to an export, it is refused, or named, or still says the same.
 */
class ExportPropertyTests {

	private static final LedgerDatabase DATABASE = database();

	private static final String EXPORT = export();

	private static final String SELECTION = selection();

	private static final TrustPolicy EVIDENCE = new TrustPolicy(LedgerLab.KEYS, List.of(), LedgerLab.ORIGIN);

	private static final Verification WHOLE = verify(EXPORT);

	private static LedgerDatabase database() {
		try {
			LedgerDatabase database = LedgerDatabase.create();
			database.append("main", Entries.entries(3));
			new Checkpoints(database.dataSource(), database.schema(), LedgerLab.ORIGIN, LedgerLab.KEYS,
					new CheckpointSigning(LedgerLab.SIGNER, new SignerMemory(Files.createTempDirectory("memory")),
							List.of()))
				.create("main");
			return database;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String export() {
		StringBuilder export = new StringBuilder();
		try {
			new LedgerExport(DATABASE.dataSource(), DATABASE.schema()).write("main", export);
		}
		catch (IOException | SQLException ex) {
			throw new IllegalStateException(ex);
		}
		return export.toString();
	}

	private static String selection() {
		StringBuilder export = new StringBuilder();
		List<EntryKey> keys = new ArrayList<>();
		try (Connection connection = DATABASE.connect();
				ResultSet entries = connection.createStatement()
					.executeQuery("select id, recorded_at from audit.audit_log where chain = 'main' order by seq")) {
			while (entries.next()) {
				keys.add(new EntryKey(entries.getObject(1, UUID.class),
						entries.getObject(2, OffsetDateTime.class).toInstant()));
			}
			new SelectionExport(DATABASE.dataSource(), DATABASE.schema()).write("all", List.of(keys).iterator(),
					export);
		}
		catch (IOException | SQLException ex) {
			throw new IllegalStateException(ex);
		}
		return export.toString();
	}

	private static Verification verify(String export) {
		return verify(export, EVIDENCE);
	}

	private static Verification verify(String export, TrustPolicy evidence) {
		try {
			return new ExportVerifier(evidence, VerificationProgress.NONE)
				.verify(new BufferedReader(new StringReader(export)));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Example
	void aNumberBeyondAllLimitsIsAFinding() {
		Verification verification = verify(EXPORT.replaceFirst("\"v\":1", "\"v\":9007191e9254740993"));
		assertThat(verification.valid()).isFalse();
		assertThat(verification.chains().get(0).problems()).extracting(Problem::kind).contains(Problem.Kind.UNREADABLE);
	}

	/** Whatever a line says, it costs no more than its length, and is told. */
	@Example
	void aLineThatNobodyWroteIsAFinding() {
		for (String metadata : List.of("1e2000000000", "1e-2000000000", "[1e399,1e399,1e399,1e399,1e399]",
				"1".repeat(100_000), "[".repeat(5_000) + "]".repeat(5_000))) {
			Verification verification = verify(
					EXPORT.replaceFirst("\"metadata\":[{][^}]*[}]", "\"metadata\":" + metadata));
			assertThat(verification.chains().get(0).problems()).extracting(Problem::kind)
				.contains(Problem.Kind.UNREADABLE);
		}
		assertThat(verify(EXPORT.replaceFirst("\"v\":1", "\"v\":9999999999")).chains().get(0).problems())
			.extracting(Problem::kind)
			.contains(Problem.Kind.UNREADABLE);
		assertThatIllegalArgumentException().isThrownBy(() -> ExportLine.read("{\"v\":9999999999}"));
	}

	/**
	 * What UTF-8 cannot hold is hashed as something else, and must not stand for it.
	 */
	@Example
	void aTextThatIsAnotherOneIsAFinding() throws IOException, SQLException {
		LedgerDatabase database = LedgerDatabase.create();
		database.append("main", List.of(Entries.withMessage("Paid?"), Entries.withMetadata("{\"\ufffd\":\"\ufffd\"}")));
		StringBuilder written = new StringBuilder();
		new LedgerExport(database.dataSource(), database.schema()).write("main", written);
		String export = written.toString();
		TrustPolicy none = TrustPolicy.NONE;
		assertThat(verify(export, none).valid()).isTrue();
		for (String altered : List.of(export.replace("Paid?", "Paid\\ud800"),
				export.replace("\"\ufffd\":\"\ufffd\"", "\"\ufffd\":\"\\u0000\""),
				export.replace("\"\ufffd\":\"\ufffd\"", "\"\ufffd\":\"\\udc00\""),
				export.replace("\"\ufffd\":\"\ufffd\"", "\"\\ud800\":\"\ufffd\""),
				export.replace("\"\ufffd\":\"\ufffd\"", "\"\\u0000\":\"a lie\",\"\ufffd\":\"\ufffd\""))) {
			assertThat(altered).isNotEqualTo(export);
			assertThat(verify(altered, none).chains().get(0).problems()).extracting(Problem::kind)
				.contains(Problem.Kind.UNREADABLE);
		}
	}

	@Example
	void anEntryThatIsThereTwiceIsAFinding() {
		List<String> lines = SELECTION.lines().toList();
		int first = lines.stream()
			.filter((line) -> line.contains("\"seq\":1,"))
			.map(lines::indexOf)
			.findFirst()
			.orElseThrow();
		List<String> doubled = new ArrayList<>(lines.subList(0, lines.size() - 1));
		doubled.addAll(lines.subList(first, first + 2));
		doubled.add("{\"end\":4}");
		SelectionVerification verification = verifySelection(String.join("\n", doubled));
		assertThat(verification.problems()).extracting(Problem::kind, Problem::seq)
			.containsExactly(tuple(Problem.Kind.DUPLICATE, 1L));
	}

	/** An older one leaves what came since to whoever made the file. */
	@Example
	void pathsWithoutTheirCheckpointAreAFinding() {
		String[] lines = SELECTION.split("\n", 3);
		assertThat(lines[1]).startsWith("{\"checkpoint\":");
		SelectionVerification verification = verifySelection(lines[0] + "\n" + lines[2]);
		assertThat(verification.valid()).isFalse();
		assertThat(verification.problems()).extracting(Problem::kind).containsOnly(Problem.Kind.ROOT).hasSize(3);
	}

	@Example
	void whatACheckpointThatWasKeptCoversMustBeProved() {
		String newest = SELECTION.lines()
			.filter((line) -> line.startsWith("{\"checkpoint\""))
			.findFirst()
			.orElseThrow();
		CheckpointAnchor anchor = new CheckpointAnchor() {

			@Override
			public void publish(String chain, long size, String note) {
				throw new UnsupportedOperationException();
			}

			@Override
			public List<String> notes(String chain) {
				return List.of(ExportLine.parse(newest).path("checkpoint").stringValue());
			}

		};
		byte[] root = HexFormat.of()
			.parseHex(String.valueOf(DATABASE.query("select encode(hash, 'hex') from audit.audit_log where seq = 0")));
		String older = new CanonicalObject()
			.text("checkpoint", Checkpoint.sign(LedgerLab.ORIGIN + "/main", 1, root, LedgerLab.SIGNER).note())
			.text("chain", "main")
			.toString();
		String altered = SELECTION.replace(newest, older)
			.lines()
			.filter((line) -> !line.startsWith("{\"path\""))
			.collect(Collectors.joining("\n"))
			.replaceFirst("(\"seq\":0,.*)\n", "$1\n{\"path\":\"\"}\n");
		TrustPolicy anchored = new TrustPolicy(LedgerLab.KEYS, List.of(anchor), LedgerLab.ORIGIN);
		assertThat(verifySelection(SELECTION, anchored).problems()).isEmpty();
		assertThat(verifySelection(altered, anchored).problems()).extracting(Problem::kind, Problem::seq)
			.containsExactly(tuple(Problem.Kind.EVIDENCE, null), tuple(Problem.Kind.EVIDENCE, 1L),
					tuple(Problem.Kind.EVIDENCE, 2L));
	}

	@Property(tries = 5_000)
	@Tag("thorough")
	void anExportThatIsValidAfterManyTriesHasTheSameRoot(@ForAll long seed) {
		anExportThatIsValidHasTheSameRoot(seed);
	}

	@Example
	void anIdThatIsNoneIsNamed() {
		String altered = EXPORT.replaceFirst("(\\{\"ledger\":\"[^-]*-[^-]*-[^-]*-)[^-]*", "$1");
		assertThatIllegalArgumentException().isThrownBy(() -> verify(altered)).withMessageContaining("is no id");
	}

	@Property(tries = 1_000)
	void anExportThatIsValidHasTheSameRoot(@ForAll long seed) {
		String mutated = Mutations.mutate(EXPORT, new Random(seed));
		Verification verification;
		try {
			verification = verify(mutated);
		}
		catch (IllegalArgumentException ex) {
			assertThat(ex.getMessage()).isNotBlank();
			return;
		}
		if (verification.valid()) {
			assertThat(verification.chains()).extracting(ChainVerification::root, ChainVerification::entries)
				.isEqualTo(WHOLE.chains().stream().map((chain) -> tuple(chain.root(), chain.entries())).toList());
		}
	}

	private static SelectionVerification verifySelection(String selection) {
		return verifySelection(selection, EVIDENCE);
	}

	private static SelectionVerification verifySelection(String selection, TrustPolicy evidence) {
		try {
			return new SelectionVerifier(evidence).verify(new BufferedReader(new StringReader(selection)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Property(tries = 5_000)
	@Tag("thorough")
	void aSelectionThatIsValidAfterManyTriesHasTheSameEntries(@ForAll long seed) {
		aSelectionThatIsValidHasTheSameEntries(seed);
	}

	@Property(tries = 1_000)
	void aSelectionThatIsValidHasTheSameEntries(@ForAll long seed) {
		SelectionVerification verification;
		try {
			verification = verifySelection(Mutations.mutate(SELECTION, new Random(seed)));
		}
		catch (IllegalArgumentException ex) {
			assertThat(ex.getMessage()).isNotBlank();
			return;
		}
		if (verification.valid()) {
			assertThat(verification.entries()).isEqualTo(3);
			assertThat(verification.proved()).isEqualTo(3);
		}
	}

}
