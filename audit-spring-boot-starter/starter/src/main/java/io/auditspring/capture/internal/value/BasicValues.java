/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Blob;
import java.sql.Clob;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.temporal.TemporalAccessor;
import java.util.Calendar;
import java.util.HexFormat;
import java.util.Map;
import java.util.TimeZone;

import io.auditspring.capture.internal.mapping.StoredForm;
import io.auditspring.capture.internal.mapping.View;
import io.auditspring.capture.internal.mapping.WrittenColumns;
import io.auditspring.capture.internal.mapping.WrittenValue;
import io.auditspring.ledger.internal.merkle.Sha256;
import org.hibernate.type.BasicType;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.Type;
import org.hibernate.type.descriptor.WrapperOptions;
import org.hibernate.type.descriptor.converter.spi.JpaAttributeConverter;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Writes single values as JSON.
 */
final class BasicValues {

	/**
	 * A column holds an enumeration as a number or a short text; what is longer may be
	 * encrypted.
	 */
	private static final int MAX_CODE = 16;

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private static final JsonMapper PARSER = JsonMapper.builder()
		.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.build();

	private static final JsonMapper STRICT_PARSER = JsonMapper.builder()
		.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
		.build();

	private final Masking masking;

	private final JsonValues values;

	BasicValues(Masking masking, JsonValues values) {
		this.masking = masking;
		this.values = values;
	}

	/**
	 * The JSON of a value.
	 * @param type its mapped type
	 * @param form what its column makes of it, or {@code null} where only the type tells
	 * @param value the value
	 * @param view where to look at it
	 * @return its JSON, as reading the row again would show it
	 */
	@SuppressWarnings("unchecked")
	JsonNode node(Type type, @Nullable StoredForm form, Object value, View view) {
		if (!(type instanceof BasicType<?> basic)) {
			return (value instanceof TemporalAccessor time) ? withOffset(form, time) : node(value);
		}
		StoredForm stored = (form != null) ? form : StoredForm.of(basic);
		// A calendar is written in its own zone, but was read in the session's.
		TimeZone zone = (value instanceof Calendar && view.stored()) ? null : view.options().getJdbcTimeZone();
		if (WrittenColumns.isForeign(basic)) {
			Object column = WrittenColumns.written(basic, value, view.options());
			return foreign((column != null) ? stored.read(column, zone) : null, basic, value);
		}
		if (basic.getValueConverter() instanceof JpaAttributeConverter<?, ?> converter) {
			Object column = ((JpaAttributeConverter<Object, Object>) converter).toRelationalValue(value);
			return converted((column != null) ? stored.read(column, zone) : null, basic, value);
		}
		if (value instanceof Enum<?> || value instanceof Boolean) {
			return constant(value);
		}
		boolean json = stored.isJson() || basic.getJdbcType().getDefaultSqlTypeCode() == SqlTypes.JSON;
		if (value instanceof String text && json) {
			return json(text);
		}
		JsonNode shown = node(stored.read(value, zone));
		return isPerhapsPart(shown, value, json)
				? part(shown, value,
						new WrittenValue(basic, value, view.factory().getWrapperOptions(), BasicValues::parsed))
				: shown;
	}

	// Of others somebody else's mapper, or serialization, may write more than is seen
	// here.
	private static boolean isPerhapsPart(JsonNode shown, Object value, boolean json) {
		if (PlainTypes.include(value.getClass()) || value instanceof CharSequence || isBytes(value)) {
			return false;
		}
		return (shown.isContainer() && (json || shown.isObject())) || isMask(shown) || isUnseen(shown, value);
	}

	private static boolean isBytes(Object value) {
		return value instanceof byte[] || value instanceof Byte[];
	}

	private static boolean isMask(JsonNode shown) {
		return shown instanceof PlaceholderNode standIn && standIn.isMask();
	}

	private static boolean isUnseen(JsonNode shown, Object value) {
		return shown.isString() && (shown.asString().equals(JsonValues.notRepresentable(value))
				|| shown.asString().equals(CautiousSerializers.name(value)));
	}

	private static JsonNode part(JsonNode shown, Object value, WrittenValue written) {
		if (shown instanceof ArrayNode array) {
			return new PlaceholderObject.Elements(array, written);
		}
		if (isMask(shown)) {
			return PlaceholderNode.masked(written);
		}
		boolean nothing = shown.isObject() && shown.isEmpty() && !(value instanceof Map)
				&& !shown.equals(written.written());
		if (shown instanceof ObjectNode object && !nothing) {
			return PlaceholderObject.part(object, written);
		}
		return new PlaceholderNode(nothing ? JsonValues.notRepresentable(value) : shown.asString(), written);
	}

	private JsonNode node(Object value) {
		if (value instanceof CharSequence || value instanceof Character) {
			return text(value.toString());
		}
		if (value instanceof BigDecimal decimal) {
			return NodeBudget.number(decimal);
		}
		if (value instanceof BigInteger integer) {
			return NodeBudget.number(integer);
		}
		if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
			return NODES.numberNode(((Number) value).longValue());
		}
		if (value instanceof byte[] bytes) {
			return digest(bytes);
		}
		if (value instanceof Byte[] bytes) {
			return digest(unboxed(bytes));
		}
		if (value instanceof Blob || value instanceof Clob || value instanceof InputStream || value instanceof Reader) {
			return PlaceholderNode.largeObject(value);
		}
		return this.values.toJson(value);
	}

	// It may be JSON, though its column does not say so, or assign something.
	private JsonNode text(String text) {
		StringNode node = NODES.stringNode(text);
		return this.values.limits().isTooLarge(text) ? this.masking.maskRunning(node) : this.masking.mask(node);
	}

	private static JsonNode constant(Object value) {
		return (value instanceof Enum<?> constant) ? NODES.stringNode(constant.name())
				: NODES.booleanNode((Boolean) value);
	}

	// A time whose offset has a column of its own.
	private JsonNode withOffset(@Nullable StoredForm form, TemporalAccessor value) {
		OffsetDateTime time = (value instanceof ZonedDateTime zoned) ? zoned.toOffsetDateTime()
				: (value instanceof OffsetDateTime offset) ? offset : null;
		return node((time != null && form != null) ? form.withOffset(time) : value);
	}

	private JsonNode converted(@Nullable Object column, BasicType<?> type, Object value) {
		boolean code = !(column instanceof String text) || text.length() <= MAX_CODE;
		if (code && (value instanceof Enum<?> || value instanceof Boolean)) {
			return constant(value);
		}
		return (column != null) ? written(node(column), type, value) : NODES.nullNode();
	}

	private JsonNode foreign(@Nullable Object column, BasicType<?> type, Object value) {
		if (column == WrittenColumns.UNKNOWN) {
			return PlaceholderNode.masked(this.values.toJson(value));
		}
		if (column instanceof String text && (text.startsWith("{") || text.startsWith("["))) {
			return written(json(text), type, value);
		}
		return (column != null) ? written(node(column), type, value) : NODES.nullNode();
	}

	// An application converts to encrypt, among other things: what its table does not
	// show the trail must not show either. But a column may hold more than the masked
	// members of the object would.
	private JsonNode written(JsonNode stored, BasicType<?> type, Object value) {
		JsonNode domain = this.values.toJson(value);
		// Encryption gives something else each time: equal is what was equal before it.
		ConvertedValue converted = new ConvertedValue(domain, type, value);
		boolean plain = value instanceof CharSequence || PlainTypes.include(value.getClass());
		if (!plain && Masking.isMasked(domain)) {
			return PlaceholderNode.masked(domain);
		}
		if (!plain && holdsSecrets(value)) {
			return PlaceholderNode.masked(converted);
		}
		if (stored instanceof PlaceholderNode text && text.isText()) {
			return PlaceholderNode.text(text.asString(), converted);
		}
		if (stored.isString()) {
			return PlaceholderNode.shown(stored.asString(), converted);
		}
		if (!(stored instanceof ObjectNode object)) {
			return stored;
		}
		return Masking.isMasked(object) ? PlaceholderObject.part(object, converted)
				: PlaceholderObject.whole(object, converted);
	}

	// A column may hold members that nothing but the converter reads.
	private boolean holdsSecrets(Object value) {
		return this.masking.mayHoldSecrets(value.getClass()) || !SecretValues.of(this.masking, value).isEmpty();
	}

	private JsonNode json(String text) {
		if (this.values.limits().isTooLarge(text)) {
			return Limits.mark(NODES.stringNode(text));
		}
		JsonNode json = parsed(text);
		// PostgreSQL refuses what is none anyway.
		return this.masking.mask((json != null) ? json : NODES.stringNode(text));
	}

	/**
	 * A text as JSON.
	 * @param text the text
	 * @return its JSON, or {@code null} where it is none
	 */
	static @Nullable JsonNode parsed(String text) {
		return parsed(text, PARSER);
	}

	/**
	 * A text as JSON, unless it has a member twice, of which the first would be lost.
	 * @param text the text
	 * @return its JSON, or {@code null}
	 */
	static @Nullable JsonNode parsedStrictly(String text) {
		return parsed(text, STRICT_PARSER);
	}

	private static @Nullable JsonNode parsed(String text, JsonMapper parser) {
		try {
			return parser.readTree(text);
		}
		catch (JacksonException | NumberFormatException ex) {
			// The latter of a number whose exponent no BigDecimal holds.
			return null;
		}
	}

	private static byte[] unboxed(Byte[] bytes) {
		byte[] unboxed = new byte[bytes.length];
		for (int i = 0; i < bytes.length; i++) {
			unboxed[i] = bytes[i];
		}
		return unboxed;
	}

	// The content may be huge, and of no use to a reader; that it changed is.
	private static ObjectNode digest(byte[] bytes) {
		return NODES.objectNode()
			.put("sha256", HexFormat.of().formatHex(Sha256.hash(bytes)))
			.put("length", bytes.length);
	}

}
