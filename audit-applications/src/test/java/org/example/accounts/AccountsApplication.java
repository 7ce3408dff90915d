package org.example.accounts;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

@SpringBootApplication
public class AccountsApplication {

	public static void main(String[] args) throws Exception {
		try (ConfigurableApplicationContext context = SpringApplication.run(AccountsApplication.class, args)) {
			System.out.println("Beans: " + Arrays.toString(context.getBeanDefinitionNames()));
			URI renewal = URI.create(
					"http://127.0.0.1:%s/renew".formatted(context.getEnvironment().getProperty("local.server.port")));
			System.out.println("Renewed: " + HttpClient.newHttpClient()
				.send(HttpRequest.newBuilder(renewal).build(), BodyHandlers.ofString())
				.body());
		}
	}

}
