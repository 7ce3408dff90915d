package io.auditspring.sample;

import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads JSON without rounding: amounts are no doubles.
 */
public final class Json {

	private static final JsonMapper EXACT = JsonMapper.builder()
		.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.build();

	private Json() {
	}

	public static JsonNode read(String text) {
		return EXACT.readTree(text);
	}

	public static JsonNode read(byte[] text) {
		return EXACT.readTree(text);
	}

}
