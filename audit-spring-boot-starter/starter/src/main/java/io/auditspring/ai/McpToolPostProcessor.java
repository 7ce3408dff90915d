/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.auditspring.ApprovalException;
import io.modelcontextprotocol.server.McpServerFeatures;
import io.modelcontextprotocol.server.McpStatelessServerFeatures;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Has the tools audited that an MCP server offers, whatever they were made of: all of
 * them are lists of specifications when the server is made. The agent is what the client
 * calls itself.
 */
final class McpToolPostProcessor implements BeanPostProcessor {

	private static final JsonMapper JSON = new JsonMapper();

	private final Supplier<ToolCalls> calls;

	private final Supplier<TurnOrigins> origins;

	McpToolPostProcessor(Supplier<ToolCalls> calls, Supplier<TurnOrigins> origins) {
		this.calls = calls;
		this.origins = origins;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		// The tools of the trail tell of themselves.
		boolean others = bean instanceof List<?> list && !list.isEmpty() && !beanName.startsWith("auditTrail");
		return others ? ((List<?>) bean).stream().map(this::audited).toList() : bean;
	}

	private Object audited(Object specification) {
		if (specification instanceof McpServerFeatures.SyncToolSpecification tool) {
			return new McpServerFeatures.SyncToolSpecification(tool.tool(),
					(exchange, request) -> call(name(exchange.getClientInfo()), request,
							() -> tool.callHandler().apply(exchange, request)));
		}
		if (specification instanceof McpStatelessServerFeatures.SyncToolSpecification tool) {
			return new McpStatelessServerFeatures.SyncToolSpecification(tool.tool(),
					(context, request) -> call(null, request, () -> tool.callHandler().apply(context, request)));
		}
		if (specification instanceof McpServerFeatures.AsyncToolSpecification tool) {
			return new McpServerFeatures.AsyncToolSpecification(tool.tool(),
					(exchange, request) -> later(name(exchange.getClientInfo()), request,
							() -> tool.callHandler().apply(exchange, request)));
		}
		if (specification instanceof McpStatelessServerFeatures.AsyncToolSpecification tool) {
			return new McpStatelessServerFeatures.AsyncToolSpecification(tool.tool(),
					(context, request) -> later(null, request, () -> tool.callHandler().apply(context, request)));
		}
		return specification;
	}

	private CallToolResult call(@Nullable String client, CallToolRequest request, Supplier<CallToolResult> handler) {
		CallToolResult[] result = new CallToolResult[1];
		Turn turn = new Turn(this.origins.get().caller(), client, null, null);
		try {
			this.calls.get().execute(request.name(), input(request), turn, null, null, () -> {
				result[0] = handler.get();
				String failure = failure(result[0]);
				if (failure != null) {
					throw new ToolFailedException(failure);
				}
				return text(result[0]);
			});
			return result[0];
		}
		catch (ToolFailedException ex) {
			return result[0];
		}
		catch (ApprovalException ex) {
			return CallToolResult.builder().addTextContent(String.valueOf(ex.getMessage())).isError(true).build();
		}
	}

	private Mono<CallToolResult> later(@Nullable String client, CallToolRequest request,
			Supplier<Mono<CallToolResult>> handler) {
		return this.origins.get().subscriber().flatMap((origin) -> {
			Turn turn = new Turn(origin, client, null, null);
			long started = System.nanoTime();
			return handler.get()
				.flatMap((result) -> ended(request, turn, started, text(result), failure(result)).thenReturn(result))
				.onErrorResume((failure) -> !(failure instanceof RecordingException),
						(failure) -> ended(request, turn, started, null,
								failure.getClass().getSimpleName() + ": " + failure.getMessage())
							.then(Mono.error(failure)));
		});
	}

	private Mono<Void> ended(CallToolRequest request, Turn turn, long started, @Nullable String output,
			@Nullable String failure) {
		return Mono
			.<Void>fromRunnable(() -> this.calls.get()
				.ended(request.name(), input(request), turn, started, (failure == null) ? output : null, failure))
			.subscribeOn(Schedulers.boundedElastic())
			.onErrorMap(RecordingException::new);
	}

	private static String input(CallToolRequest request) {
		Map<String, Object> arguments = request.arguments();
		return (arguments != null) ? JSON.writeValueAsString(arguments) : "{}";
	}

	private static @Nullable String name(@Nullable Implementation client) {
		return (client != null) ? client.name() : null;
	}

	private static @Nullable String failure(@Nullable CallToolResult result) {
		return (result != null && Boolean.TRUE.equals(result.isError())) ? text(result) : null;
	}

	private static String text(@Nullable CallToolResult result) {
		if (result == null) {
			return "";
		}
		if (result.content() == null || result.content().isEmpty()) {
			return String.valueOf(result.structuredContent());
		}
		Function<McpSchema.Content, String> shown = (content) -> (content instanceof McpSchema.TextContent text)
				? String.valueOf(text.text()) : content.type();
		return result.content().stream().map(shown).collect(Collectors.joining("\n"));
	}

	/**
	 * A tool has said itself that it failed.
	 */
	private static final class ToolFailedException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		ToolFailedException(String message) {
			super(message);
		}

	}

	/**
	 * The entry could not be kept.
	 */
	private static final class RecordingException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		RecordingException(Throwable cause) {
			super(cause);
		}

	}

}
