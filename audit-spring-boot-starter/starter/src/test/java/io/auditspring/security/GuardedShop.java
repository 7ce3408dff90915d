package io.auditspring.security;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.Audited;
import io.auditspring.AuthenticationEvents;
import io.auditspring.TestDatabase;
import io.auditspring.shop.ShopConfiguration;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PostAuthorize;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.AccountStatusException;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.authentication.event.AbstractAuthenticationFailureEvent;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.authorization.event.AuthorizationDeniedEvent;
import org.springframework.security.authorization.method.HandleAuthorizationDenied;
import org.springframework.security.authorization.method.MethodAuthorizationDeniedHandler;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.authentication.configuration.AuthenticationConfiguration;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.switchuser.SwitchUserFilter;
import org.springframework.security.web.session.HttpSessionEventPublisher;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * A shop with every kind of lock on its doors.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableMethodSecurity
class GuardedShop {

	static final byte[] KEY = "a key for tests that is long enough".getBytes(StandardCharsets.UTF_8);

	@Bean
	DataSource dataSource() {
		return ShopConfiguration.pool(TestDatabase.migrated());
	}

	@Bean
	@Order(1)
	SecurityFilterChain tokens(HttpSecurity http) throws Exception {
		return http.securityMatcher("/token/**")
			.csrf((csrf) -> csrf.disable())
			.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
			.oauth2ResourceServer((server) -> server.jwt(Customizer.withDefaults()))
			.build();
	}

	@Bean
	@Order(2)
	SecurityFilterChain people(HttpSecurity http, UserDetailsService users, ApplicationEventPublisher publisher)
			throws Exception {
		SwitchUserFilter switching = new SwitchUserFilter();
		switching.setUserDetailsService(users);
		switching.setTargetUrl("/");
		switching.setApplicationEventPublisher(publisher);
		switching.afterPropertiesSet();
		return http.csrf((csrf) -> csrf.disable())
			.authorizeHttpRequests((requests) -> requests.requestMatchers("/public/**")
				.permitAll()
				.requestMatchers("/login/impersonate", "/admin/**", "/error")
				.hasRole("ADMIN")
				.anyRequest()
				.authenticated())
			.authenticationProvider(new Codes())
			.formLogin(Customizer.withDefaults())
			.httpBasic(Customizer.withDefaults())
			.addFilter(switching)
			.sessionManagement((sessions) -> sessions.maximumSessions(1))
			.build();
	}

	/** As most applications have one for a login of their own. */
	@Bean
	@ConditionalOnMissingBean
	AuthenticationManager manager(AuthenticationConfiguration configuration) throws Exception {
		return configuration.getAuthenticationManager();
	}

	@Bean
	JwtDecoder decoder() {
		JwtDecoder decoder = NimbusJwtDecoder.withSecretKey(new SecretKeySpec(KEY, "HmacSHA256")).build();
		return (token) -> {
			if (token.equals("unreachable")) {
				throw new JwtException("The issuer cannot be reached");
			}
			return decoder.decode(token);
		};
	}

	@Bean
	HttpSessionEventPublisher sessionEvents() {
		return new HttpSessionEventPublisher();
	}

	@Bean
	UserDetailsService users() {
		UserDetailsService users = new InMemoryUserDetailsManager(
				User.withUsername("jane").password("{noop}jane-secret").roles("USER").build(),
				User.withUsername("joan").password("{noop}joan-secret").roles("USER").build(),
				User.withUsername("root").password("{noop}root-secret").roles("ADMIN").build());
		return (name) -> {
			if (name.equals("unreachable")) {
				throw new DataAccessResourceFailureException("The database cannot be reached");
			}
			return users.loadUserByUsername(name);
		};
	}

	@Bean
	MaskedAnswer maskedAnswer() {
		return new MaskedAnswer();
	}

	@Bean
	Vault vault() {
		return new Vault();
	}

	@Bean
	Desk desk(Vault vault) {
		return new Desk(vault);
	}

	@Bean
	Heard heard() {
		return new Heard();
	}

	/**
	 * Refuses with an exception of its own.
	 */
	static class Codes implements AuthenticationProvider {

		@Override
		public @Nullable Authentication authenticate(Authentication authentication) {
			if (authentication.getName().equals("coded")) {
				throw new WrongCodeException("Wrong code: " + authentication.getCredentials());
			}
			return null;
		}

		@Override
		public boolean supports(Class<?> authentication) {
			return authentication == UsernamePasswordAuthenticationToken.class;
		}

	}

	/**
	 * One that Spring Security knows no event for.
	 */
	static class WrongCodeException extends AccountStatusException {

		WrongCodeException(String message) {
			super(message);
		}

	}

	/**
	 * Hears of failed sign-ins, too, and of refused requests, as the only things that are
	 * refused aloud.
	 */
	static class Heard {

		private final List<Object> failures = new CopyOnWriteArrayList<>();

		private final List<String> refused = new CopyOnWriteArrayList<>();

		@EventListener
		void failed(AbstractAuthenticationFailureEvent event) {
			this.failures.add(event.getException());
		}

		@EventListener
		void denied(AuthorizationDeniedEvent<?> event) {
			this.refused.add(((HttpServletRequest) event.getObject()).getRequestURI());
		}

		List<Object> failures() {
			return this.failures;
		}

		List<String> refused() {
			return this.refused;
		}

	}

	/**
	 * What only administrators may touch.
	 */
	static class Vault {

		@PreAuthorize("hasRole('ADMIN')")
		public String peek() {
			return "gold";
		}

		@PreAuthorize("hasRole('ADMIN')")
		@Audited(action = "vault.open", targetType = "Vault", targetId = "#id")
		public String open(long id) {
			return "gold";
		}

		@PreAuthorize("hasRole('ADMIN')")
		@HandleAuthorizationDenied(handlerClass = MaskedAnswer.class)
		@Audited(action = "vault.look", targetType = "Vault", targetId = "#id")
		public String look(long id) {
			return "gold";
		}

		@PostAuthorize("hasRole('ADMIN')")
		@Audited(action = "vault.weigh")
		public String weigh() {
			return "heavy";
		}

	}

	/**
	 * Where everybody may ask.
	 */
	static class Desk {

		private final Vault vault;

		Desk(Vault vault) {
			this.vault = vault;
		}

		@Audited("desk.serve")
		public void serve() {
		}

		@Audited("desk.ask")
		public void ask() {
			this.vault.peek();
		}

		@Audited("desk.try")
		public boolean attempt() {
			try {
				this.vault.peek();
				return true;
			}
			catch (AccessDeniedException ex) {
				return false;
			}
		}

	}

	/**
	 * Answers instead of the vault.
	 */
	static class MaskedAnswer implements MethodAuthorizationDeniedHandler {

		@Override
		public Object handleDeniedInvocation(MethodInvocation invocation, AuthorizationResult result) {
			return "***";
		}

	}

	/**
	 * The shop's requests.
	 */
	@RestController
	static class Counter {

		private final Vault vault;

		private final Desk desk;

		private final AuthenticationEvents events;

		private final AuthenticationManager manager;

		Counter(Vault vault, Desk desk, AuthenticationEvents events, AuthenticationManager manager) {
			this.vault = vault;
			this.desk = desk;
			this.events = events;
			this.manager = manager;
		}

		@PostMapping("/public/begin")
		void begin(HttpSession session) {
			session.setAttribute("basket", "empty");
		}

		/** A login of the application's own, which Spring Security knows nothing of. */
		@PostMapping("/public/enter")
		void enter(HttpServletRequest request, String name, String password) {
			if (!name.equals("otto")) {
				this.events.failed(name, "no such user");
			}
			else if (!password.equals("otto-secret")) {
				this.events.failed(Actor.user(name), "wrong password");
			}
			else {
				request.changeSessionId();
				this.events.signedIn(Actor.user(name, "Otto Own"));
			}
		}

		/** A login that asks Spring Security, and would give a token. */
		@PostMapping({ "/public/ask/{what}", "/ask/{what}" })
		void ask(@PathVariable String what, HttpServletRequest request, String name, String password) {
			Authentication user = this.manager
				.authenticate(UsernamePasswordAuthenticationToken.unauthenticated(name, password));
			switch (what) {
				case "once" -> {
				}
				case "twice" ->
					this.manager.authenticate(UsernamePasswordAuthenticationToken.unauthenticated(name, password));
				case "session" -> request.getSession();
				case "told" -> this.events.signedIn(Actor.user("4711", user.getName()));
				case "code" -> throw new ResponseStatusException(HttpStatus.FORBIDDEN, "A code is missing");
				case "later" -> request.startAsync().complete();
				default -> throw new IllegalArgumentException(what);
			}
		}

		@PostMapping("/public/ask/elsewhere")
		Callable<String> askElsewhere(HttpServletRequest request, String name, String password) {
			return () -> {
				ask("twice", request, name, password);
				return "done";
			};
		}

		@PostMapping("/public/exit")
		void exit(HttpSession session) {
			session.invalidate();
			this.events.signedOut(Actor.user("otto"));
		}

		@PostMapping({ "/serve", "/public/serve", "/token/serve", "/admin/serve" })
		void serve() {
			this.desk.serve();
		}

		@PostMapping({ "/vault/{what}", "/public/vault/{what}" })
		void vault(@PathVariable String what) {
			switch (what) {
				case "peek" -> this.vault.peek();
				case "open" -> this.vault.open(7);
				case "look" -> this.vault.look(7);
				case "weigh" -> this.vault.weigh();
				case "ask" -> this.desk.ask();
				case "try" -> this.desk.attempt();
				default -> throw new IllegalArgumentException(what);
			}
		}

		@PostMapping("/leave")
		void leave(HttpSession session) {
			session.setMaxInactiveInterval(1);
		}

	}

}
