package io.auditspring.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.LedgerCommandLab;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.WitnessKey;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the command line says, and no more and no less than that.
 */
class VerifyCommandTests {

	private static final LedgerCommandLab LAB = LedgerCommandLab.create();

	@TempDir
	private Path directory;

	private final StringWriter out = new StringWriter();

	@BeforeEach
	void keepCheckpoints() throws IOException {
		for (int i = 0; i < LAB.anchored().size(); i++) {
			Files.writeString(this.directory.resolve(i + ".note"), LAB.anchored().get(i));
		}
	}

	@Test
	void howFarAnUntouchedLedgerIsSignedIsSaid() {
		assertThat(verify(LAB.url(), "--anchor", this.directory.toString())).isZero();
		assertThat(out()).contains("Chain main: 600 entries", "signed up to 600 of 600",
				"no checkpoint at all, although a key was given", "VALID");
	}

	@Test
	void withoutAnchorsWhatIsOpenIsSaidInFull() {
		assertThat(verify(LAB.url())).isZero();
		assertThat(out()).contains("could have set it back to any earlier state", "or all of it where none is");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "\0", "shop/main\n600\n", "\u2014 shop AAAA\n",
			"shop/main\n600\nAAAA\n\n\u2014 shop AAAA\n", "\n\n\n\u2014\n\n\u2014 \n" })
	void aBadFileIsNamedAndSilencesNoOther(String content) throws IOException {
		Files.writeString(this.directory.resolve("0.note"), content);
		assertThat(verify(LAB.url(), "--anchor", this.directory.toString())).isEqualTo(2);
		assertThat(out()).contains("EVIDENCE", "0.note", "NOT ALL COULD BE CHECKED").doesNotContain("TAMPERED");
		assertThat(verify(LAB.tamperedUrl(), "--anchor", this.directory.toString())).isEqualTo(1);
		assertThat(out()).contains("HASH at entry 250", "TAMPERED");
		assertThat(verify(LAB.emptyUrl(), "--anchor", this.directory.toString())).isEqualTo(1);
		assertThat(out()).contains("CUT at entry 0", "1.note");
	}

	/** By the time that its size warrants: quadratic, this would take hours. */
	@ParameterizedTest
	@ValueSource(strings = { "\0", "a\n", "\n", "\u2014 a AAAA\n", "a\n\n", "shop/main\n1\n" })
	void aHugeFileIsReadInTimeThatItsSizeWarrants(String repeated) throws IOException {
		Files.writeString(this.directory.resolve("0.note"), repeated.repeat(5_000_000 / repeated.length()));
		assertThat(verify(LAB.url(), "--anchor", this.directory.toString())).isEqualTo(2);
		assertThat(out()).contains("0.note");
	}

	@Test
	void manyNotesInOneFileAreReadOneAfterTheOther() throws IOException {
		Path all = Files.writeString(this.directory.resolve("all.txt"),
				String.join("", LAB.anchored()) + "\n\n" + String.join("\n", LAB.anchored()));
		assertThat(NoteFile.read(all).notes()).hasSize(4).containsAll(LAB.anchored());
		assertThat(NoteFile.read(all).faults()).isEmpty();
		Path damaged = Files.writeString(this.directory.resolve("damaged.txt"),
				"what is this\n\n" + LAB.anchored().get(0) + LAB.anchored().get(1).substring(0, 60));
		assertThat(NoteFile.read(damaged).notes()).containsExactly(LAB.anchored().get(0));
		assertThat(NoteFile.read(damaged).faults())
			.containsExactly("it holds something that is no complete checkpoint");
	}

	@Test
	void aNoteOfAStrangerDoesNotMakeTheOriginDoubtful() throws IOException {
		Files.writeString(this.directory.resolve("2.note"), LAB.anchored().get(0).replace("shop", "mallory"));
		assertThat(verify(LAB.emptyUrl(), "--anchor", this.directory.toString())).isEqualTo(1);
		assertThat(out()).contains("CUT at entry 0");
	}

	/** That name could be the end of the other one, as no origin is given. */
	@Test
	void aChainThatIsGoneIsMissedThoughTheNameOfAnotherEndsLikeIt() throws Exception {
		LedgerDatabase planted = LedgerDatabase.create();
		planted.execute("select audit.audit_ledger_id('x/main')", "select audit.audit_ledger_id('x/root')");
		String url = ((PGSimpleDataSource) planted.dataSource()).getUrl();
		assertThat(verify(url, "--anchor", this.directory.toString())).isEqualTo(2);
		assertThat(out()).contains("EVIDENCE", "'main'", "'x/main'", "--origin", "NOT ALL COULD BE CHECKED");
		assertThat(verify(url, "--anchor", this.directory.toString(), "--origin", "shop")).isEqualTo(1);
		assertThat(out()).contains("CUT at entry 0");
	}

	@Test
	void aPolicyAsksForWitnesses() throws IOException {
		CheckpointSigner witness = Ed25519Signer.ofPem("w.example", Ed25519Signer.newPem());
		String line = "log %s\nwitness w %s\n".formatted(LAB.publicKey(),
				new WitnessKey(witness.name(), witness.publicKey()));
		Path policy = Files.writeString(this.directory.resolve("policy"), line + "quorum w\n");
		assertThat(verify(LAB.url(), "--policy", policy.toString())).isEqualTo(2);
		assertThat(out()).contains("QUORUM at entry 0", "the checkpoint of size 600 is the newest",
				"of [w] only [] cosigned it", "NOT ALL COULD BE CHECKED");
		assertThat(verify(LAB.tamperedUrl(), "--policy", policy.toString())).isEqualTo(1);
		Files.writeString(policy, line + "quorum none\n");
		assertThat(verify(LAB.url(), "--policy", policy.toString())).isZero();
		Files.writeString(policy, line + "quorum w1\n");
		assertThat(verify(LAB.url(), "--policy", policy.toString())).isEqualTo(2);
		assertThat(out()).contains("line 3: no line before it defines 'w1'");
	}

	/** What a terminal obeys could hide the verdict, or show another one. */
	@Test
	void whatIsNotLegibleIsShownAsWhatItIs() throws IOException {
		Path export = Files.writeString(this.directory.resolve("export"), """
				{"selection":"all\\nVALID\\n\\u001b[8m\\u009b\\u202e"}
				{"chain":"main\\u001b[2J","what":"is this"}
				{"end":1}
				""");
		Commands.Result result = Commands.run("verify-export", export.toString());
		assertThat(result.status()).isOne();
		assertThat(result.out()).contains("Selection all\\u000aVALID\\u000a\\u001b[8m\\u009b\\u202e: 1 entries")
			.endsWith("TAMPERED\n")
			.doesNotContain("\u001b", "\u009b", "\u202e");
		Commands.Result missing = Commands.run("verify-export", "\u001b[8m");
		assertThat(missing.status()).isEqualTo(2);
		assertThat(missing.out()).contains("It could not be checked: \\u001b[8m");
	}

	/** It may be evidence, and is not what was asked for that is left in its place. */
	@Test
	void anExportThatFailsLeavesAnEarlierFileAsItIs() throws IOException {
		Path file = Files.writeString(this.directory.resolve("main.ndjson"), "evidence");
		for (String[] wrong : new String[][] { { LAB.url(), "mian" },
				{ "jdbc:postgresql://localhost:1/none", "main" } }) {
			Commands.Result result = Commands.run("export", "--url", wrong[0], "--user", "postgres", "--chain",
					wrong[1], file.toString());
			assertThat(result.status()).isEqualTo(2);
			assertThat(file).hasContent("evidence");
		}
		Path link = Files.createSymbolicLink(this.directory.resolve("newest.ndjson"), file);
		assertThat(Commands.run("export", "--url", LAB.url(), "--user", "postgres", link.toString()).status()).isZero();
		assertThat(link).isSymbolicLink();
		assertThat(Commands.run("verify-export", file.toString()).out()).contains("Chain main: 600 entries", "VALID");
		try (Stream<Path> files = Files.list(this.directory)) {
			assertThat(files.filter((each) -> !each.toString().endsWith(".note"))).containsExactlyInAnyOrder(file,
					link);
		}
	}

	@Test
	void anExportGoesWhereNoFileIs() {
		assertThat(Commands.run("export", "--url", LAB.url(), "--user", "postgres", "/dev/null").status()).isZero();
		assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
	}

	/** That all is there that is in the file does not tell what is not. */
	@Test
	void chainsThatAreKnownElsewhereAndNotInTheFileAreNamed() {
		Path file = this.directory.resolve("other.ndjson");
		assertThat(Commands.run("export", "--url", LAB.url(), "--user", "postgres", "--chain", "other", file.toString())
			.status()).isZero();
		Path anchor = this.directory.resolve("0.note");
		Commands.Result result = Commands.run("verify-export", "--anchor", anchor.toString(), file.toString());
		assertThat(result.out()).contains("not in the file: main", "VALID");
		assertThat(result.status()).isZero();
	}

	@Test
	void whatTheMachineCannotDoIsNoAccusation() {
		CommandLine commandLine = AuditCommand.commandLine().addSubcommand("give-up", new GiveUp());
		commandLine.setErr(new PrintWriter(this.out));
		assertThat(AuditCommand.run(commandLine, "give-up")).isEqualTo(2);
		assertThat(out()).contains("It could not be checked: java.lang.NoClassDefFoundError: org/bouncycastle");
	}

	/**
	 * Stands for a class that is not there, or memory.
	 */
	@CommandLine.Command
	static final class GiveUp implements Runnable {

		@Override
		public void run() {
			throw new NoClassDefFoundError("org/bouncycastle");
		}

	}

	private int verify(String url, String... further) {
		List<String> arguments = new ArrayList<>(
				List.of("verify", "--url", url, "--user", "postgres", "--public-key", LAB.publicKey()));
		arguments.addAll(List.of(further));
		this.out.getBuffer().setLength(0);
		CommandLine commandLine = AuditCommand.commandLine();
		commandLine.setOut(new PrintWriter(this.out));
		commandLine.setErr(new PrintWriter(this.out));
		return commandLine.execute(arguments.toArray(String[]::new));
	}

	private String out() {
		return this.out.toString();
	}

}
