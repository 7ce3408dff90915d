package io.auditspring.ledger.internal.entry;

import java.math.BigDecimal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.JsonNodeFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class CanonicalJsonTests {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	@ParameterizedTest
	@CsvSource({ "0, 0", "-0, 0", "0e99999999999, 0", "-0.000e-5, 0", "10, 10", "1e1, 10", "1E+2, 100", "12e-1, 1.2",
			"1200e-1, 120", "0.10, 0.1", "-0.0012e1, -0.012", "1.0, 1", "100.0e-2, 1",
			"9007199254740993, 9007199254740993", "-1e-7, -0.0000001", "1.5e3, 1500", "0.0001e4, 1",
			"123456e-3, 123.456" })
	void numbersAreExactAndPlain(String number, String plain) {
		assertThat(CanonicalJson.parse(number)).hasToString(plain);
	}

	@Test
	void numbersOfUpTo400DigitsStayNumbers() {
		assertThat(CanonicalJson.parse("1e399")).hasToString("1" + "0".repeat(399));
		assertThat(CanonicalJson.parse("1e-399")).hasToString("0." + "0".repeat(398) + "1");
		assertThat(CanonicalJson.parse("-" + "9".repeat(400))).hasToString("-" + "9".repeat(400));
		assertThat(CanonicalJson.parse("1." + "0".repeat(5000))).hasToString("1");
	}

	@ParameterizedTest
	@ValueSource(strings = { "1e400", "1e-400", "1e999999999", "-1E-999999999", "1e99999999999999999999",
			"1e-99999999999999999999" })
	void numbersOfMoreDigitsBecomeStrings(String number) {
		assertThat(CanonicalJson.parse(number)).hasToString("\"" + number + "\"");
	}

	@Test
	void hugeNumbersInTreesCostNothing() {
		assertThat(CanonicalJson.of(NODES.numberNode(new BigDecimal("1e2147483647")))).hasToString("\"1E+2147483647\"");
		assertThat(CanonicalJson.of(NODES.numberNode(new BigDecimal("1e-2147483647"))))
			.hasToString("\"1E-2147483647\"");
	}

	@Test
	void whatIsNoNumberBecomesAString() {
		assertThat(CanonicalJson.of(NODES.numberNode(Double.NaN))).hasToString("\"NaN\"");
		assertThat(CanonicalJson.of(NODES.numberNode(Float.NEGATIVE_INFINITY))).hasToString("\"-Infinity\"");
		assertThat(CanonicalJson.of(NODES.numberNode(-0.0))).hasToString("0");
		assertThat(CanonicalJson.of(NODES.numberNode(0.1f))).hasToString("0.1");
	}

	@Test
	void javaValuesInTreesBecomeText() {
		assertThat(CanonicalJson.of(NODES.binaryNode(new byte[] { 1, 2, 3 }))).hasToString("\"AQID\"");
		assertThat(CanonicalJson.of(NODES.pojoNode(new StringBuilder("built")))).hasToString("\"built\"");
		assertThat(CanonicalJson.of(NODES.missingNode())).hasToString("null");
	}

	@Test
	void unstorableCharactersAreReplaced() {
		assertThat(CanonicalJson.parse("\"a\\u0000b\\ud800c\\udc00\\ud83d\\ude00\""))
			.hasToString("\"a\uFFFDb\uFFFDc\uFFFD\uD83D\uDE00\"");
	}

	@Test
	void ofRepeatedMembersTheLastStays() {
		assertThat(CanonicalJson.parse("{\"a\":1,\"b\":2,\"a\":3}")).hasToString("{\"a\":3,\"b\":2}");
		// Such a name comes with a tree alone: newer versions of Jackson read none that
		// is not well-formed.
		assertThat(CanonicalJson.of(NODES.objectNode().put("\u0000", 1).put("\ud800", 2)))
			.hasToString("{\"\uFFFD\":2}");
	}

	@Test
	void nestingDeeperThan64BecomesAString() {
		assertThat(CanonicalJson.parse("[".repeat(64) + "]".repeat(64))).hasToString("[".repeat(64) + "]".repeat(64));
		assertThat(CanonicalJson.parse("[".repeat(64) + "{\"b\":[1.0],\"a\":\"\"}" + "]".repeat(64)))
			.hasToString("[".repeat(64) + "\"{\\\"a\\\":\\\"\\\",\\\"b\\\":[1]}\"" + "]".repeat(64));
	}

	@Test
	void noNestingIsTooDeep() {
		int depth = 100_000;
		assertThat(CanonicalJson.parse("[".repeat(depth) + "]".repeat(depth)))
			.hasToString("[".repeat(64) + '"' + "[".repeat(depth - 64) + "]".repeat(depth - 64) + '"' + "]".repeat(64));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{", "[1,]", "nul", "{'a':1}", "NaN", "01", "\"\n\"" })
	void whatIsNotJsonIsRefused(String text) {
		assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> CanonicalJson.parse(text));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "1 2", "{} []" })
	void oneValueIsExpected(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> CanonicalJson.parse(text));
	}

	@Test
	void valuesWithTheSameTextAreEqual() {
		assertThat(CanonicalJson.parse("{\"b\":1.0,\"a\":[]}")).isEqualTo(CanonicalJson.parse("{\"a\":[],\"b\":1}"))
			.hasSameHashCodeAs(CanonicalJson.parse("{\"a\":[],\"b\":1}"))
			.isNotEqualTo(CanonicalJson.parse("{}"));
	}

	@Test
	void javaValuesAreExact() {
		assertThat(CanonicalJson.parse("{\"a\":9007199254740993,\"b\":0.1,\"c\":null}").toMap())
			.containsEntry("a", 9007199254740993L)
			.containsEntry("b", new BigDecimal("0.1"))
			.containsEntry("c", null);
	}

}
