package io.auditspring.sample;

import java.net.CookieManager;
import java.net.http.HttpClient;

import tools.jackson.databind.JsonNode;

import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.test.web.servlet.client.RestTestClient;

/**
 * The running application as its callers see it.
 */
public final class BackOffice {

	public static final String USER_AGENT = "back-office-tests/1.0";

	private final Environment environment;

	BackOffice(Environment environment) {
		this.environment = environment;
	}

	/**
	 * A script that sends a user's HTTP basic credentials.
	 * @param username one of the users of the migration
	 * @return a client
	 */
	public RestTestClient as(String username) {
		return as(username, username + "-secret");
	}

	public RestTestClient as(String username, String password) {
		return client(HttpClient.newHttpClient()).defaultHeaders((headers) -> headers.setBasicAuth(username, password))
			.build();
	}

	/**
	 * Creates something.
	 * @param username who does
	 * @param path where to post
	 * @param body what, as JSON
	 * @return the answer
	 */
	public JsonNode create(String username, String path, String body) {
		return Json.read(as(username).post()
			.uri(path)
			.contentType(MediaType.APPLICATION_JSON)
			.body(body)
			.exchange()
			.expectStatus()
			.isCreated()
			.expectBody()
			.returnResult()
			.getResponseBodyContent());
	}

	/**
	 * A machine that sends an API key.
	 * @param key the key
	 * @return a client
	 */
	public RestTestClient withApiKey(String key) {
		return client(HttpClient.newHttpClient()).defaultHeader("X-API-Key", key).build();
	}

	/**
	 * Somebody who shows nothing.
	 * @return a client
	 */
	public RestTestClient anonymous() {
		return client(HttpClient.newHttpClient()).build();
	}

	/**
	 * A browser, with cookies but nobody signed in.
	 * @return the browser
	 */
	public Browser browser() {
		CookieManager cookies = new CookieManager();
		HttpClient http = HttpClient.newBuilder().cookieHandler(cookies).build();
		return new Browser(client(http).build(), cookies);
	}

	private RestTestClient.Builder<?> client(HttpClient http) {
		return RestTestClient.bindToServer(new JdkClientHttpRequestFactory(http))
			.baseUrl("http://localhost:" + this.environment.getRequiredProperty("local.server.port"))
			.defaultHeader(HttpHeaders.USER_AGENT, USER_AGENT);
	}

}
