/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for S3, not the real thing: one bucket with versions, by HTTP, as much of it
 * as an archive asks for. It checks no signature.
 */
final class S3StandIn implements AutoCloseable {

	static final String BUCKET = "archive";

	private final HttpServer server;

	private final ConcurrentSkipListMap<String, List<Version>> objects = new ConcurrentSkipListMap<>();

	private final List<String> requests = new ArrayList<>();

	private int count;

	/**
	 * A version of an object.
	 *
	 * @param id its id
	 * @param content its content, or {@code null} for a marker that it was deleted
	 */
	private record Version(String id, byte @Nullable [] content) {

	}

	S3StandIn() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", this::handle);
		this.server.start();
	}

	URI endpoint() {
		return URI.create("http://localhost:" + this.server.getAddress().getPort());
	}

	/** All versions that are left of an object. */
	synchronized int versions(String key) {
		return this.objects.getOrDefault(key, List.of()).size();
	}

	/** As an administrator does by hand, who only sets a marker. */
	synchronized void mark(String key) {
		this.objects.get(key).add(new Version("marker", null));
	}

	synchronized void change(String key) {
		byte[] content = current(key);
		content[content.length / 2] ^= 1;
	}

	synchronized List<String> requests(String method, String ending) {
		return this.requests.stream()
			.filter((request) -> request.startsWith(method + " ") && request.endsWith(ending))
			.toList();
	}

	private byte @Nullable [] current(String key) {
		List<Version> versions = this.objects.get(key);
		return (versions == null || versions.isEmpty()) ? null : versions.get(versions.size() - 1).content();
	}

	private synchronized void handle(HttpExchange exchange) throws IOException {
		try (exchange) {
			exchange.getResponseHeaders().set("Server", "stand-in for S3");
			String path = URLDecoder.decode(exchange.getRequestURI().getRawPath(), StandardCharsets.UTF_8);
			String key = path.substring(Math.min(path.length(), BUCKET.length() + 2));
			this.requests.add(exchange.getRequestMethod() + " " + key);
			Map<String, String> query = query(exchange.getRequestURI());
			switch (exchange.getRequestMethod()) {
				case "PUT" -> put(exchange, key);
				case "DELETE" -> delete(exchange, key, query.get("versionId"));
				default -> {
					if (key.isEmpty()) {
						answer(exchange, 200, list(query).getBytes(StandardCharsets.UTF_8));
					}
					else {
						get(exchange, key);
					}
				}
			}
		}
	}

	private static Map<String, String> query(URI uri) {
		String query = (uri.getRawQuery() != null) ? uri.getRawQuery() : "";
		return Stream.of(query.split("&"))
			.map((parameter) -> (parameter + "=").split("=", 3))
			.collect(Collectors.toMap((parameter) -> parameter[0],
					(parameter) -> URLDecoder.decode(parameter[1], StandardCharsets.UTF_8), (one, other) -> one,
					TreeMap::new));
	}

	private void put(HttpExchange exchange, String key) throws IOException {
		byte[] body = exchange.getRequestBody().readAllBytes();
		if ("*".equals(exchange.getRequestHeaders().getFirst("If-None-Match")) && current(key) != null) {
			error(exchange, 412, "PreconditionFailed");
			return;
		}
		boolean chunked = exchange.getRequestHeaders().getFirst("x-amz-decoded-content-length") != null;
		this.objects.computeIfAbsent(key, (each) -> new ArrayList<>())
			.add(new Version("v" + this.count++, chunked ? dechunked(body) : body));
		answer(exchange, 200, new byte[0]);
	}

	/** AWS's own framing: the length, a signature, the data. */
	private static byte[] dechunked(byte[] body) throws IOException {
		ByteArrayOutputStream content = new ByteArrayOutputStream();
		InputStream framed = new ByteArrayInputStream(body);
		while (true) {
			StringBuilder line = new StringBuilder();
			for (int next = framed.read(); next >= 0 && next != '\n'; next = framed.read()) {
				line.append((char) next);
			}
			int length = Integer.parseInt(line.toString().strip().split(";")[0], 16);
			if (length == 0) {
				return content.toByteArray();
			}
			content.write(framed.readNBytes(length));
			framed.skipNBytes(2);
		}
	}

	private void get(HttpExchange exchange, String key) throws IOException {
		byte[] content = current(key);
		if (content == null) {
			error(exchange, 404, "NoSuchKey");
			return;
		}
		answer(exchange, 200, content);
	}

	private void delete(HttpExchange exchange, String key, @Nullable String version) throws IOException {
		List<Version> versions = this.objects.getOrDefault(key, new ArrayList<>());
		if (version == null) {
			versions.add(new Version("marker" + this.count++, null));
		}
		else {
			versions.removeIf((each) -> each.id().equals(version));
		}
		answer(exchange, 204, new byte[0]);
	}

	/** Two at a time, so that there are several pages. */
	private String list(Map<String, String> query) {
		String prefix = query.getOrDefault("prefix", "");
		if (query.containsKey("versions")) {
			StringBuilder xml = new StringBuilder("<ListVersionsResult><IsTruncated>false</IsTruncated>");
			this.objects.forEach((key, versions) -> versions.stream()
				.filter((each) -> key.startsWith(prefix))
				.forEach((each) -> xml.append((each.content() != null)
						? "<Version><Key>%s</Key><VersionId>%s</VersionId></Version>".formatted(key, each.id())
						: "<DeleteMarker><Key>%s</Key><VersionId>%s</VersionId></DeleteMarker>".formatted(key,
								each.id()))));
			return xml.append("</ListVersionsResult>").toString();
		}
		String after = query.getOrDefault("continuation-token", "");
		List<String> keys = this.objects.keySet()
			.stream()
			.filter((key) -> key.startsWith(prefix) && current(key) != null && key.compareTo(after) > 0)
			.toList();
		List<String> page = keys.subList(0, Math.min(2, keys.size()));
		boolean more = keys.size() > page.size();
		return "<ListBucketResult><IsTruncated>%s</IsTruncated>%s%s</ListBucketResult>".formatted(more,
				more ? "<NextContinuationToken>%s</NextContinuationToken>".formatted(page.get(1)) : "",
				page.stream()
					.map((key) -> "<Contents><Key>%s</Key></Contents>".formatted(key))
					.collect(Collectors.joining()));
	}

	private static void error(HttpExchange exchange, int status, String code) throws IOException {
		answer(exchange, status,
				"<Error><Code>%s</Code><Message>%s, says the stand-in</Message></Error>".formatted(code, code)
					.getBytes(StandardCharsets.UTF_8));
	}

	private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
		exchange.getRequestBody().readAllBytes();
		exchange.sendResponseHeaders(status, (body.length > 0) ? body.length : -1);
		if (body.length > 0) {
			exchange.getResponseBody().write(body);
		}
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

}
