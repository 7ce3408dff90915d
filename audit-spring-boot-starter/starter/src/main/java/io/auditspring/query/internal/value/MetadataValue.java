/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.value;

import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.auditspring.ledger.internal.entry.CanonicalJson;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A value that metadata has somewhere. Who asks for it need not know of what kind it is.
 *
 * @param path the names that lead to it, joined by dots
 * @param value the value as text
 */
public record MetadataValue(String path, String value) {

	static final int MAX_LENGTH = 300;

	private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,30}(\\.[0-9]{1,30})?");

	private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

	public MetadataValue {
		if (List.of(path.split("\\.", -1)).contains("") || path.length() > MAX_LENGTH || value.length() > MAX_LENGTH) {
			throw new IllegalArgumentException(
					"Metadata is found by a name such as version, or request.method, and a value, of up to %s characters each"
						.formatted(MAX_LENGTH));
		}
	}

	/** What metadata may contain, as JSON. */
	public List<String> documents() {
		return Stream.concat(Stream.of(JSON.stringNode(this.value)), plain())
			.flatMap((node) -> Stream.of(node, JSON.arrayNode().add(node)))
			.map((node) -> CanonicalJson.of(below(node)).toString())
			.toList();
	}

	private Stream<JsonNode> plain() {
		if (NUMBER.matcher(this.value).matches()) {
			return Stream.of(JSON.numberNode(new BigDecimal(this.value)));
		}
		boolean truth = this.value.equals("true");
		return (truth || this.value.equals("false")) ? Stream.of(JSON.booleanNode(truth)) : Stream.empty();
	}

	private JsonNode below(JsonNode node) {
		List<String> names = List.of(this.path.split("\\."));
		JsonNode document = node;
		for (int i = names.size() - 1; i >= 0; i--) {
			document = JSON.objectNode().set(names.get(i), document);
		}
		return document;
	}

}
