package io.auditspring.web;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.web.filter.OncePerRequestFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A connection over which the trail is watched ends each minute, which must not be an
 * error of an application that signs its users in by a filter of its own.
 */
@ExtendWith(OutputCaptureExtension.class)
class LiveEndTests {

	@Test
	void isNoErrorWhereATokenSignsIn(CapturedOutput output) throws Exception {
		try (ConfigurableApplicationContext context = WebFixture.application(OfTokens.class).run()) {
			HttpRequest request = HttpRequest
				.newBuilder(URI.create(Visitor.anonymous(context).address() + "/audit/api/live"))
				.header("X-Token", "carol")
				.build();
			HttpResponse<InputStream> response = HttpClient.newHttpClient()
				.send(request, HttpResponse.BodyHandlers.ofInputStream());
			assertThat(response.statusCode()).isEqualTo(200);
			LiveSubscriptions watches = context.getBean(LiveSubscriptions.class);
			Awaitility.await().until(() -> watches.size() == 1);
			watches.stop();
			// An answer that is broken off has no end that could be read.
			assertThat(new String(response.body().readAllBytes(), StandardCharsets.UTF_8)).contains("watching");
		}
		assertThat(output).doesNotContain("ERROR", "AccessDenied", "AuthorizationDenied");
	}

	@Configuration(proxyBeanMethods = false)
	static class OfTokens {

		@Bean
		@Order(1)
		SecurityFilterChain byTokens(HttpSecurity http) {
			return http.securityMatcher("/audit/**")
				.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.sessionManagement((sessions) -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
				.addFilterBefore(new TokenFilter(), UsernamePasswordAuthenticationFilter.class)
				.build();
		}

	}

	/**
	 * As many applications have it: a filter that is not run again for a dispatch.
	 */
	static class TokenFilter extends OncePerRequestFilter {

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			String user = request.getHeader("X-Token");
			if (user != null) {
				SecurityContextHolder.getContext()
					.setAuthentication(UsernamePasswordAuthenticationToken.authenticated(user, null,
							AuthorityUtils.createAuthorityList("ROLE_AUDITOR")));
			}
			chain.doFilter(request, response);
		}

	}

}
