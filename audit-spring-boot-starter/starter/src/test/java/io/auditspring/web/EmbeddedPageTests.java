package io.auditspring.web;

import java.net.http.HttpResponse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The page of one thing's history, which pages of the application may show in a frame
 * where somebody said so.
 */
class EmbeddedPageTests {

	private static final String PATH = "/audit/embed/targets/Order/42";

	private static ConfigurableApplicationContext context;

	@BeforeAll
	static void start() {
		context = WebFixture.application()
			.properties("audit.web.embed.frame-ancestors=self,https://shop.example.org:8443")
			.run();
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	private static String policy(HttpResponse<String> answer) {
		return answer.headers().firstValue("Content-Security-Policy").orElseThrow();
	}

	@Test
	void whoWasNamedMayFrameItAndNothingElse() {
		Visitor carol = Visitor.anonymous(context).as("carol");
		for (String path : new String[] { PATH, "/audit/embed/target?targetType=Order&targetId=4%2F2" }) {
			HttpResponse<String> page = carol.get(path);
			assertThat(page.statusCode()).isEqualTo(200);
			assertThat(policy(page)).contains("default-src 'none'", "script-src 'self'")
				.endsWith("frame-ancestors 'self' https://shop.example.org:8443");
			assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
		}
		assertThat(policy(carol.get("/audit/"))).endsWith("frame-ancestors 'none'");
		assertThat(policy(carol.get("/audit/api/entries"))).endsWith("frame-ancestors 'none'");
		assertThat(carol.get("/audit/").headers().firstValue("X-Frame-Options")).hasValue("DENY");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "?targetType=Order", "?targetType=Order&targetId=", "?targetType=+&targetId=4" })
	void whereNoThingIsNamedNothingIsShown(String query) {
		HttpResponse<String> answer = Visitor.anonymous(context).as("carol").get("/audit/embed/target" + query);
		assertThat(answer.statusCode()).isEqualTo(400);
		assertThat(answer.body()).contains("this page shows what was done to one thing");
	}

	@Test
	void byDefaultNobodyMay() {
		try (ConfigurableApplicationContext closed = WebFixture.application().run()) {
			HttpResponse<String> page = Visitor.anonymous(closed).as("carol").get(PATH);
			assertThat(page.statusCode()).isEqualTo(200);
			assertThat(policy(page)).endsWith("frame-ancestors 'none'");
			assertThat(page.headers().firstValue("X-Frame-Options")).hasValue("DENY");
		}
	}

	@Test
	void itLoadsWhatComesWithThePage() {
		Visitor carol = Visitor.anonymous(context).as("carol");
		assertThat(loaded(carol, PATH)).startsWith("/audit/page/");
		assertThat(loaded(carol, "/audit/embed/target?targetType=Order&targetId=4%2F2")).isEqualTo(loaded(carol, PATH));
		assertThat(carol.status(loaded(carol, PATH))).isEqualTo(200);
	}

	/** Where its style sheet is, as browsers find it. */
	private static String loaded(Visitor visitor, String path) {
		String html = visitor.get(path).body();
		String link = html.replaceFirst("(?s).*<link rel=\"stylesheet\" href=\"([^\"]+)\".*", "$1");
		return visitor.address().resolve(path).resolve(link).getPath();
	}

	@Test
	void whoMayNotReadGetsNothing() {
		HttpResponse<String> refused = Visitor.anonymous(context).get(PATH);
		assertThat(refused.statusCode()).isEqualTo(401);
		assertThat(policy(refused)).endsWith("frame-ancestors 'none'");
	}

	@Test
	void whatIsNoOriginIsRefusedAtTheStart() {
		SpringApplicationBuilder application = WebFixture.application()
			.properties("audit.web.embed.frame-ancestors=https://shop.example.org; script-src *");
		assertThatExceptionOfType(Exception.class).isThrownBy(application::run)
			.havingRootCause()
			.withMessageContaining("audit.web.embed.frame-ancestors takes origins such as https://shop.example.org");
	}

}
