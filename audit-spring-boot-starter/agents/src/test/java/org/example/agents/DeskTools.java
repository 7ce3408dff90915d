package org.example.agents;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.concurrent.atomic.AtomicInteger;

import io.auditspring.shop.OrderService;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.tool.annotation.Tool;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Lazy;

/**
 * The tools of a desk where orders are taken.
 */
class DeskTools {

	final AtomicInteger executed = new AtomicInteger();

	private final OrderService orders;

	private final ChatClient assistant;

	DeskTools(OrderService orders, @Lazy @Qualifier("assistant") ChatClient assistant) {
		this.orders = orders;
		this.assistant = assistant;
	}

	@Tool(name = "look_up", description = "Looks something up")
	String lookUp(String mark) {
		this.executed.incrementAndGet();
		return "found " + mark;
	}

	@Tool(name = "create_order", description = "Creates an order")
	String createOrder(String mark) {
		this.executed.incrementAndGet();
		return this.orders.create(mark, BigDecimal.TEN).getReference();
	}

	@Tool(name = "break", description = "Fails")
	String breakDown(String mark) {
		this.executed.incrementAndGet();
		throw new IllegalStateException("Cannot " + mark + ": password=swordfish");
	}

	@Tool(name = "crash", description = "Fails so that the conversation fails")
	String crash(String mark) throws IOException {
		this.executed.incrementAndGet();
		throw new IOException("Lost " + mark);
	}

	@Tool(name = "sign_in", description = "Takes a secret")
	String signIn(String user, String password, String note) {
		this.executed.incrementAndGet();
		throw new IllegalArgumentException("No user " + user + " with " + password);
	}

	@Tool(name = "ask_assistant", description = "Lets another agent do something")
	String askAssistant(String mark, String script) {
		this.executed.incrementAndGet();
		return this.assistant.prompt(script).call().content();
	}

	/**
	 * The tools of the other agent.
	 */
	static final class AssistantTools {

		private final OrderService orders;

		AssistantTools(OrderService orders) {
			this.orders = orders;
		}

		@Tool(name = "assist", description = "Creates an order, too")
		String assist(String mark) {
			return this.orders.create(mark, BigDecimal.ONE).getReference();
		}

	}

	static ChatClient assistant(ChatModel model, OrderService orders) {
		return ChatClient.builder(model)
			.defaultAdvisors((advisors) -> advisors.param("audit.agent", "assistant"))
			.defaultTools(new AssistantTools(orders))
			.build();
	}

}
