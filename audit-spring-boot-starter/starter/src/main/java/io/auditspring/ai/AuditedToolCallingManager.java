/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.model.tool.ToolCallingManager;
import org.springframework.ai.model.tool.ToolExecutionResult;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.definition.ToolDefinition;

/**
 * Executes tools that no {@code ChatClient} has seen to: those of applications that go
 * through the calls themselves, and those that were added on the way.
 */
final class AuditedToolCallingManager implements ToolCallingManager {

	private final ToolCallingManager delegate;

	private final Supplier<ToolCalls> calls;

	private final Function<ToolCallback, @Nullable String> connectors;

	AuditedToolCallingManager(ToolCallingManager delegate, Supplier<ToolCalls> calls,
			Function<ToolCallback, @Nullable String> connectors) {
		this.delegate = delegate;
		this.calls = calls;
		this.connectors = connectors;
	}

	@Override
	public List<ToolDefinition> resolveToolDefinitions(ToolCallingChatOptions chatOptions) {
		return this.delegate.resolveToolDefinitions(chatOptions);
	}

	@Override
	public ToolExecutionResult executeToolCalls(Prompt prompt, ChatResponse chatResponse) {
		Turn known = Turn.current();
		boolean seenTo = known != null || isAudited(prompt);
		Turn turn = (known != null) ? known : this.calls.get().begin(null, null, Prompts.lastSaid(prompt));
		if (seenTo) {
			return this.delegate.executeToolCalls(audited(prompt, turn), chatResponse);
		}
		turn.answered(Answer.of(chatResponse));
		Turn previous = Turn.replace(turn);
		try {
			ToolExecutionResult result = this.delegate.executeToolCalls(audited(prompt, turn), chatResponse);
			this.calls.get().settle(turn, null);
			return result;
		}
		catch (Throwable ex) {
			this.calls.get().settle(turn, ex);
			throw ex;
		}
		finally {
			Turn.replace(previous);
		}
	}

	private Prompt audited(Prompt prompt, Turn turn) {
		return Prompts.withTools(prompt, (tools) -> AuditedToolCallback.all(tools, this.calls, turn, this.connectors));
	}

	private static boolean isAudited(Prompt prompt) {
		List<ToolCallback> tools = Prompts.tools(prompt);
		return !tools.isEmpty() && tools.stream().allMatch(AuditedToolCallback.class::isInstance);
	}

}
