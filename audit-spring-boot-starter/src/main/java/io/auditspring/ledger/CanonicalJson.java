package io.auditspring.ledger;

import tools.jackson.databind.JsonNode;

/**
 * A JSON value in the ledger's canonical form: RFC 8785 with exact decimals.
 */
public final class CanonicalJson {

	private final String text;

	private CanonicalJson(String text) {
		this.text = text;
	}

	public static CanonicalJson of(JsonNode node) {
		throw new UnsupportedOperationException();
	}

	public static CanonicalJson parse(String json) {
		throw new UnsupportedOperationException();
	}

	@Override
	public String toString() {
		return this.text;
	}

}
