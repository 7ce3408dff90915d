package io.auditspring.delivery;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.springframework.mock.web.MockMultipartFile;

/**
 * A value that is hard to record.
 *
 * @param name what is hard about it
 * @param value makes the value
 * @param shown what its entry shows
 */
public record Poison(String name, Supplier<Object> value, String shown) {

	/** So many bytes or characters; 100 MB in the profile "faults". */
	public static final int HUGE = Integer.getInteger("faults.huge", 10) << 20;

	public static List<Poison> all() {
		List<Poison> all = new ArrayList<>();
		all.add(new Poison("NUL and halves of characters", () -> "a\0b\ud800c\udc00d", "a\ufffdb\ufffdc\ufffdd"));
		all.add(new Poison("a huge text", () -> "x".repeat(HUGE), "characters cut, sha256 of all: "));
		all.add(new Poison("huge texts among small ones", () -> Map.of("small", 1, "huge", "x".repeat(HUGE)),
				"\"small\": 1"));
		all.add(new Poison("a huge array of bytes", () -> new byte[HUGE], "\"length\": " + HUGE));
		all.add(new Poison("deep nesting", () -> nested(100_000), "not representable in JSON"));
		all.add(new Poison("nesting of 100", () -> nested(100), "[["));
		all.add(new Poison("a map in itself", Poison::cyclicMap, "not representable in JSON"));
		all.add(new Poison("objects that know each other", Cyclic::new, "not representable in JSON"));
		all.add(new Poison("a graph that grows deeper without end", Endless::new, "not representable in JSON"));
		all.add(new Poison("a getter that throws", () -> new Throwing(new IllegalStateException("secret")),
				"not representable in JSON"));
		all.add(new Poison("a getter that throws an error", () -> new Throwing(new AssertionError("secret")),
				"not representable in JSON"));
		all.add(new Poison("a class that cannot be linked", () -> new Throwing(new NoClassDefFoundError("secret")),
				"not representable in JSON"));
		all.add(new Poison("an iterator without end", () -> Stream.generate(() -> 1).iterator(), "$1Adapter)"));
		all.add(new Poison("an iterable without end", () -> (Iterable<Integer>) Poison::ones,
				"(io.auditspring.delivery.Poison"));
		all.add(new Poison("a stream without end", () -> Stream.generate(() -> 1), "ReferencePipeline"));
		all.add(new Poison("a stream of bytes", () -> new ByteArrayInputStream(new byte[10]), "ByteArrayInputStream"));
		all.add(new Poison("an uploaded file", () -> new MockMultipartFile("file", new byte[10]), "MultipartFile"));
		all.add(new Poison("a list of 100 million", () -> Collections.nCopies(100_000_000, "x"),
				"\"truncated\": true"));
		all.add(new Poison("a list that shrinks while it is read", Shrinking::new, "\"value\": "));
		all.add(new Poison("10 million numbers", () -> new int[10_000_000], "\"truncated\": true"));
		all.add(new Poison("a map without a key", () -> Collections.singletonMap(null, 1),
				"not representable in JSON"));
		all.add(new Poison("a map with odd keys", () -> Map.of(List.of(1, 2), "pair", Optional.empty(), "nothing"),
				"\"[1, 2]\": \"pair\""));
		all.add(new Poison("a map whose key throws", () -> Map.of(new ThrowingText(), 1), "not representable in JSON"));
		all.add(new Poison("huge names", () -> Map.of("x".repeat(HUGE), 1), "\"truncated\": true"));
		all.add(new Poison("optional values", () -> List.of(Optional.of(1), Optional.empty()), "[1, null]"));
		all.add(new Poison("a record", () -> new Pair(1, "one"), "\"right\": \"one\""));
		all.add(new Poison("a constant with a body", () -> Constant.WITH_BODY, "\"WITH_BODY\""));
		all.add(new Poison("numbers that are none", () -> List.of(Double.NaN, Float.POSITIVE_INFINITY, -0.0),
				"[\"NaN\", \"Infinity\", 0]"));
		all.add(new Poison("a huge exponent", () -> new BigDecimal("1e999999999"), "\"1E+999999999\""));
		all.add(new Poison("a tiny exponent", () -> new BigDecimal("-1e-999999999"), "\"-1E-999999999\""));
		all.add(new Poison("a number of 3 million digits", () -> BigInteger.ONE.shiftLeft(10_000_000),
				"a number of 10000001 bits"));
		all.add(new Poison("a text that cannot be had", ThrowingText::new, "{}"));
		all.add(new Poison("half a million small members", Poison::manyMembers, "\"truncated\": true"));
		return all;
	}

	private static Map<String, Object> manyMembers() {
		Map<String, Object> members = new HashMap<>();
		for (int i = 0; i < 500_000; i++) {
			members.put("member" + i, i);
		}
		return members;
	}

	private static List<Object> nested(int depth) {
		List<Object> outermost = new ArrayList<>();
		List<Object> current = outermost;
		for (int i = 1; i < depth; i++) {
			List<Object> inner = new ArrayList<>();
			current.add(inner);
			current = inner;
		}
		return outermost;
	}

	private static Map<String, Object> cyclicMap() {
		Map<String, Object> map = new HashMap<>();
		map.put("self", List.of(map));
		return map;
	}

	private static Iterator<Integer> ones() {
		return Stream.generate(() -> 1).iterator();
	}

	@Override
	public String toString() {
		return this.name;
	}

	record Pair(int left, String right) {

	}

	enum Constant {

		WITH_BODY {

			@Override
			public String getLabel() {
				return "body";
			}

		};

		public abstract String getLabel();

	}

	public static final class Cyclic {

		private final Cyclic other;

		public Cyclic() {
			this.other = new Cyclic(this);
		}

		private Cyclic(Cyclic other) {
			this.other = other;
		}

		public Cyclic getOther() {
			return this.other;
		}

		@Override
		public String toString() {
			return "other: " + this.other;
		}

	}

	static final class Endless {

		public String getName() {
			return "x";
		}

		public List<Endless> getChildren() {
			return List.of(new Endless());
		}

	}

	static final class Throwing {

		private final Throwable failure;

		Throwing(Throwable failure) {
			this.failure = failure;
		}

		public String getName() throws Throwable {
			throw this.failure;
		}

	}

	public static final class ThrowingText {

		@Override
		public String toString() {
			throw new IllegalStateException("no text");
		}

	}

	static final class Shrinking extends AbstractList<Object> {

		private int reads;

		@Override
		public Object get(int index) {
			if (index > 2) {
				throw new IndexOutOfBoundsException(index);
			}
			return index;
		}

		@Override
		public int size() {
			return 10 - this.reads++;
		}

	}

	public static boolean isUntouched(Object value) throws Exception {
		if (value instanceof InputStream stream) {
			return stream.available() == 10;
		}
		if (value instanceof Stream<?> stream) {
			return stream.iterator() != null;
		}
		return true;
	}

}
