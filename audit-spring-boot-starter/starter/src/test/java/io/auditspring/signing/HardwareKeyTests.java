package io.auditspring.signing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A key that never leaves a hardware security module: here SoftHSM, by PKCS#11. The
 * platform's own provider for that, SunPKCS11, knows no Ed25519 (up to JDK 25), so this
 * one calls OpenSC's {@code pkcs11-tool}: a checkpoint a minute is no burden.
 */
class HardwareKeyTests {

	private static final Path MODULE = Path.of("/usr/lib/softhsm/libsofthsm2.so");

	@TempDir
	private Path directory;

	@Test
	void aKeyInAModuleSignsCheckpoints() throws IOException {
		Pkcs11Signer signer = signer();
		TrustedKeys keys = TrustedKeys.of(VerifierKey.of(signer));
		LedgerDatabase database = LedgerDatabase.create();
		database.append("main", Entries.entries(3));
		Checkpoints checkpoints = new Checkpoints(database.dataSource(), database.schema(), "example.com/audit", keys,
				new CheckpointSigning(signer, new SignerMemory(this.directory.resolve("memory")), List.of()));
		Checkpoint checkpoint = checkpoints.create("main").orElseThrow();
		assertThat(Checkpoint.open(checkpoint.note(), keys).size()).isEqualTo(3);
		database.append("main", Entries.entries(3));
		signer.pin = "9999";
		assertThatIllegalStateException().isThrownBy(() -> checkpoints.create("main"))
			.withMessageContaining("CKR_PIN_INCORRECT");
		signer.pin = "1234";
		assertThat(checkpoints.create("main")).hasValueSatisfying((next) -> assertThat(next.size()).isEqualTo(6));
	}

	private Pkcs11Signer signer() throws IOException {
		assumeTrue(
				Files.exists(MODULE) && Files.isExecutable(Path.of("/usr/bin/softhsm2-util"))
						&& Files.isExecutable(Path.of("/usr/bin/pkcs11-tool")),
				"softhsm2 and opensc are not installed");
		Path tokens = Files.createDirectory(this.directory.resolve("tokens"));
		Path configuration = Files.writeString(this.directory.resolve("softhsm2.conf"),
				"directories.tokendir = %s%nobjectstore.backend = file%n".formatted(tokens));
		Map<String, String> environment = Map.of("SOFTHSM2_CONF", configuration.toString());
		run(environment, "softhsm2-util", "--init-token", "--free", "--label", "audit", "--pin", "1234", "--so-pin",
				"4321");
		run(environment, "pkcs11-tool", "--module", MODULE.toString(), "--token-label", "audit", "--login", "--pin",
				"1234", "--keypairgen", "--key-type", "EC:edwards25519", "--id", "01");
		return new Pkcs11Signer(environment);
	}

	private static String run(Map<String, String> environment, String... command) {
		try {
			ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
			builder.environment().putAll(environment);
			Process process = builder.start();
			process.getOutputStream().close();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			if (process.waitFor() != 0) {
				throw new IllegalStateException(output);
			}
			return output;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/** What an application defines as its bean. */
	private final class Pkcs11Signer implements CheckpointSigner {

		private static final Pattern POINT = Pattern.compile("EC_POINT:\\s*0420([0-9a-f]{64})");

		private final Map<String, String> environment;

		private final byte[] publicKey;

		private String pin = "1234";

		Pkcs11Signer(Map<String, String> environment) {
			this.environment = environment;
			Matcher point = POINT.matcher(tool("--list-objects", "--type", "pubkey"));
			assertThat(point.find()).isTrue();
			this.publicKey = HexFormat.of().parseHex(point.group(1));
		}

		@Override
		public String name() {
			return "example.com/audit";
		}

		@Override
		public byte[] publicKey() {
			return this.publicKey.clone();
		}

		@Override
		public byte[] sign(byte[] message) {
			try {
				Path text = Files.write(HardwareKeyTests.this.directory.resolve("message"), message);
				Path signature = HardwareKeyTests.this.directory.resolve("signature");
				tool("--login", "--pin", "env:PIN", "--sign", "--mechanism", "EDDSA", "--input-file", text.toString(),
						"--output-file", signature.toString());
				return Files.readAllBytes(signature);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		private String tool(String... arguments) {
			List<String> command = new ArrayList<>(
					List.of("pkcs11-tool", "--module", MODULE.toString(), "--token-label", "audit", "--id", "01"));
			command.addAll(Arrays.asList(arguments));
			Map<String, String> all = new HashMap<>(this.environment);
			all.put("PIN", this.pin);
			return run(all, command.toArray(String[]::new));
		}

	}

}
