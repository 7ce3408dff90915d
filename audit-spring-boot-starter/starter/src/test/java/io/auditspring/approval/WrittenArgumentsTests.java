package io.auditspring.approval;

import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.auditspring.ApprovalException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.mock.web.MockMultipartFile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What an approval is bound to: all that arguments are.
 */
class WrittenArgumentsTests {

	private static String written(@Nullable Object... arguments) {
		Map<String, @Nullable Object> named = new LinkedHashMap<>();
		for (Object argument : arguments) {
			named.put("a" + named.size(), argument);
		}
		return WrittenArguments.of("order.pay", null, named);
	}

	static Stream<List<Object>> different() {
		return Stream.of(List.of(new Fluent(10), new Fluent(1_000_000)),
				List.of(new Hidden("1", "a", 1), new Hidden("2", "a", 1)),
				List.of(new Hidden("1", "a", 1), new Hidden("1", "b", 1)),
				List.of(new Hidden("1", "a", 1), new Hidden("1", "a", 2)),
				List.of(new Inherited(1, 1), new Inherited(2, 1)), List.of(new Money(1), new Points(1)),
				List.of(Side.BUY, Side.SELL), List.of(Side.BUY, "BUY"), List.of(1, 1L), List.of("1", 1),
				List.of(BigDecimal.ONE, BigDecimal.TEN), List.of(List.of("ab"), List.of("a", "b")),
				List.of(List.of("a", "b"), List.of("b", "a")), List.of(List.of(), Set.of()),
				List.of(new byte[] { 1 }, new byte[] { 2 }), List.of("pin".toCharArray(), "nip".toCharArray()),
				List.of(Map.of("a", 1), Map.of("a", 2)), List.of(Optional.of(1), Optional.empty()),
				List.of(new Date(1), new Date(2)), List.of(nanos(1), nanos(2)),
				List.of(at("Europe/Berlin"), at("Europe/Paris")), List.of(new Basket(1), new Basket(2)),
				List.of(new Object[] { "a" }, new String[] { "a" }));
	}

	private static Timestamp nanos(int nanos) {
		Timestamp timestamp = new Timestamp(0);
		timestamp.setNanos(nanos);
		return timestamp;
	}

	private static ZonedDateTime at(String zone) {
		return Instant.parse("2026-01-01T00:00:00Z").atZone(ZoneId.of(zone));
	}

	@ParameterizedTest
	@MethodSource("different")
	void whatDiffersIsWrittenDifferently(List<Object> pair) {
		assertThat(written(pair.get(0))).isNotEqualTo(written(pair.get(1)));
	}

	static Stream<List<Object>> same() {
		Map<String, Integer> members = new HashMap<>();
		members.put("b", 2);
		members.put("a", 1);
		return Stream.of(List.of(new Fluent(10), new Fluent(10)), List.of(List.of("a"), new ArrayList<>(List.of("a"))),
				List.of(Arrays.asList("a", "b"), List.of("a", "b")),
				List.of(members, new LinkedHashMap<>(Map.of("a", 1, "b", 2))),
				List.of(new HashSet<>(List.of("x", "y", "z")), Set.of("z", "y", "x")),
				List.of(new Basket(1), new Basket(1)), List.of(Optional.of(1), Optional.of(1)),
				List.of(new Inherited(1, 2), new Inherited(1, 2)));
	}

	@ParameterizedTest
	@MethodSource("same")
	void whatIsTheSameIsWrittenAlike(List<Object> pair) {
		assertThat(written(pair.get(0))).isEqualTo(written(pair.get(1)));
	}

	@Test
	void argumentsDoNotRunIntoEachOther() {
		assertThat(written("a", "b")).isNotEqualTo(written("ab", ""));
		assertThat(written((Object) null)).isNotEqualTo(written("null")).isNotEqualTo(written("~"));
		assertThat(WrittenArguments.of("pay", "acme", Map.of())).isNotEqualTo(written());
	}

	@Test
	void whatIsSharedIsNoCircle() {
		Fluent shared = new Fluent(1);
		assertThat(written(List.of(shared, shared))).isEqualTo(written(List.of(new Fluent(1), new Fluent(1))));
	}

	static Stream<Object> untold() {
		List<Object> circle = new ArrayList<>();
		circle.add(circle);
		List<Object> deep = new ArrayList<>();
		for (int i = 0; i < 10_000; i++) {
			deep = new ArrayList<>(List.of(deep));
		}
		Supplier<String> code = () -> "now";
		return Stream.of(new ByteArrayInputStream(new byte[1]), new StringReader("a"), List.of("a").iterator(),
				Stream.of("a"), new MockMultipartFile("file", new byte[1]), new CompletableFuture<>(), circle, deep,
				code, new Throwable(), Thread.currentThread(), new Holder(new ByteArrayInputStream(new byte[1])),
				Collections.nCopies(2_000_000, "much too much"));
	}

	@ParameterizedTest
	@MethodSource("untold")
	void whatNobodyCanTellForSureIsRefused(Object argument) {
		assertThatExceptionOfType(ApprovalException.class).isThrownBy(() -> written(argument))
			.withMessageMatching("order.pay cannot be approved, as its argument 'a0' (can be read only once|refers to "
					+ "itself, or has|is too large|is code|does not let its fields be read).*");
	}

	/** Jackson finds no getters. */
	static class Fluent {

		private final int amount;

		Fluent(int amount) {
			this.amount = amount;
		}

		int amount() {
			return this.amount;
		}

	}

	static class Hidden {

		@JsonIgnore
		public String ignored;

		@JsonProperty(access = JsonProperty.Access.WRITE_ONLY)
		public String written;

		public transient int passing;

		Hidden(String ignored, String written, int passing) {
			this.ignored = ignored;
			this.written = written;
			this.passing = passing;
		}

	}

	static class Inherited extends Fluent {

		private final int amount;

		Inherited(int inherited, int amount) {
			super(inherited);
			this.amount = amount;
		}

		@Override
		int amount() {
			return this.amount;
		}

	}

	record Money(int value) {

	}

	record Points(int value) {

	}

	record Holder(Object held) {

	}

	enum Side {

		BUY, SELL

	}

	/** A collection that has more than its elements. */
	static class Basket extends ArrayList<String> {

		private static final long serialVersionUID = 1L;

		private final int discount;

		Basket(int discount) {
			this.discount = discount;
		}

		int discount() {
			return this.discount;
		}

	}

}
