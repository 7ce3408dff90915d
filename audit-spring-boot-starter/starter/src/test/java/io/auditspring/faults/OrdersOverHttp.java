package io.auditspring.faults;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

import io.auditspring.shop.PurchaseOrder;
import jakarta.persistence.EntityManager;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * The order desk behind HTTP and a password that each request brings along. Who somebody
 * is stands in the database, as in most applications.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EntityScan(basePackageClasses = PurchaseOrder.class)
class OrdersOverHttp {

	private static final String CREDENTIALS = "Basic "
			+ Base64.getEncoder().encodeToString("jane:secret".getBytes(StandardCharsets.UTF_8));

	@Bean
	OrderDesk orderDesk(EntityManager entityManager) {
		return new OrderDesk(entityManager);
	}

	@Bean
	UserDetailsService users(JdbcTemplate jdbc) {
		return (name) -> User.withUsername(jdbc.queryForObject("select ?", String.class, name))
			.password("{noop}secret")
			.roles("USER")
			.build();
	}

	@Bean
	SecurityFilterChain security(HttpSecurity http) {
		return http.csrf((csrf) -> csrf.disable())
			.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
			.httpBasic(Customizer.withDefaults())
			.build();
	}

	/**
	 * Starts it within this process, with a key to sign with and all that works in the
	 * background.
	 * @param url its database
	 * @param directory where it keeps its files
	 * @param properties further properties, as {@code key=value}
	 * @return its context
	 */
	static ConfigurableApplicationContext start(String url, Path directory, String... properties) {
		return new SpringApplicationBuilder(OrdersOverHttp.class)
			.properties("server.port=0", "spring.application.name=orders", "springdoc.api-docs.enabled=false",
					"spring.main.banner-mode=off", "spring.jpa.hibernate.ddl-auto=update",
					"spring.flyway.enabled=false", "spring.datasource.url=" + url, "audit.relay.poll-interval=20ms",
					"spring.jpa.open-in-view=false", "audit.spool.directory=target/faults-spool/" + UUID.randomUUID(),
					"audit.checkpoint.origin=shop", "audit.checkpoint.interval=100ms",
					"audit.checkpoint.private-key-location=file:" + directory.resolve("key.pem"),
					"audit.checkpoint.generate-key=true", "audit.checkpoint.memory=" + directory.resolve("memory"),
					"audit.verification.interval=1s")
			.properties(properties)
			.run();
	}

	/**
	 * Clients that send one request after the other until they are stopped; one for each
	 * kind of work.
	 */
	static final class Clients {

		private final HttpClient http = HttpClient.newHttpClient();

		private final List<Thread> threads = new ArrayList<>();

		private final URI base;

		private final Listener listener;

		private volatile boolean stopping;

		Clients(ConfigurableApplicationContext context, Listener listener, Work... works) {
			this.base = URI.create("http://localhost:%d/"
				.formatted(((ServletWebServerApplicationContext) context).getWebServer().getPort()));
			this.listener = listener;
			for (Work work : works) {
				Thread thread = new Thread(() -> send(work), work + "-client");
				thread.setDaemon(true);
				this.threads.add(thread);
				thread.start();
			}
		}

		private void send(Work work) {
			for (int call = 0; !this.stopping; call++) {
				String reference = "http-%s-%d".formatted(work, call);
				int status = status(work, reference);
				if (status == ((work == Work.REFUSED) ? HttpStatus.CONFLICT : HttpStatus.OK).value()) {
					this.listener.acknowledged(work, reference);
				}
				else {
					this.listener.failed(work, reference, new IllegalStateException(String.valueOf(status)));
				}
			}
		}

		private int status(Work work, String reference) {
			HttpRequest request = HttpRequest.newBuilder(this.base.resolve(work + "/" + reference))
				.header("Authorization", CREDENTIALS)
				.timeout(Duration.ofMinutes(1))
				.POST(HttpRequest.BodyPublishers.noBody())
				.build();
			try {
				return this.http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
			}
			catch (IOException ex) {
				return 0;
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return 0;
			}
		}

		void stop() throws InterruptedException {
			this.stopping = true;
			for (Thread thread : this.threads) {
				thread.join();
			}
		}

	}

	@RestController
	static class Orders {

		private final OrderDesk desk;

		Orders(OrderDesk desk) {
			this.desk = desk;
		}

		@PostMapping("/{work}/{reference}")
		void order(@PathVariable Work work, @PathVariable String reference) {
			work.call(this.desk, reference);
		}

		@ExceptionHandler(OrderDesk.OutOfStockException.class)
		@ResponseStatus(HttpStatus.CONFLICT)
		void outOfStock() {
		}

	}

}
