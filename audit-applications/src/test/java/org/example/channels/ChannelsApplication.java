package org.example.channels;

import java.lang.reflect.Type;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.messaging.converter.StringMessageConverter;
import org.springframework.messaging.simp.stomp.StompHeaders;
import org.springframework.messaging.simp.stomp.StompSession;
import org.springframework.messaging.simp.stomp.StompSessionHandlerAdapter;
import org.springframework.web.socket.client.standard.StandardWebSocketClient;
import org.springframework.web.socket.messaging.WebSocketStompClient;

@SpringBootApplication
public class ChannelsApplication {

	public static void main(String[] args) throws Exception {
		try (ConfigurableApplicationContext context = SpringApplication.run(ChannelsApplication.class, args)) {
			String port = context.getEnvironment().getRequiredProperty("local.server.port");
			context.getBean(Publisher.class).publish("by an event");
			query(port);
			send(port);
		}
	}

	private static void query(String port) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/graphql"))
			.header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString("{\"query\": \"mutation { note(text: \\\"by a mutation\\\") }\"}"))
			.build();
		HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
		if (!answer.body().equals("{\"data\":{\"note\":\"by a mutation\"}}")) {
			throw new IllegalStateException(answer.body());
		}
	}

	private static void send(String port) throws Exception {
		WebSocketStompClient client = new WebSocketStompClient(new StandardWebSocketClient());
		client.setMessageConverter(new StringMessageConverter());
		StompSession session = client
			.connectAsync("ws://localhost:" + port + "/socket", new StompSessionHandlerAdapter() {
			})
			.get(2, TimeUnit.MINUTES);
		CompletableFuture<Object> answer = new CompletableFuture<>();
		session.subscribe("/topic/notes", new StompSessionHandlerAdapter() {

			@Override
			public Type getPayloadType(StompHeaders headers) {
				return String.class;
			}

			@Override
			public void handleFrame(StompHeaders headers, Object payload) {
				answer.complete(payload);
			}

		});
		session.send("/app/note", "by a message");
		answer.get(2, TimeUnit.MINUTES);
		session.disconnect();
		client.stop();
	}

}
