package io.auditspring.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Somebody who asks over HTTP.
 */
public final class Visitor {

	private final HttpClient http = HttpClient.newHttpClient();

	private final String base;

	private final List<String> headers;

	private Visitor(String base, List<String> headers) {
		this.base = base;
		this.headers = headers;
	}

	public static Visitor anonymous(ConfigurableApplicationContext context) {
		return new Visitor("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port"), List.of());
	}

	public Visitor as(String user) {
		String credentials = user + ":" + user + "-secret";
		return with("Authorization",
				"Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
	}

	public Visitor with(String header, String value) {
		List<String> more = new ArrayList<>(this.headers);
		more.addAll(List.of(header, value));
		return new Visitor(this.base, more);
	}

	public URI address() {
		return URI.create(this.base);
	}

	/** Names and values in turn. */
	public List<String> headers() {
		return this.headers;
	}

	public HttpResponse<String> get(String path) {
		return send("GET", path);
	}

	/** The body as it was sent. */
	HttpResponse<byte[]> bytes(String path) {
		return send("GET", path, HttpResponse.BodyHandlers.ofByteArray());
	}

	HttpResponse<String> send(String method, String path) {
		return send(method, path, HttpResponse.BodyHandlers.ofString());
	}

	private <T> HttpResponse<T> send(String method, String path, HttpResponse.BodyHandler<T> body) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.base + path))
			.method(method, HttpRequest.BodyPublishers.noBody());
		if (!this.headers.isEmpty()) {
			request.headers(this.headers.toArray(String[]::new));
		}
		try {
			return this.http.send(request.build(), body);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	int status(String path) {
		return get(path).statusCode();
	}

	public JsonNode json(String path) {
		return new JsonMapper().readTree(get(path).body());
	}

	/** The actions of a page of entries, without those that tell of reading. */
	List<String> actions(String path) {
		List<String> actions = new ArrayList<>();
		json(path).get("entries").forEach((entry) -> actions.add(entry.get("action").stringValue()));
		actions.removeIf("audit.read"::equals);
		return actions;
	}

}
