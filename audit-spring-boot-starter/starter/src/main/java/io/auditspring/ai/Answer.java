/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;

/**
 * What a model answered, gathered from all parts of the answer.
 */
final class Answer {

	private final List<AssistantMessage.ToolCall> asked = new ArrayList<>();

	private final StringBuilder text = new StringBuilder();

	private @Nullable String model;

	private @Nullable String finishReason;

	private @Nullable Usage usage;

	static Answer of(@Nullable ChatResponse response) {
		Answer answer = new Answer();
		answer.add(response);
		return answer;
	}

	/**
	 * Takes a part of the answer. What a later part does not repeat still holds.
	 * @param response the part, or {@code null}
	 */
	void add(@Nullable ChatResponse response) {
		if (response == null) {
			return;
		}
		String said = response.getMetadata().getModel();
		if (said != null && !said.isEmpty()) {
			this.model = said;
		}
		Usage used = response.getMetadata().getUsage();
		if (used != null && used.getTotalTokens() != null && used.getTotalTokens() > 0) {
			this.usage = used;
		}
		response.getResults().forEach(this::add);
	}

	private void add(Generation generation) {
		AssistantMessage message = generation.getOutput();
		this.asked.addAll(message.getToolCalls());
		if (message.getText() != null) {
			this.text.append(message.getText());
		}
		String reason = generation.getMetadata().getFinishReason();
		if (reason != null && !reason.isEmpty()) {
			this.finishReason = reason;
		}
	}

	List<AssistantMessage.ToolCall> asked() {
		return this.asked;
	}

	String text() {
		return this.text.toString();
	}

	@Nullable String finishReason() {
		return this.finishReason;
	}

	/**
	 * What entries show of it.
	 * @return details
	 */
	Map<String, @Nullable Object> details() {
		Map<String, @Nullable Object> details = new LinkedHashMap<>();
		if (this.model != null) {
			details.put("model", this.model);
		}
		if (this.finishReason != null) {
			details.put("finishReason", this.finishReason);
		}
		if (this.usage != null) {
			// Not "tokens": what has that name is masked.
			Map<String, @Nullable Object> counts = new LinkedHashMap<>();
			counts.put("input", this.usage.getPromptTokens());
			counts.put("output", this.usage.getCompletionTokens());
			counts.put("total", this.usage.getTotalTokens());
			details.put("usage", counts);
		}
		return details;
	}

}
