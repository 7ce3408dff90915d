/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.advisor.api.Advisor;
import org.springframework.ai.chat.prompt.Prompt;

/**
 * A client with further advisors. To make another one of its builder would not do: that
 * forgets the parameters of advisors where there are no advisors.
 */
final class AuditedChatClient implements ChatClient {

	private final ChatClient delegate;

	private final Advisor[] advisors;

	AuditedChatClient(ChatClient delegate, Advisor... advisors) {
		this.delegate = delegate;
		this.advisors = advisors;
	}

	@Override
	public ChatClientRequestSpec prompt() {
		return this.delegate.prompt().advisors(this.advisors);
	}

	@Override
	public ChatClientRequestSpec prompt(String content) {
		return this.delegate.prompt(content).advisors(this.advisors);
	}

	@Override
	public ChatClientRequestSpec prompt(Prompt prompt) {
		return this.delegate.prompt(prompt).advisors(this.advisors);
	}

	@Override
	public Builder mutate() {
		return this.delegate.mutate().defaultAdvisors(this.advisors);
	}

}
