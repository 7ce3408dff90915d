package io.auditspring.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class NoteArchiveTests {

	private static final Ed25519Signer SIGNER = Ed25519Signer.ofPem("shop", Ed25519Signer.newPem());

	@TempDir
	private Path directory;

	private String keep(String origin, String chain) throws IOException {
		String note = Checkpoint.sign(origin + "/" + chain, 7, new byte[32], SIGNER).note();
		Files.writeString(Files.createTempFile(this.directory, "kept", ".note"), note);
		return note;
	}

	@Test
	void theOriginIsThatOfAllNotes() throws IOException {
		String main = keep("example.com/shop", "main");
		keep("example.com/shop", "billing");
		NoteArchive archive = NoteArchive.read(List.of(this.directory), null);
		assertThat(archive.chains()).containsExactlyInAnyOrder("main", "billing");
		assertThat(archive.notes("main")).containsExactly(main);
	}

	@Test
	void notesOfAnotherLedgerWithAChainOfTheSameNameAreNotTakenForThisOnes() throws IOException {
		String ours = keep("shop", "main");
		keep("staging", "main");
		keep("staging", "gone");
		assertThatIllegalArgumentException().isThrownBy(() -> NoteArchive.read(List.of(this.directory), null))
			.withMessageContainingAll("--origin", "[shop, staging]");
		NoteArchive archive = NoteArchive.read(List.of(this.directory), "shop");
		assertThat(archive.notes("main")).containsExactly(ours);
		assertThat(archive.chains()).containsExactly("main");
	}

	@Test
	void aChainIsNotTakenForOneOfALongerName() throws IOException {
		String orders = keep("shop", "orders");
		String ofEurope = keep("shop", "eu/orders");
		NoteArchive archive = NoteArchive.read(List.of(this.directory), "shop");
		assertThat(archive.chains()).containsExactlyInAnyOrder("orders", "eu/orders");
		assertThat(archive.notes("orders")).containsExactly(orders);
		assertThat(archive.notes("eu/orders")).containsExactly(ofEurope);
	}

	@Test
	void anOriginOfWhichNothingWasKeptIsRefused() throws IOException {
		keep("shop", "main");
		assertThatIllegalArgumentException().isThrownBy(() -> NoteArchive.read(List.of(this.directory), "shpo"))
			.withMessageContaining("no checkpoints of origin 'shpo'");
	}

}
