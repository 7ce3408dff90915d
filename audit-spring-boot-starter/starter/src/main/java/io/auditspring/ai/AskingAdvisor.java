/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

import io.auditspring.capture.internal.origin.Origin;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.client.ChatClientRequest;
import org.springframework.ai.chat.client.ChatClientResponse;
import org.springframework.ai.chat.client.advisor.api.CallAdvisor;
import org.springframework.ai.chat.client.advisor.api.CallAdvisorChain;
import org.springframework.ai.chat.client.advisor.api.StreamAdvisor;
import org.springframework.ai.chat.client.advisor.api.StreamAdvisorChain;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.ToolCallLimitExceededException;
import org.springframework.ai.model.tool.ToolExecutionResult;
import org.springframework.ai.tool.ToolCallback;
import reactor.core.publisher.Flux;

import org.springframework.core.Ordered;

/**
 * The outermost advisor of a {@code ChatClient}: it learns who asks, and has all tools
 * audited that the model is offered. It knows the conversation, which nobody does who
 * executes tools.
 */
final class AskingAdvisor implements CallAdvisor, StreamAdvisor {

	static final String TURN = Turn.class.getName();

	/** The advisor's parameter that names the agent. */
	static final String AGENT = "audit.agent";

	private static final ToolExecutionResult NOTHING = ToolExecutionResult.builder()
		.conversationHistory(List.of())
		.build();

	private final Supplier<ToolCalls> calls;

	private final Function<ToolCallback, @Nullable String> connectors;

	private final Supplier<TurnOrigins> origins;

	AskingAdvisor(Supplier<ToolCalls> calls, Function<ToolCallback, @Nullable String> connectors,
			Supplier<TurnOrigins> origins) {
		this.calls = calls;
		this.connectors = connectors;
		this.origins = origins;
	}

	@Override
	public ChatClientResponse adviseCall(ChatClientRequest request, CallAdvisorChain chain) {
		if (request.context().get(TURN) != null) {
			return chain.nextCall(request);
		}
		Turn turn = turn(request);
		Turn previous = Turn.replace(turn);
		try {
			ChatClientResponse response = chain.nextCall(audited(request, turn));
			ended(turn, response.chatResponse());
			return response;
		}
		catch (Throwable ex) {
			this.calls.get().settle(turn, ex);
			throw ex;
		}
		finally {
			Turn.replace(previous);
		}
	}

	@Override
	public Flux<ChatClientResponse> adviseStream(ChatClientRequest request, StreamAdvisorChain chain) {
		if (request.context().get(TURN) != null) {
			return chain.nextStream(request);
		}
		return this.origins.get().subscriber().map((origin) -> turn(request, origin)).flatMapMany((turn) -> {
			Answer last = new Answer();
			return chain.nextStream(audited(request, turn))
				.doOnNext((response) -> last.add(response.chatResponse()))
				.doOnComplete(() -> ended(turn, last.finishReason()))
				.doOnError((failure) -> this.calls.get().settle(turn, failure));
		});
	}

	private Turn turn(ChatClientRequest request) {
		return turn(request, this.origins.get().caller());
	}

	private Turn turn(ChatClientRequest request, Origin origin) {
		return new Turn(origin, text(request, AGENT), text(request, ChatMemory.CONVERSATION_ID),
				Prompts.lastSaid(request.prompt()));
	}

	private ChatClientRequest audited(ChatClientRequest request, Turn turn) {
		Map<String, @Nullable Object> context = new HashMap<>(request.context());
		context.put(TURN, turn);
		Prompt prompt = Prompts.withTools(request.prompt(),
				(tools) -> AuditedToolCallback.all(tools, this.calls, turn, this.connectors));
		return new ChatClientRequest(prompt, context);
	}

	private static @Nullable String text(ChatClientRequest request, String name) {
		Object value = request.context().get(name);
		return (value != null && !value.toString().isBlank()) ? value.toString() : null;
	}

	private void ended(Turn turn, @Nullable ChatResponse response) {
		ended(turn, Answer.of(response).finishReason());
	}

	// Where the application executes tools itself, what is left is still to come.
	private void ended(Turn turn, @Nullable String finishReason) {
		if (ToolCallLimitExceededException.FINISH_REASON.equals(finishReason)) {
			this.calls.get().settle(turn, new ToolCallLimitExceededException(null, 0, NOTHING));
		}
	}

	@Override
	public String getName() {
		return "Audit of tools";
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

}
