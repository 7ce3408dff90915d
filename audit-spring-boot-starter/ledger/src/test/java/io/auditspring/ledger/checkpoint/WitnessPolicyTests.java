package io.auditspring.ledger.checkpoint;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.internal.merkle.Sha256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Policies as C2SP tlog-policy describes them, and the cosignatures that they ask for.
 */
class WitnessPolicyTests {

	private final CheckpointSigner log = signer("example.com/audit");

	private final List<CheckpointSigner> witnesses = Stream.of("w1", "w2", "w3", "w4")
		.map(WitnessPolicyTests::signer)
		.toList();

	private final Checkpoint checkpoint = Checkpoint.sign("example.com/audit/main", 42, Sha256.hash(), this.log);

	private static CheckpointSigner signer(String name) {
		return Ed25519Signer.ofPem(name, Ed25519Signer.newPem());
	}

	private static WitnessKey key(CheckpointSigner witness) {
		return new WitnessKey(witness.name(), witness.publicKey());
	}

	private static String cosign(CheckpointSigner witness, Checkpoint checkpoint, long time) {
		byte[] signature = witness
			.sign(WitnessKey.message(checkpoint.note().substring(0, checkpoint.note().indexOf("\n\n") + 1), time));
		byte[] id = Base64.getDecoder().decode(key(witness).toString().split("\\+", 3)[2]);
		byte[] hash = Sha256.hash(Sha256.utf8(witness.name() + "\n"), id);
		return "\u2014 %s %s\n".formatted(witness.name(), Base64.getEncoder()
			.encodeToString(ByteBuffer.allocate(76).put(hash, 0, 4).putLong(time).put(signature).array()));
	}

	private Checkpoint cosigned(int... numbers) {
		return this.checkpoint.with(Arrays.stream(numbers)
			.mapToObj((number) -> cosign(this.witnesses.get(number - 1), this.checkpoint, 1_700_000_000))
			.toList());
	}

	private String lines() {
		StringBuilder lines = new StringBuilder("# our witnesses\n\n \tlog " + VerifierKey.of(this.log) + "\n");
		for (CheckpointSigner witness : this.witnesses) {
			lines.append("witness %s %s https://%s.example/\n".formatted(witness.name().toUpperCase(), key(witness),
					witness.name()));
		}
		return lines.toString();
	}

	@Test
	void aCosignatureStatesATime() {
		WitnessKey key = key(this.witnesses.get(0));
		assertThat(key.cosigned(this.checkpoint)).isEmpty();
		assertThat(key.cosigned(cosigned(2))).isEmpty();
		assertThat(key.cosigned(cosigned(1, 2))).hasValue(Instant.ofEpochSecond(1_700_000_000));
		assertThat(WitnessKey.parse(key.toString())).isEqualTo(key);
	}

	@Test
	void whatIsChangedIsNoCosignature() {
		WitnessKey key = key(this.witnesses.get(0));
		String note = cosigned(1).note();
		assertThat(key.cosigned(Checkpoint.parse(note.replace("\n42\n", "\n41\n")))).isEmpty();
		Checkpoint other = Checkpoint.sign("example.com/audit/main", 43, Sha256.hash(), this.log);
		assertThat(key.cosigned(other.with(List.of(cosign(this.witnesses.get(0), this.checkpoint, 1))))).isEmpty();
		assertThat(key.cosigned(this.checkpoint.with(List.of(cosign(this.witnesses.get(0), this.checkpoint, 0)))))
			.as("one without a time does not say that there was no larger checkpoint")
			.isEmpty();
		String line = cosign(this.witnesses.get(0), this.checkpoint, 7);
		byte[] bytes = Base64.getDecoder().decode(line.strip().split(" ")[2]);
		for (int i = 0; i < bytes.length; i++) {
			byte[] changed = bytes.clone();
			changed[i] ^= 1;
			assertThat(key.cosigned(
					this.checkpoint.with(List.of("\u2014 w1 " + Base64.getEncoder().encodeToString(changed) + "\n"))))
				.isEmpty();
		}
	}

	@Test
	void aCosignatureIsNoSignatureOfTheLog() {
		CheckpointSigner witness = this.witnesses.get(0);
		assertThat(cosigned(1).names(TrustedKeys.of(VerifierKey.of(witness)))).isFalse();
		assertThatIllegalArgumentException().isThrownBy(() -> VerifierKey.parse(key(witness).toString()))
			.withMessageContaining("is not an Ed25519 key that signs checkpoints, but an Ed25519 key of a witness");
		assertThatIllegalArgumentException().isThrownBy(() -> WitnessKey.parse(VerifierKey.of(witness).toString()))
			.withMessageContaining("is not an Ed25519 key of a witness");
		assertThat(Checkpoint.open(cosigned(1, 2).note(), TrustedKeys.of(VerifierKey.of(this.log)))).isNotNull();
		assertThat(cosigned(1, 2).signed()).isEqualTo(this.checkpoint.note());
	}

	@Test
	void whatIsNoSignatureIsNotAdded() {
		assertThat(this.checkpoint.with(List.of("\n", "", "\u2014 x\n", "\u2014 x AAAA\n", "\u2014 x AAAAAAAA",
				"\u2014 x AAAAAAAA\n\u2014 y AAAAAAAA\n", "\u2014 x AAAA\0AAAA\n")))
			.isEqualTo(this.checkpoint);
		List<String> many = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			many.add("\u2014 x%d AAAAAAAA\n".formatted(i));
		}
		assertThat(Checkpoint.open(this.checkpoint.with(many).note(), TrustedKeys.of(VerifierKey.of(this.log))).note())
			.contains("\u2014 x98 ")
			.doesNotContain("\u2014 x99 ");
	}

	@ParameterizedTest
	@CsvSource({ "quorum none, ''", "quorum W2, 2", "group g all W1 W2~quorum g, '1 2'",
			"group g any W1 W2~quorum g, 2", "group g 2 W1 W2 W3~quorum g, '1 3'",
			"group x 2 W1 W2 W3~group both all x W4~quorum both~witness-free comment, '2 3 4'" })
	void whatSufficesSuffices(String quorum, String numbers) {
		WitnessPolicy policy = WitnessPolicy
			.parse(lines() + quorum.replace("~witness-free", "~# witness-free").replace('~', '\n'));
		int[] enough = Arrays.stream(numbers.split(" "))
			.filter((number) -> !number.isEmpty())
			.mapToInt(Integer::parseInt)
			.toArray();
		assertThat(policy.missing(cosigned(enough))).isNull();
		for (int i = 0; i < enough.length; i++) {
			int[] fewer = Arrays.copyOf(enough, enough.length - 1);
			System.arraycopy(enough, i + 1, fewer, i, enough.length - 1 - i);
			assertThat(policy.missing(cosigned(fewer))).contains("quorum", "missing");
		}
		assertThat(policy.logs()).containsExactly(VerifierKey.of(this.log));
		assertThat(policy.witnesses()).extracting(WitnessPolicy.Witness::name).containsExactly("W1", "W2", "W3", "W4");
		assertThat(policy.witnesses().get(0).url()).hasToString("https://w1.example/");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "quorum W5 | line 8: no line before it defines 'W5'",
			"quorum none~quorum none | line 9: there is more than one line 'quorum'",
			"group g all W1~group h any W1~quorum g | line 9: 'W1' is a member of a group already",
			"group g all W1 W1~quorum g | line 8: 'W1' is a member of a group already",
			"group g 3 W1 W2~quorum g | line 8: it should ask for all, any, or a number from 1 to 2, not for '3'",
			"group g 0 W1~quorum g | line 8: it should ask for all, any, or a number from 1 to 1, not for '0'",
			"group g all~quorum g | line 8: it should be: group <name> all|any|<number> <names>",
			"group none all W1~quorum none | line 8: the name 'none' is taken",
			"group W1 all W2~quorum W1 | line 8: the name 'W1' is taken",
			"group g all h~group h all W1~quorum g | line 8: no line before it defines 'h'",
			"group g all none~quorum g | line 8: no line before it defines 'none'",
			"witnes W1 x~quorum none | line 8: it begins with 'witnes', not with log, witness, group or quorum",
			"log what~quorum none | line 8: A verifier key is written name+id+key, unlike 'what'",
			"quorum none^ | line 8: it contains a control character",
			"witness X x+00000000+BgAA~quorum none | line 8: The key 'x+00000000+BgAA' is not an Ed25519 key of a witness, but of type 0x06, which is not supported",
			"# nothing | there is no line 'quorum'" })
	void whatIsWrongIsToldWithItsLine(String text, String message) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> WitnessPolicy.parse(lines() + text.replace('~', '\n').replace('^', '\r')))
			.withMessageContaining(message);
	}

	@Test
	void aKeyIsOfOneWitnessOrLogOnly() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> WitnessPolicy.parse(lines()
					+ "witness again %s\n".formatted(new WitnessKey("other", this.witnesses.get(0).publicKey()))))
			.withMessageContaining("line 8: the key of this witness was given before");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> WitnessPolicy
				.parse(lines() + "log %s\n".formatted(new VerifierKey("other", this.log.publicKey()))))
			.withMessageContaining("line 8: the key of this log was given before");
	}

}
