package io.auditspring.web;

import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.auditspring.web.internal.handler.TrailHandler;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.aop.support.AopUtils;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.EnableAspectJAutoProxy;
import org.springframework.core.MethodParameter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.filter.UrlHandlerFilter;
import org.springframework.web.method.HandlerTypePredicate;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.PathMatchConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurationSupport;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyAdvice;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an application sets for all its own controllers is not meant for the trail.
 */
class HostSettingsTests {

	private static final Pattern SCRIPT = Pattern.compile("src=\"([^\"]*page/[0-9a-f]{16}/app.js)\"");

	/** The page is at a path, and what it loads is where a browser looks for it. */
	private static void isPage(Visitor carol, String path) {
		HttpResponse<String> page = carol.get(path);
		assertThat(page.statusCode()).isEqualTo(200);
		Matcher script = SCRIPT.matcher(page.body());
		assertThat(script.find()).isTrue();
		HttpResponse<String> loaded = carol.get(URI.create(path).resolve(script.group(1)).getPath());
		assertThat(loaded.statusCode()).isEqualTo(200);
		assertThat(loaded.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
	}

	private static void isWhole(Visitor carol) {
		isPage(carol, "/audit/");
		isPage(carol, "/audit");
		assertThat(carol.get("/audit/embed/target?targetType=Order&targetId=1").statusCode()).isEqualTo(200);
		HttpResponse<String> entries = carol.get("/audit/api/entries");
		assertThat(entries.statusCode()).as(entries.body()).isEqualTo(200);
		assertThat(entries.body()).startsWith("{\"entries\":");
		assertThat(entries.headers().firstValue("Content-Security-Policy").orElse("")).contains("default-src 'none'");
		HttpResponse<String> problem = carol.get("/audit/api/entries?limit=x");
		assertThat(problem.statusCode()).isEqualTo(400);
		assertThat(problem.body()).startsWith("{\"type\":");
		assertThat(carol.with("Accept", "text/csv").get("/audit/api/entries").statusCode()).isEqualTo(406);
		assertThat(carol.send("POST", "/audit/api/verification").statusCode()).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.mvc.apiversion.use.header=X-API-Version",
			"spring.mvc.apiversion.use.path-segment=1", "spring.mvc.apiversion.use.query-parameter=version" })
	void prefixesVersionsEnvelopesAndAspectsAreNotForTheTrail(String versions) {
		try (ConfigurableApplicationContext context = WebFixture
			.application(Settings.class, Greeting.class, Envelope.class, Everywhere.class)
			.profiles("no-csrf")
			.properties(versions, "spring.mvc.apiversion.supported=1.0", "audit.security.enabled=true")
			.run()) {
			Visitor carol = Visitor.anonymous(context).as("carol").with("Origin", "https://elsewhere.example.org");
			isWhole(carol);
			assertThat(carol.get("/audit/api/reader").headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
			assertThat(carol.get("/api/audit/").statusCode()).isNotEqualTo(200);
			Set<String> seen = context.getBean(Settings.class).seen;
			assertThat(seen).as("interceptors, which may know the tenant").contains("/audit/api/entries");
			if (versions.contains("header")) {
				HttpResponse<String> greeting = carol.with("X-API-Version", "1.0").get("/api/greeting");
				assertThat(greeting.body()).isEqualTo("{\"ok\":{\"hello\":\"you\"}}");
				assertThat(greeting.headers().firstValue("Access-Control-Allow-Origin")).isPresent();
				assertThat(context.getBean(Everywhere.class).seen).contains("hello");
			}
			assertThat(context.getBean(Everywhere.class).seen).doesNotContain("entries", "page", "file", "reader",
					"succeeded");
			assertThat(context.getBeansOfType(TrailHandler.class).values()).hasSize(8).noneMatch(AopUtils::isAopProxy);
		}
	}

	@Test
	void itIsWholeWhereTheApplicationSetsSpringMvcUpItself() {
		try (ConfigurableApplicationContext context = WebFixture.application(OwnSupport.class)
			.profiles("no-csrf")
			.run()) {
			isWhole(Visitor.anonymous(context).as("carol"));
			assertThat(context.getBean(OwnSupport.class).seen).contains("/audit/api/entries");
		}
	}

	/** As Spring itself lets clients go on that know paths with another slash. */
	@Test
	void thePageIsThereWhereTheApplicationTakesSlashesAway() {
		try (ConfigurableApplicationContext context = WebFixture.application(WithoutSlashes.class).run()) {
			Visitor carol = Visitor.anonymous(context).as("carol");
			isPage(carol, "/audit/");
			isPage(carol, "/audit");
		}
	}

	@Test
	void noPathLeadsBackToItselfWhereTheApplicationSendsSlashesAway() {
		try (ConfigurableApplicationContext context = WebFixture.application(SendingSlashesAway.class).run()) {
			Visitor carol = Visitor.anonymous(context).as("carol");
			assertThat(carol.get("/audit/").headers().firstValue("Location")).hasValue("/audit");
			isPage(carol, "/audit");
		}
	}

	/** Nothing reads forms there but those of a POST. */
	@Test
	void thePageCancelsAVerificationWhereTheApplicationSetsSpringMvcUpItself() throws Exception {
		try (ConfigurableApplicationContext context = WebFixture.application(OwnSupport.class).run()) {
			Visitor carol = Visitor.anonymous(context).as("carol");
			HttpClient browser = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
			HttpRequest.Builder request = HttpRequest.newBuilder()
				.headers(carol.headers().toArray(String[]::new))
				.header("Content-Type", "application/x-www-form-urlencoded");
			JsonNode csrf = new JsonMapper()
				.readTree(
						browser
							.send(request.uri(carol.address().resolve("/audit/api/reader")).build(),
									HttpResponse.BodyHandlers.ofString())
							.body())
				.path("csrf");
			HttpRequest.BodyPublisher token = HttpRequest.BodyPublishers
				.ofString(csrf.path("parameter").stringValue() + "=" + csrf.path("token").stringValue());
			request.uri(carol.address().resolve("/audit/api/verification/cancellation"));
			assertThat(browser.send(request.POST(token).build(), HttpResponse.BodyHandlers.ofString()).body())
				.contains("\"state\":");
			assertThat(browser
				.send(request.POST(HttpRequest.BodyPublishers.noBody()).build(), HttpResponse.BodyHandlers.ofString())
				.statusCode()).isEqualTo(403);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class WithoutSlashes {

		@Bean
		FilterRegistrationBean<Filter> slashes() {
			return first(UrlHandlerFilter.trailingSlashHandler("/**").wrapRequest().build());
		}

		static FilterRegistrationBean<Filter> first(Filter filter) {
			FilterRegistrationBean<Filter> first = new FilterRegistrationBean<>(filter);
			first.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return first;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SendingSlashesAway {

		@Bean
		FilterRegistrationBean<Filter> slashes() {
			return WithoutSlashes
				.first(UrlHandlerFilter.trailingSlashHandler("/**").redirect(HttpStatus.PERMANENT_REDIRECT).build());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Settings implements WebMvcConfigurer {

		final Set<String> seen = ConcurrentHashMap.newKeySet();

		@Override
		public void configurePathMatch(PathMatchConfigurer paths) {
			paths.addPathPrefix("/api", HandlerTypePredicate.forAnnotation(RestController.class));
		}

		@Override
		public void addCorsMappings(CorsRegistry cors) {
			cors.addMapping("/**").allowedOriginPatterns("*").allowCredentials(true);
		}

		@Override
		public void addInterceptors(InterceptorRegistry interceptors) {
			interceptors.addInterceptor(new Watching(this.seen));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnSupport extends WebMvcConfigurationSupport {

		final Set<String> seen = ConcurrentHashMap.newKeySet();

		@Override
		protected void addInterceptors(InterceptorRegistry interceptors) {
			interceptors.addInterceptor(new Watching(this.seen));
		}

	}

	record Watching(Set<String> seen) implements HandlerInterceptor {

		@Override
		public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
			this.seen.add(request.getRequestURI());
			return true;
		}

	}

	@RestController
	static class Greeting {

		@GetMapping("/greeting")
		Object hello() {
			return Map.of("hello", "you");
		}

	}

	@RestControllerAdvice
	static class Envelope implements ResponseBodyAdvice<Object> {

		@Override
		public boolean supports(MethodParameter returnType, Class converter) {
			return true;
		}

		@Override
		public Object beforeBodyWrite(Object body, MethodParameter returnType, MediaType type, Class converter,
				ServerHttpRequest request, ServerHttpResponse response) {
			return Map.of("ok", body);
		}

	}

	/** As applications log and measure. */
	@Aspect
	@EnableAspectJAutoProxy(proxyTargetClass = true)
	static class Everywhere {

		final Set<String> seen = ConcurrentHashMap.newKeySet();

		@Around("@within(org.springframework.web.bind.annotation.RestController)"
				+ " || within(@org.springframework.stereotype.Controller *)"
				+ " || @within(org.springframework.web.bind.annotation.RequestMapping)"
				+ " || @annotation(org.springframework.web.bind.annotation.GetMapping)"
				+ " || @annotation(org.springframework.web.bind.annotation.PostMapping)"
				+ " || @annotation(org.springframework.context.event.EventListener)"
				+ " || @annotation(org.springframework.scheduling.annotation.Scheduled)"
				+ " || @within(org.springframework.boot.actuate.endpoint.annotation.Endpoint)"
				+ " || bean(*Api) || bean(*Page) || bean(*Controller)")
		Object around(ProceedingJoinPoint call) throws Throwable {
			this.seen.add(call.getSignature().getName());
			return call.proceed();
		}

	}

}
