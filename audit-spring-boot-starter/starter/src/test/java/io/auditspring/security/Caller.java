package io.auditspring.security;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

import io.auditspring.capture.internal.origin.ServletRequestSource;

/**
 * Somebody at the other end of the wire, with cookies.
 */
final class Caller {

	private final CookieManager cookies = new CookieManager();

	private final HttpClient http = HttpClient.newBuilder().cookieHandler(this.cookies).build();

	private final String base;

	Caller(String port) {
		this.base = "http://127.0.0.1:" + port;
	}

	int signIn(String user, String password) {
		return post("/login?username=" + user + "&password=" + password);
	}

	/** By a controller that asks Spring Security. */
	int ask(String what, String password) {
		return post("/public/ask/" + what + "?name=jane&password=" + password);
	}

	/** What entries show of the session as the caller has it now. */
	String session() {
		return this.cookies.getCookieStore()
			.getCookies()
			.stream()
			.filter((cookie) -> cookie.getName().equals("JSESSIONID"))
			.map((cookie) -> ServletRequestSource.digest(cookie.getValue()))
			.findFirst()
			.orElseThrow();
	}

	int post(String path, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.base + path))
			.header("User-Agent", "test/1.0")
			.POST(HttpRequest.BodyPublishers.noBody());
		if (headers.length > 0) {
			request.headers(headers);
		}
		try {
			return this.http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static String[] basic(String user, String password) {
		String credentials = user + ":" + password;
		return new String[] { "Authorization",
				"Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)) };
	}

}
