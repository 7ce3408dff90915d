package org.example.reactive;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;

@SpringBootApplication
public class ReactiveApplication {

	@Bean
	SecurityWebFilterChain filters(ServerHttpSecurity http) {
		return http.csrf(ServerHttpSecurity.CsrfSpec::disable)
			.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
			.httpBasic(Customizer.withDefaults())
			.build();
	}

	public static void main(String[] args) throws Exception {
		try (ConfigurableApplicationContext context = SpringApplication.run(ReactiveApplication.class, args)) {
			String port = context.getEnvironment().getProperty("local.server.port");
			send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/at-once")));
			send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/body"))
				.POST(HttpRequest.BodyPublishers.ofString("body")));
			send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/blocking")));
			send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/later")));
			context.getBean(NoteDesk.class).write("of no request");
		}
	}

	private static void send(HttpRequest.Builder request) throws Exception {
		String login = Base64.getEncoder().encodeToString("jane:secret".getBytes(StandardCharsets.UTF_8));
		HttpResponse<String> answer = HttpClient.newHttpClient()
			.send(request.header("Authorization", "Basic " + login).build(), BodyHandlers.ofString());
		if (answer.statusCode() != 200) {
			throw new IllegalStateException(answer.uri() + " answered " + answer.statusCode() + ": " + answer.body());
		}
	}

}
