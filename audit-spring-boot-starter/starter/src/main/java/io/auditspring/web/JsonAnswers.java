/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.net.URI;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

import io.auditspring.ledger.internal.merkle.Sha256;
import io.auditspring.web.internal.value.Gzip;
import io.auditspring.web.internal.value.MalformedParameterException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/**
 * Writes what is answered with a mapper of its own: naming strategies and formats that
 * the application has set for its own API must not change this one.
 */
final class JsonAnswers {

	private static final int WORTH_IT = 4_096;

	private final JsonMapper mapper = new JsonMapper();

	ResponseEntity<byte[]> of(Object value) {
		return answer().body(this.mapper.writeValueAsBytes(value));
	}

	/**
	 * Answers with what leads on.
	 * @param value the value
	 * @param link a link as RFC 8288 has it
	 * @return the answer
	 */
	ResponseEntity<byte[]> of(Object value, String link) {
		return answer().header(HttpHeaders.LINK, link).body(this.mapper.writeValueAsBytes(value));
	}

	/**
	 * The same answer in fewer bytes, to who takes that. It is for lists: what holds the
	 * application's token, or one entry alone, would tell of its content by its length.
	 * @param answer the answer
	 * @param accepted the header {@code Accept-Encoding}, or {@code null}
	 * @return the answer
	 */
	static ResponseEntity<byte[]> compressed(ResponseEntity<byte[]> answer, @Nullable String accepted) {
		byte[] body = answer.getBody();
		ResponseEntity.BodyBuilder same = ResponseEntity.status(answer.getStatusCode())
			.headers(answer.getHeaders())
			.varyBy(HttpHeaders.ACCEPT_ENCODING);
		return (body == null || body.length < WORTH_IT || !Gzip.isAccepted(accepted)) ? same.body(body)
				: same.header(HttpHeaders.CONTENT_ENCODING, Gzip.NAME).body(Gzip.compress(body));
	}

	private static ResponseEntity.BodyBuilder answer() {
		return ResponseEntity.ok().cacheControl(CacheControl.noStore()).contentType(MediaType.APPLICATION_JSON);
	}

	/**
	 * The same answer to what is not done yet.
	 * @param answer the answer
	 * @return the answer with the status 202
	 */
	static ResponseEntity<byte[]> accepted(ResponseEntity<byte[]> answer) {
		return ResponseEntity.accepted()
			.headers(answer.getHeaders())
			.location(URI.create("verification/progress"))
			.body(answer.getBody());
	}

	/**
	 * Answers what only a redaction changes, so that clients need not load it twice. They
	 * ask again each time: who may read is decided anew. The tag is a weak one: servers
	 * do not compress what has a strong one.
	 * @param value the value
	 * @return the answer, with a tag of its content
	 */
	ResponseEntity<byte[]> unchanging(Object value) {
		byte[] body = this.mapper.writeValueAsBytes(value);
		return ResponseEntity.ok()
			.cacheControl(CacheControl.noCache().cachePrivate())
			.eTag("W/\"%s\"".formatted(HexFormat.of().formatHex(Sha256.hash(body))))
			.contentType(MediaType.APPLICATION_JSON)
			.body(body);
	}

	/**
	 * Answers with a problem detail of RFC 9457.
	 * @param status the status
	 * @param detail what is wrong, and the remedy
	 * @return the answer
	 */
	ResponseEntity<byte[]> problem(HttpStatusCode status, @Nullable String detail) {
		return problem(status, detail, Map.of());
	}

	/**
	 * Answers that a parameter is wrong: a problem detail with the extension member
	 * {@code parameter}, so that forms can show it beside the field.
	 * @param malformed what is wrong
	 * @return the answer
	 */
	ResponseEntity<byte[]> problem(MalformedParameterException malformed) {
		return problem(HttpStatus.BAD_REQUEST, malformed.getMessage(), Map.of("parameter", malformed.parameter()));
	}

	private ResponseEntity<byte[]> problem(HttpStatusCode status, @Nullable String detail,
			Map<String, String> extension) {
		Map<String, @Nullable Object> problem = new LinkedHashMap<>();
		problem.put("type", "about:blank");
		problem.put("title", HttpStatus.valueOf(status.value()).getReasonPhrase());
		problem.put("status", status.value());
		problem.put("detail", detail);
		problem.putAll(extension);
		return ResponseEntity.status(status)
			.cacheControl(CacheControl.noStore())
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.body(this.mapper.writeValueAsBytes(problem));
	}

}
