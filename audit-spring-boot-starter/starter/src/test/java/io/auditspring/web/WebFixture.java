package io.auditspring.web;

import javax.sql.DataSource;

import io.auditspring.TenantResolver;
import io.auditspring.TestDatabase;
import io.auditspring.shop.ShopConfiguration;
import io.auditspring.signing.CheckpointWorker;
import io.auditspring.signing.VerificationWorker;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * An application whose own security lets everybody as far as the trail, so that only the
 * trail's own gate is left.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class WebFixture {

	/**
	 * Makes an application that shows its trail and records nothing of its own accord.
	 * @param more what else it has
	 * @return the application, to be run
	 */
	public static SpringApplicationBuilder application(Class<?>... more) {
		return new SpringApplicationBuilder(WebFixture.class).sources(more)
			.properties("server.port=0", "audit.web.enabled=true", "audit.security.enabled=false",
					"spring.main.banner-mode=off");
	}

	@Bean
	@Profile("!filled")
	DataSource dataSource() {
		return ShopConfiguration.pool(TestDatabase.migrated());
	}

	@Bean
	SecurityFilterChain open(HttpSecurity http, Environment environment) {
		if (environment.matchesProfiles("no-csrf")) {
			http.csrf(AbstractHttpConfigurer::disable);
		}
		return http.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll())
			.httpBasic(Customizer.withDefaults())
			.formLogin(Customizer.withDefaults())
			.build();
	}

	/** Only finds them: a store of passwords would hash them at the first sign-in. */
	@Bean
	UserDetailsService users() {
		UserDetailsService users = new InMemoryUserDetailsManager(user("carol", "AUDITOR"), user("dora", "AUDITOR"),
				user("emma", "AUDITOR"), user("fred", "AUDITOR"), user("mona", "MONITOR"), user("jane", "USER"),
				user("bob", "USER"), user("kim", "USER"));
		return users::loadUserByUsername;
	}

	private static UserDetails user(String name, String role) {
		return User.withUsername(name).password("{noop}" + name + "-secret").roles(role).build();
	}

	/** What is signed and verified is what a test asks for. */
	@EventListener
	void rest(ContextRefreshedEvent event) {
		ApplicationContext context = event.getApplicationContext();
		context.getBeansOfType(CheckpointWorker.class).values().forEach(CheckpointWorker::stop);
		context.getBeansOfType(VerificationWorker.class).values().forEach(VerificationWorker::stop);
	}

	/** Tenants by the request's host name, as many applications do it. */
	@Bean
	@Profile("tenants")
	TenantResolver tenants() {
		return () -> {
			ServletRequestAttributes attributes = (ServletRequestAttributes) RequestContextHolder
				.getRequestAttributes();
			String tenant = (attributes != null) ? attributes.getRequest().getHeader("X-Tenant") : null;
			if ("broken".equals(tenant)) {
				throw new IllegalStateException("The tenants' table is away");
			}
			return tenant;
		};
	}

}
