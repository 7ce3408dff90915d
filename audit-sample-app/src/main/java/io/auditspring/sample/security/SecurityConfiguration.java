package io.auditspring.sample.security;

import io.auditspring.AuditAccess;
import io.auditspring.AuditAccessPolicy;
import io.auditspring.sample.controlplane.ApiKeyFilter;
import io.auditspring.sample.controlplane.ApiKeys;
import io.auditspring.web.AuthorityAccessPolicy;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.crypto.factory.PasswordEncoderFactories;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.HttpStatusEntryPoint;
import org.springframework.security.web.authentication.www.BasicAuthenticationFilter;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;

/**
 * Three ways in: a form for people, HTTP basic for scripts, API keys for machines. What
 * depends on the role is said at the methods themselves.
 */
@Configuration(proxyBeanMethods = false)
@EnableMethodSecurity
class SecurityConfiguration {

	/** For people who cannot sign in. What they need is a mailed token, not a session. */
	private static final String PASSWORD_RESETS = "/api/password-resets/**";

	@Bean
	SecurityFilterChain securityFilterChain(HttpSecurity http, ApiKeys apiKeys) {
		HttpStatusEntryPoint unauthorized = new HttpStatusEntryPoint(HttpStatus.UNAUTHORIZED);
		return http
			.authorizeHttpRequests((requests) -> requests.requestMatchers(HttpMethod.POST, PASSWORD_RESETS)
				.permitAll()
				.requestMatchers(HttpMethod.GET, "/actuator/**")
				.permitAll()
				// Machines, too; what they may do is said at the methods.
				.requestMatchers(HttpMethod.POST, "/api/projects", "/api/projects/*/deployments",
						"/api/projects/*/api-keys")
				.authenticated()
				.anyRequest()
				.hasAnyRole("ADMIN", "MANAGER", "ANALYST"))
			.formLogin((form) -> form.defaultSuccessUrl("/api/transactions"))
			// No WWW-Authenticate challenge: browsers must never store these credentials,
			// since they would send them with forged requests too.
			.httpBasic((basic) -> basic.authenticationEntryPoint(unauthorized))
			.addFilterBefore(new ApiKeyFilter(apiKeys), BasicAuthenticationFilter.class)
			.exceptionHandling((handling) -> handling.defaultAuthenticationEntryPointFor(unauthorized,
					PathPatternRequestMatcher.pathPattern("/api/**")))
			.csrf((csrf) -> csrf.spa()
				.ignoringRequestMatchers(PASSWORD_RESETS)
				.ignoringRequestMatchers(SecurityConfiguration::bringsCredentials))
			.build();
	}

	/**
	 * The people of the back office belong to no tenant: who audits, audits all of them.
	 */
	@Bean
	AuditAccessPolicy auditAccessPolicy() {
		AuditAccessPolicy byRole = new AuthorityAccessPolicy("ROLE_AUDITOR");
		return (reader) -> {
			AuditAccess access = byRole.accessOf(reader);
			return access.equals(AuditAccess.all()) ? access.withAllTenants() : access;
		};
	}

	@Bean
	PasswordEncoder passwordEncoder() {
		return PasswordEncoderFactories.createDelegatingPasswordEncoder();
	}

	/**
	 * Whether the request identifies itself by a header, which no foreign page can make a
	 * browser send. Only those that live on the session's cookie can be forged.
	 * @param request the request
	 * @return whether it needs no CSRF token
	 */
	private static boolean bringsCredentials(HttpServletRequest request) {
		return request.getHeader(HttpHeaders.AUTHORIZATION) != null || request.getHeader(ApiKeyFilter.HEADER) != null;
	}

}
