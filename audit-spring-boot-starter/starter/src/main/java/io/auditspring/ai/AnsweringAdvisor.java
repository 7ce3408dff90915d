/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.client.ChatClientRequest;
import org.springframework.ai.chat.client.ChatClientResponse;
import org.springframework.ai.chat.client.advisor.api.CallAdvisor;
import org.springframework.ai.chat.client.advisor.api.CallAdvisorChain;
import org.springframework.ai.chat.client.advisor.api.StreamAdvisor;
import org.springframework.ai.chat.client.advisor.api.StreamAdvisorChain;
import reactor.core.publisher.Flux;

import org.springframework.core.Ordered;

/**
 * The innermost advisor of a {@code ChatClient}: it sees each answer of the model, so
 * that a call of a tool knows which answer asked for it.
 */
final class AnsweringAdvisor implements CallAdvisor, StreamAdvisor {

	private static final String SEEN = AnsweringAdvisor.class.getName();

	private final Supplier<ToolCalls> calls;

	AnsweringAdvisor(Supplier<ToolCalls> calls) {
		this.calls = calls;
	}

	@Override
	public ChatClientResponse adviseCall(ChatClientRequest request, CallAdvisorChain chain) {
		Turn turn = turn(request);
		if (turn == null) {
			return chain.nextCall(request);
		}
		this.calls.get().settle(turn, null);
		ChatClientResponse response = chain.nextCall(seen(request));
		turn.answered(Answer.of(response.chatResponse()));
		return response;
	}

	@Override
	public Flux<ChatClientResponse> adviseStream(ChatClientRequest request, StreamAdvisorChain chain) {
		Turn turn = turn(request);
		if (turn == null) {
			return chain.nextStream(request);
		}
		return Flux.defer(() -> {
			this.calls.get().settle(turn, null);
			Answer answer = new Answer();
			return chain.nextStream(seen(request))
				.doOnNext((response) -> answer.add(response.chatResponse()))
				.doOnComplete(() -> turn.answered(answer));
		});
	}

	// A client that was made of an advised builder may be advised twice.
	private static @Nullable Turn turn(ChatClientRequest request) {
		return (request.context().get(AskingAdvisor.TURN) instanceof Turn turn && request.context().get(SEEN) == null)
				? turn : null;
	}

	private static ChatClientRequest seen(ChatClientRequest request) {
		Map<String, @Nullable Object> context = new HashMap<>(request.context());
		context.put(SEEN, true);
		return new ChatClientRequest(request.prompt(), context);
	}

	@Override
	public String getName() {
		return "Audit of answers";
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE - 1;
	}

}
