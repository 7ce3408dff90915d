/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.util.List;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.tool.ToolCallback;

/**
 * Reads prompts, and changes the tools that they offer.
 */
final class Prompts {

	private Prompts() {
	}

	static List<ToolCallback> tools(Prompt prompt) {
		List<ToolCallback> tools = (prompt.getOptions() instanceof ToolCallingChatOptions options)
				? options.getToolCallbacks() : null;
		return (tools != null) ? tools : List.of();
	}

	static Prompt withTools(Prompt prompt, UnaryOperator<List<ToolCallback>> change) {
		List<ToolCallback> tools = tools(prompt);
		if (tools.isEmpty() || !(prompt.getOptions() instanceof ToolCallingChatOptions options)) {
			return prompt;
		}
		return new Prompt(prompt.getInstructions(), options.mutate().toolCallbacks(change.apply(tools)).build());
	}

	/**
	 * What a person said last.
	 * @param prompt the prompt
	 * @return its text, or {@code null}
	 */
	static @Nullable String lastSaid(Prompt prompt) {
		List<Message> messages = prompt.getInstructions();
		for (int i = messages.size() - 1; i >= 0; i--) {
			if (messages.get(i) instanceof UserMessage said) {
				return said.getText();
			}
		}
		return null;
	}

}
