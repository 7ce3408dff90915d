/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.listener;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

import io.auditspring.capture.internal.actor.MessageSenders;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.MessageHandler;
import org.springframework.messaging.simp.SimpMessageHeaderAccessor;
import org.springframework.messaging.support.ExecutorChannelInterceptor;
import org.springframework.messaging.support.ExecutorSubscribableChannel;

/**
 * Learns who sent a message over STOMP, on the thread that handles it. The channel is the
 * one by which Spring lets in what clients send, and no other: what an application sends
 * to itself is no client's.
 */
final class ClientMessages implements BeanPostProcessor, ExecutorChannelInterceptor {

	private static final String CHANNEL = "clientInboundChannel";

	private final Supplier<MessageSenders> senders;

	private final ThreadLocal<Deque<Runnable>> handled = ThreadLocal.withInitial(ArrayDeque::new);

	/**
	 * Creates it.
	 * @param senders where to name who sent a message
	 */
	ClientMessages(Supplier<MessageSenders> senders) {
		this.senders = senders;
	}

	// After the interceptors of the application, which may say who it is.
	@Override
	public Object postProcessAfterInitialization(Object bean, String name) {
		if (name.equals(CHANNEL) && bean instanceof ExecutorSubscribableChannel channel) {
			channel.addInterceptor(this);
		}
		return bean;
	}

	@Override
	public Message<?> beforeHandle(Message<?> message, MessageChannel channel, MessageHandler handler) {
		Runnable end = this.senders.get().begin(SimpMessageHeaderAccessor.getUser(message.getHeaders()));
		this.handled.get().push(end);
		return message;
	}

	@Override
	public void afterMessageHandled(Message<?> message, MessageChannel channel, MessageHandler handler,
			@Nullable Exception ex) {
		Deque<Runnable> handled = this.handled.get();
		Runnable end = handled.poll();
		if (end != null) {
			end.run();
		}
		if (handled.isEmpty()) {
			this.handled.remove();
		}
	}

}
