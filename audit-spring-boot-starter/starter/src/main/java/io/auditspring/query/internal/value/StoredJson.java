/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.value;

import java.util.List;
import java.util.Map;

import io.auditspring.Resource;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is stored as {@code jsonb}, as Java values. Numbers are never floating: they are
 * {@link Integer}, {@link Long}, {@link java.math.BigInteger} or
 * {@link java.math.BigDecimal}.
 */
public final class StoredJson {

	private StoredJson() {
	}

	public static @Nullable Map<String, @Nullable Object> map(@Nullable String json) {
		return (json != null) ? CanonicalJson.parse(json).toMap() : null;
	}

	public static JsonNode node(@Nullable Map<String, @Nullable Object> map) {
		return JsonMapper.shared().valueToTree(map);
	}

	public static List<Resource> resources(@Nullable String json) {
		if (json == null) {
			return List.of();
		}
		return CanonicalJson.parse(json).toNode().valueStream().map(StoredJson::resource).toList();
	}

	private static Resource resource(JsonNode json) {
		return new Resource(json.path("type").asString(), json.path("id").asString());
	}

}
