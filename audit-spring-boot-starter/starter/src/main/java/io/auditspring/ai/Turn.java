/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.util.ArrayList;
import java.util.List;

import io.auditspring.capture.internal.origin.Origin;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage.ToolCall;

/**
 * One question to a model, with all calls of tools until its last answer. It is known
 * where the question is asked, which may be on another thread than that of the tools.
 */
final class Turn {

	private static final ThreadLocal<@Nullable Turn> CURRENT = new ThreadLocal<>();

	private final Thread thread = Thread.currentThread();

	private final Origin origin;

	private final @Nullable String agent;

	private final @Nullable String conversation;

	private final @Nullable String prompt;

	private final List<ToolCall> pending = new ArrayList<>();

	private @Nullable Answer answer;

	private int iteration;

	/**
	 * Begins a turn.
	 * @param origin who asks, and from where
	 * @param agent the id of the agent that is asked, or {@code null} where nobody has
	 * named it
	 * @param conversation the id of the conversation, or {@code null}
	 * @param prompt what was said last, or {@code null}
	 */
	Turn(Origin origin, @Nullable String agent, @Nullable String conversation, @Nullable String prompt) {
		this.origin = origin;
		this.agent = agent;
		this.conversation = conversation;
		this.prompt = prompt;
	}

	/**
	 * The turn that this thread is in, as far as nobody else knows it.
	 * @return it, or {@code null}
	 */
	static @Nullable Turn current() {
		return CURRENT.get();
	}

	/**
	 * Puts this thread into a turn.
	 * @param turn the turn, or {@code null} for none
	 * @return the one before, to be put back
	 */
	static @Nullable Turn replace(@Nullable Turn turn) {
		Turn previous = CURRENT.get();
		if (turn != null) {
			CURRENT.set(turn);
		}
		else {
			CURRENT.remove();
		}
		return previous;
	}

	Origin origin() {
		return this.origin;
	}

	boolean isOnItsThread() {
		return Thread.currentThread() == this.thread;
	}

	@Nullable String agent() {
		return this.agent;
	}

	@Nullable String conversation() {
		return this.conversation;
	}

	@Nullable String prompt() {
		return this.prompt;
	}

	synchronized void answered(Answer given) {
		this.answer = given;
		this.iteration++;
		this.pending.clear();
		this.pending.addAll(given.asked());
	}

	synchronized @Nullable Answer answer() {
		return this.answer;
	}

	/**
	 * How many answers the model has given.
	 * @return their number
	 */
	synchronized int iteration() {
		return this.iteration;
	}

	/**
	 * Takes the call that the model asked for and that is executed now.
	 * @param tool the tool's name
	 * @param input its arguments
	 * @return the call, or {@code null} where it is not one that the model asked for
	 */
	synchronized @Nullable ToolCall execute(String tool, String input) {
		ToolCall found = null;
		for (ToolCall call : this.pending) {
			boolean named = call.name().equals(tool);
			if (named && input.equals(call.arguments())) {
				found = call;
				break;
			}
			// A missing argument is made an empty object.
			found = (named && found == null) ? call : found;
		}
		this.pending.remove(found);
		return found;
	}

	/**
	 * Takes the calls that the model asked for and nobody has executed.
	 * @return them in their order
	 */
	synchronized List<ToolCall> takePending() {
		List<ToolCall> left = List.copyOf(this.pending);
		this.pending.clear();
		return left;
	}

}
