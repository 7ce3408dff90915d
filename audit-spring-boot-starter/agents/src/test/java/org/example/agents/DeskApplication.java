package org.example.agents;

import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.beans.factory.annotation.Qualifier;

/**
 * An application with an agent and nothing that is said about audit.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(ShopConfiguration.class)
class DeskApplication {

	@Bean
	ScriptedModel model() {
		return new ScriptedModel();
	}

	@Bean
	DeskTools deskTools(OrderService orders, @Lazy @Qualifier("assistant") ChatClient assistant) {
		return new DeskTools(orders, assistant);
	}

	@Bean
	ChatClient desk(ChatClient.Builder builder, DeskTools tools) {
		return builder.defaultTools(tools).build();
	}

	/** Made without the builder of the application. */
	@Bean
	ChatClient assistant(ChatModel model, OrderService orders) {
		return DeskTools.assistant(model, orders);
	}

}
