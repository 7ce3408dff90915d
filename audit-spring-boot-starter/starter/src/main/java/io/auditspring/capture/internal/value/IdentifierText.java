/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Supplier;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.auditspring.ledger.internal.merkle.Sha256;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * What is shown of an identifier, or a part of one, that must not be shown: a digest with
 * a secret key (HMAC with SHA-256, RFC 2104). The same value has the same digest, so that
 * a thing can be followed; without the key nobody can try which value it is of.
 */
public final class IdentifierText {

	private static final String PREFIX = "hmac:";

	private static final String ALGORITHM = "HmacSHA256";

	/** 128 bits: nobody finds two values with the same digest. */
	private static final int LENGTH = 16;

	private final Supplier<byte[]> key;

	/**
	 * Creates it.
	 * @param key gives the secret key
	 */
	public IdentifierText(Supplier<byte[]> key) {
		this.key = key;
	}

	/**
	 * An identifier whose secrets are not told, but told apart.
	 * @param identifier its JSON, in which secrets are masked
	 * @return the same with digests in their place
	 */
	JsonNode of(JsonNode identifier) {
		if (identifier instanceof PlaceholderNode masked && masked.isMask()) {
			return (masked.hidden() instanceof JsonNode secret) ? hidden(PlaceholderNode.reveal(secret)) : masked;
		}
		if (identifier instanceof PlaceholderNode text && text.isText()) {
			// Whoever follows a thing has its identifier, and masked it could be
			// another's.
			return (text.hidden() instanceof StringNode open) ? open : hidden(PlaceholderNode.reveal(text));
		}
		String json = PlaceholderObject.text(identifier);
		if (json != null) {
			return JsonNodeFactory.instance.stringNode(json);
		}
		if (identifier instanceof ObjectNode parts) {
			ObjectNode shown = JsonNodeFactory.instance.objectNode();
			for (Map.Entry<String, JsonNode> part : parts.properties()) {
				shown.set(part.getKey(), of(part.getValue()));
			}
			return shown;
		}
		if (identifier instanceof ArrayNode elements) {
			ArrayNode shown = JsonNodeFactory.instance.arrayNode();
			elements.forEach((element) -> shown.add(of(element)));
			return shown;
		}
		return identifier;
	}

	/**
	 * What is shown of a secret.
	 * @param secret its text
	 * @return its digest; what is one already, or masked, stays as it is
	 */
	public JsonNode hidden(String secret) {
		boolean hides = isHidden(secret) || secret.equals(Masking.MASK);
		return JsonNodeFactory.instance.stringNode(hides ? secret : PREFIX + digest(secret));
	}

	public static boolean isHidden(String id) {
		return id.length() == PREFIX.length() + 2 * LENGTH && id.startsWith(PREFIX);
	}

	private String digest(String text) {
		try {
			Mac mac = Mac.getInstance(ALGORITHM);
			mac.init(new SecretKeySpec(this.key.get(), ALGORITHM));
			return HexFormat.of().formatHex(Arrays.copyOf(mac.doFinal(Sha256.utf8(text)), LENGTH));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("Every Java platform has " + ALGORITHM, ex);
		}
	}

}
