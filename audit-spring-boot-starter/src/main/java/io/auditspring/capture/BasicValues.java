package io.auditspring.capture;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Blob;
import java.sql.Clob;
import java.util.HexFormat;

import io.auditspring.ledger.merkle.Sha256;
import org.hibernate.type.BasicType;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.Type;
import org.hibernate.type.descriptor.WrapperOptions;
import org.hibernate.type.descriptor.converter.spi.JpaAttributeConverter;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

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

	private final Masking masking;

	private final JsonValues values;

	BasicValues(Masking masking, JsonValues values) {
		this.masking = masking;
		this.values = values;
	}

	JsonNode node(Type type, Object value, WrapperOptions options) {
		if (type instanceof BasicType<?> basic && WrittenColumns.isForeign(basic)) {
			return foreign(WrittenColumns.written(basic, value, options), value);
		}
		if (type instanceof BasicType<?> basic
				&& basic.getValueConverter() instanceof JpaAttributeConverter<?, ?> converter) {
			return converted(converter, value);
		}
		if (value instanceof Enum<?> || value instanceof Boolean) {
			return constant(value);
		}
		if (type instanceof BasicType<?> basic) {
			if (value instanceof String json && basic.getJdbcType().getDefaultSqlTypeCode() == SqlTypes.JSON) {
				return json(json);
			}
		}
		return node(value);
	}

	private JsonNode node(Object value) {
		if (value instanceof CharSequence || value instanceof Character) {
			return NODES.stringNode(value.toString());
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
			// To learn anything of it would be to read it.
			return new StandInNode("(large object)", value);
		}
		return this.values.toJson(value);
	}

	private static JsonNode constant(Object value) {
		return (value instanceof Enum<?> constant) ? NODES.stringNode(constant.name())
				: NODES.booleanNode((Boolean) value);
	}

	@SuppressWarnings("unchecked")
	private JsonNode converted(JpaAttributeConverter<?, ?> converter, Object value) {
		Object column = ((JpaAttributeConverter<Object, Object>) converter).toRelationalValue(value);
		boolean code = !(column instanceof String text) || text.length() <= MAX_CODE;
		if (code && (value instanceof Enum<?> || value instanceof Boolean)) {
			return constant(value);
		}
		return (column != null) ? written(node(column), value) : NODES.nullNode();
	}

	private JsonNode foreign(@Nullable Object column, Object value) {
		if (column == WrittenColumns.UNKNOWN) {
			return StandInNode.masked(this.values.toJson(value));
		}
		if (column instanceof String text && (text.startsWith("{") || text.startsWith("["))) {
			return written(json(text), value);
		}
		return (column != null) ? written(node(column), value) : NODES.nullNode();
	}

	// An application converts to encrypt, among other things: what its table does not
	// show the trail must not show either. But a column may hold more than the masked
	// members of the object would.
	private JsonNode written(JsonNode stored, Object value) {
		JsonNode domain = this.values.toJson(value);
		if (Masking.isMasked(domain)) {
			return StandInNode.masked(domain);
		}
		// Encryption gives another text each time: equal is what was equal before it.
		return (stored.isString() && domain.isValueNode()) ? new StandInNode(stored.asString(), domain) : stored;
	}

	private JsonNode json(String text) {
		if (this.values.limits().isTooLarge(text)) {
			return Limits.mark(NODES.stringNode(text));
		}
		try {
			return this.masking.mask(PARSER.readTree(text));
		}
		catch (JacksonException ex) {
			// PostgreSQL refuses it anyway.
			return NODES.stringNode(this.masking.mask(text));
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
