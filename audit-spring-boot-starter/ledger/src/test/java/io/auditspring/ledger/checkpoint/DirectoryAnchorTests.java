package io.auditspring.ledger.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class DirectoryAnchorTests {

	private static final Ed25519Signer SIGNER = Ed25519Signer.ofPem("shop", Ed25519Signer.newPem());

	@TempDir
	private Path directory;

	private void keep(String origin, String chain, long size) throws IOException {
		new DirectoryAnchor(this.directory, origin).publish(chain, size,
				Checkpoint.sign(origin + "/" + chain, size, new byte[32], SIGNER).note());
	}

	@Test
	void namesTheChainsOfItsOriginWhateverTheyAreCalled() throws IOException {
		String endless = "x".repeat(400);
		for (String chain : new String[] { "main", "Orders/\u00fc 100%".replace(" ", "_"), endless }) {
			keep("example.com/audit", chain, 7);
			keep("example.com/audit", chain, 1_000_007);
		}
		keep("example.com/staging", "other", 7);
		DirectoryAnchor anchor = new DirectoryAnchor(this.directory, "example.com/audit");
		assertThat(anchor.chains()).containsExactlyInAnyOrder("main", "Orders/\u00fc_100%", endless);
		assertThat(anchor.latest(endless).map(Checkpoint::parse).map(Checkpoint::size))
			.isEqualTo(Optional.of(1_000_007L));
	}

	@Test
	void whatIsNoFileIsToldAndNotOpened() throws Exception {
		assumeTrue(Files.isExecutable(Path.of("/usr/bin/mkfifo")), "mkfifo is not there");
		keep("shop", "main", 7);
		Path pipe = this.directory.resolve("shop/main/9999999999999999999.note");
		assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
		DirectoryAnchor anchor = new DirectoryAnchor(this.directory, "shop");
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> anchor.latest("main"))
			.withMessageContaining("it is no file");
		assertThat(anchor.notes("main")).hasSize(1);
		assertThat(anchor.chains()).containsExactly("main");
	}

	@Test
	void namesNoneWhereNothingWasKept() throws IOException {
		assertThat(new DirectoryAnchor(this.directory.resolve("none"), "shop").chains()).isEmpty();
		Files.writeString(this.directory.resolve("shop"), "");
		assertThat(new DirectoryAnchor(this.directory, "shop").chains()).isEmpty();
	}

}
