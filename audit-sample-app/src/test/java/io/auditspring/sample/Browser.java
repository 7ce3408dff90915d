package io.auditspring.sample;

import java.net.CookieManager;
import java.net.HttpCookie;

import tools.jackson.databind.JsonNode;

import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

/**
 * Signs people in and out by the form, and sends the CSRF token it finds in its cookies.
 */
public final class Browser {

	private final RestTestClient client;

	private final CookieManager cookies;

	Browser(RestTestClient client, CookieManager cookies) {
		this.client = client;
		this.cookies = cookies;
	}

	/**
	 * Sends the login form.
	 * @param username who
	 * @param password the password
	 * @return where the browser is sent next
	 */
	public String signIn(String username, String password) {
		this.client.get().uri("/login").exchange().expectStatus().isOk();
		MultiValueMap<String, String> form = new LinkedMultiValueMap<>();
		form.add("username", username);
		form.add("password", password);
		return submit("/login", form);
	}

	public String signOut() {
		return submit("/logout", new LinkedMultiValueMap<>());
	}

	public RestTestClient.ResponseSpec post(String path, String json) {
		return this.client.post()
			.uri(path)
			.header("X-XSRF-TOKEN", cookie("XSRF-TOKEN"))
			.contentType(MediaType.APPLICATION_JSON)
			.body(json)
			.exchange();
	}

	public RestTestClient.ResponseSpec postWithoutToken(String path, String json) {
		return this.client.post().uri(path).contentType(MediaType.APPLICATION_JSON).body(json).exchange();
	}

	/**
	 * Sends a form as a page does that was told a token.
	 * @param method how
	 * @param path where to
	 * @param parameter the parameter that holds the token
	 * @param token the token
	 * @return the answer
	 */
	public RestTestClient.ResponseSpec send(HttpMethod method, String path, String parameter, String token) {
		MultiValueMap<String, String> form = new LinkedMultiValueMap<>();
		form.add(parameter, token);
		return this.client.method(method)
			.uri(path)
			.contentType(MediaType.APPLICATION_FORM_URLENCODED)
			.body(form)
			.exchange();
	}

	public RestTestClient.ResponseSpec get(String path, MediaType accepted) {
		return this.client.get().uri(path).accept(accepted).exchange();
	}

	public JsonNode json(String path) {
		return Json.read(get(path, MediaType.APPLICATION_JSON).expectStatus()
			.isOk()
			.expectBody()
			.returnResult()
			.getResponseBodyContent());
	}

	public String session() {
		return cookie("JSESSIONID");
	}

	private String submit(String path, MultiValueMap<String, String> form) {
		return this.client.post()
			.uri(path)
			.header("X-XSRF-TOKEN", cookie("XSRF-TOKEN"))
			.accept(MediaType.TEXT_HTML)
			.contentType(MediaType.APPLICATION_FORM_URLENCODED)
			.body(form)
			.exchange()
			.expectStatus()
			.isFound()
			.returnResult(Void.class)
			.getResponseHeaders()
			.getLocation()
			.getPath();
	}

	private String cookie(String name) {
		return this.cookies.getCookieStore()
			.getCookies()
			.stream()
			.filter((cookie) -> cookie.getName().equals(name))
			.map(HttpCookie::getValue)
			.findFirst()
			.orElseThrow();
	}

}
