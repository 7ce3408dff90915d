/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.auditspring.ai.AiProperties.Content;
import io.auditspring.capture.internal.state.EntityIdentifiers;
import io.auditspring.capture.internal.value.SecretValues;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * What entries show of texts that a model or a tool has written. Such a text may say
 * anything: it is never shown as it is.
 */
final class ToolContent {

	/** Longer ones are told by their digest. */
	private static final int MAX_READ = 1_000_000;

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private static final TypeReference<Map<String, @Nullable Object>> OBJECT = new TypeReference<>() {
	};

	private final EntityIdentifiers identifiers;

	private final Content content;

	ToolContent(EntityIdentifiers identifiers, Content content) {
		this.identifiers = identifiers;
		this.content = content;
	}

	/**
	 * Reads the arguments of a tool.
	 * @param input what the model wrote
	 * @return the arguments, or {@code null} if it is no JSON object
	 */
	static @Nullable Map<String, @Nullable Object> read(String input) {
		if (input.length() > MAX_READ) {
			return null;
		}
		try {
			return JSON.readValue(input, OBJECT);
		}
		catch (JacksonException ex) {
			return null;
		}
	}

	/**
	 * What entries show of arguments. Members with secret names are masked where all
	 * metadata is.
	 * @param input what the model wrote
	 * @param arguments the same as read, or {@code null}
	 * @return a value for the metadata
	 */
	Object shown(String input, @Nullable Map<String, @Nullable Object> arguments) {
		return (arguments != null) ? masked(arguments) : digest(input);
	}

	/**
	 * What entries show of what a tool gave.
	 * @param output its text
	 * @return a value for the metadata
	 */
	Map<String, Object> output(String output) {
		Map<String, Object> shown = digest(output);
		if (this.content == Content.MASKED) {
			shown.put("text", text(output));
		}
		return shown;
	}

	/**
	 * What entries show of what people and models say.
	 * @param text the text, or {@code null}
	 * @return a value for the metadata, or {@code null} for none
	 */
	@Nullable Map<String, Object> said(@Nullable String text) {
		return (text == null || text.isEmpty() || this.content == Content.NONE) ? null : output(text);
	}

	/**
	 * What went wrong, as entries tell it.
	 * @param failure a text that may repeat arguments, or {@code null}
	 * @param arguments the arguments, or {@code null}
	 * @return the text without what is secret in them
	 */
	@Nullable String withoutSecrets(@Nullable String failure, @Nullable Map<String, @Nullable Object> arguments) {
		return (failure != null) ? SecretValues.without(failure, SecretValues.of(this.identifiers.masking(), arguments))
				: null;
	}

	private Map<String, Object> digest(String text) {
		Map<String, Object> shown = new LinkedHashMap<>();
		shown.put("digest", this.identifiers.digest(text));
		shown.put("length", text.length());
		return shown;
	}

	private Object text(String text) {
		Map<String, @Nullable Object> object = read(text);
		return (object != null) ? masked(object) : this.identifiers.masking().mask(text);
	}

	private Map<String, @Nullable Object> masked(Map<?, ?> object) {
		Map<String, @Nullable Object> masked = new LinkedHashMap<>();
		object.forEach((name, value) -> masked.put(String.valueOf(name), maskedValue(value)));
		return masked;
	}

	private @Nullable Object maskedValue(@Nullable Object value) {
		if (value instanceof String text) {
			return this.identifiers.masking().mask(text);
		}
		if (value instanceof Map<?, ?> object) {
			return masked(object);
		}
		if (value instanceof List<?> list) {
			List<@Nullable Object> masked = new ArrayList<>();
			list.forEach((each) -> masked.add(maskedValue(each)));
			return masked;
		}
		return value;
	}

}
