package org.example.matrix;

import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;

@SpringBootApplication
public class Application {

	public static void main(String[] args) throws Exception {
		try (ConfigurableApplicationContext context = SpringApplication.run(Application.class, args)) {
			String port = context.getEnvironment().getProperty("local.server.port");
			if (port == null) {
				context.getBean(OrderDesk.class).place("tea", 3);
				return;
			}
			get(port, "/place?article=tea&pieces=3");
			if (isPresent("org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier")) {
				get(port, "/actuator/health");
			}
			if (isPresent("org.springdoc.core.models.GroupedOpenApi")) {
				get(port, "/v3/api-docs");
			}
		}
	}

	private static boolean isPresent(String name) {
		return ClassUtils.isPresent(name, Application.class.getClassLoader());
	}

	private static void get(String port, String path) throws Exception {
		HttpClient client = HttpClient.newBuilder().authenticator(new Authenticator() {

			@Override
			protected PasswordAuthentication getPasswordAuthentication() {
				return new PasswordAuthentication("user", "secret".toCharArray());
			}

		}).build();
		HttpResponse<String> answer = client.send(
				HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(), BodyHandlers.ofString());
		if (answer.statusCode() != 200) {
			throw new IllegalStateException("%s answered %d: %s".formatted(path, answer.statusCode(), answer.body()));
		}
	}

}
