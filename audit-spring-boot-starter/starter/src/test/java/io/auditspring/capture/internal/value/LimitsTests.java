package io.auditspring.capture.internal.value;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import io.auditspring.ledger.internal.merkle.Sha256;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is cut says so, says what it was, and leaves the rest.
 */
class LimitsTests {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final Limits limits = new Limits(1_000);

	@Test
	void whatFitsStaysTheSame() {
		JsonNode node = JSON.readTree("{\"a\": [1, 2.50, true, null], \"b\": {\"c\": \"x\"}}");
		assertThat(this.limits.limit(node)).isSameAs(node);
	}

	@Test
	void theLargestMemberIsCutAndTheOthersStay() {
		ObjectNode node = JSON.createObjectNode().put("id", 7).put("huge", "ä".repeat(5_000)).put("name", "n");
		JsonNode cut = this.limits.limit(node);
		assertThat(cut.propertyNames()).containsExactly("id", "huge", "name");
		assertThat(cut.get("id").intValue()).isEqualTo(7);
		assertThat(cut.get("huge").stringValue()).startsWith("ää")
			.endsWith("characters cut, sha256 of all: " + sha256("ä".repeat(5_000)) + ")");
		assertThat(cut.toString()).hasSizeBetween(800, 1_000);
		assertThat(node.get("huge").stringValue()).hasSize(5_000);
	}

	@Test
	void whatIsDeepInsideIsCutThere() {
		ObjectNode node = JSON.createObjectNode().put("id", 7);
		node.putObject("address").put("city", "c").put("map", "m".repeat(5_000));
		JsonNode cut = this.limits.limit(node);
		assertThat(cut.at("/address/city").stringValue()).isEqualTo("c");
		assertThat(cut.at("/address/map").stringValue()).contains("characters cut");
	}

	@Test
	void anArrayIsReplacedByItsSizeAndDigest() {
		ObjectNode node = JSON.createObjectNode().put("id", 7);
		for (int i = 0; i < 2_000; i++) {
			node.withArray("lines").add(i);
		}
		String lines = node.get("lines").toString();
		assertThat(this.limits.limit(node)).isEqualTo(JSON.createObjectNode()
			.put("id", 7)
			.set("lines",
					JSON.createObjectNode()
						.put("truncated", true)
						.put("bytes", (long) lines.length())
						.put("sha256", sha256(lines))));
	}

	@Test
	void anObjectOfTooManyMembersIsReplacedAsAWhole() {
		ObjectNode node = JSON.createObjectNode();
		for (int i = 0; i < 2_000; i++) {
			node.put("member" + i, i);
		}
		assertThat(this.limits.limit(node).propertyNames()).containsExactly("truncated", "bytes", "sha256");
	}

	@Test
	void aCharacterOfTwoHalvesIsNotCutInTheMiddle() {
		String smileys = "\ud83d\ude00".repeat(10_000);
		for (String text : List.of(smileys, "x" + smileys)) {
			assertThat(Limits.text(text)).doesNotContain("\ud83d…").contains("characters cut)");
			String cut = this.limits.limit(JSON.valueToTree(text)).stringValue();
			assertThat(cut).doesNotContain("\ud83d…").contains(sha256(text));
		}
	}

	@Test
	void numbersAreEqualWhateverTheirScale() {
		JsonValues values = new JsonValues(new Masking(List.of()), this.limits);
		assertThat(values.toJson(Map.of("total", new BigDecimal("1.00"))))
			.isEqualTo(values.toJson(Map.of("total", new BigDecimal("1"))));
	}

	private static String sha256(String text) {
		return HexFormat.of().formatHex(Sha256.hash(text.getBytes(StandardCharsets.UTF_8)));
	}

}
