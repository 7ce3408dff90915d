/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.auditspring.ApprovalException;
import io.auditspring.ai.ToolCalls.End;
import io.auditspring.capture.internal.value.FailureText;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.server.McpAsyncServer;
import io.modelcontextprotocol.server.McpAsyncServerExchange;
import io.modelcontextprotocol.server.McpServerFeatures;
import io.modelcontextprotocol.server.McpStatelessAsyncServer;
import io.modelcontextprotocol.server.McpStatelessServerFeatures;
import io.modelcontextprotocol.server.McpStatelessSyncServer;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.server.McpSyncServerExchange;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Has the tools audited that an MCP server offers, whatever they were made of: all of
 * them are lists of specifications when the server is made, or are added to it later. The
 * agent is what the client calls itself.
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
		if (bean instanceof McpSyncServer || bean instanceof McpAsyncServer || bean instanceof McpStatelessSyncServer
				|| bean instanceof McpStatelessAsyncServer) {
			return withAuditedAdditions(bean);
		}
		// The tools of the trail tell of themselves.
		boolean others = bean instanceof List<?> && !beanName.startsWith("auditTrail");
		return others ? withAuditedTools((List<?>) bean) : bean;
	}

	// Any list may be a bean, and stays the one it is. What its factory puts into it
	// later
	// is seen by whoever has it.
	@SuppressWarnings("unchecked")
	private Object withAuditedTools(List<?> list) {
		if (list.stream().noneMatch(McpToolPostProcessor::isTool)) {
			return list;
		}
		try {
			((List<Object>) list).replaceAll(this::audited);
			return list;
		}
		catch (UnsupportedOperationException ex) {
			return new ArrayList<>(list.stream().map(this::audited).toList());
		}
	}

	private static boolean isTool(@Nullable Object element) {
		return element instanceof McpServerFeatures.SyncToolSpecification
				|| element instanceof McpServerFeatures.AsyncToolSpecification
				|| element instanceof McpStatelessServerFeatures.SyncToolSpecification
				|| element instanceof McpStatelessServerFeatures.AsyncToolSpecification;
	}

	// A server takes tools at any time.
	private Object withAuditedAdditions(Object server) {
		ProxyFactory proxy = new ProxyFactory(server);
		proxy.setProxyTargetClass(true);
		proxy.addAdvice((MethodInterceptor) (call) -> {
			if (call.getMethod().getName().equals("addTool")) {
				call.getArguments()[0] = audited(call.getArguments()[0]);
			}
			return call.proceed();
		});
		return proxy.getProxy(getClass().getClassLoader());
	}

	// The same tool may be in two lists, and added to a server from there.
	private Object audited(Object specification) {
		if (specification instanceof McpServerFeatures.SyncToolSpecification tool && !isSeen(tool.callHandler())) {
			return new McpServerFeatures.SyncToolSpecification(tool.tool(),
					(BiFunction<McpSyncServerExchange, CallToolRequest, CallToolResult> & Seen) (exchange,
							request) -> call(name(exchange.getClientInfo()), request,
									() -> tool.callHandler().apply(exchange, request)));
		}
		if (specification instanceof McpStatelessServerFeatures.SyncToolSpecification tool
				&& !isSeen(tool.callHandler())) {
			return new McpStatelessServerFeatures.SyncToolSpecification(tool.tool(),
					(BiFunction<McpTransportContext, CallToolRequest, CallToolResult> & Seen) (context,
							request) -> call(null, request, () -> tool.callHandler().apply(context, request)));
		}
		if (specification instanceof McpServerFeatures.AsyncToolSpecification tool && !isSeen(tool.callHandler())) {
			return new McpServerFeatures.AsyncToolSpecification(tool.tool(),
					(BiFunction<McpAsyncServerExchange, CallToolRequest, Mono<CallToolResult>> & Seen) (exchange,
							request) -> later(name(exchange.getClientInfo()), request,
									() -> tool.callHandler().apply(exchange, request)));
		}
		if (specification instanceof McpStatelessServerFeatures.AsyncToolSpecification tool
				&& !isSeen(tool.callHandler())) {
			return new McpStatelessServerFeatures.AsyncToolSpecification(tool.tool(),
					(BiFunction<McpTransportContext, CallToolRequest, Mono<CallToolResult>> & Seen) (context,
							request) -> later(null, request, () -> tool.callHandler().apply(context, request)));
		}
		return specification;
	}

	private static boolean isSeen(Object handler) {
		return handler instanceof Seen;
	}

	private CallToolResult call(@Nullable String client, CallToolRequest request, Supplier<CallToolResult> handler) {
		CallToolResult[] result = new CallToolResult[1];
		Turn turn = new Turn(this.origins.get().caller(), client, null, null);
		try {
			this.calls.get().execute(request.name(), input(request), turn, null, ApprovedTools.Demands.NONE, () -> {
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
			return refused(ex);
		}
	}

	private Mono<CallToolResult> later(@Nullable String client, CallToolRequest request,
			Supplier<Mono<CallToolResult>> handler) {
		return this.origins.get().subscriber().flatMap((origin) -> {
			Turn turn = new Turn(origin, client, null, null);
			long started = System.nanoTime();
			return approval(request, turn)
				.flatMap((approval) -> later(request, turn, started, approval.orElse(null), handler))
				.onErrorResume(ApprovalException.class,
						(refusal) -> ended(request, turn, started, End.denied(FailureText.of(refusal)))
							.thenReturn(refused(refusal)));
		});
	}

	// Whoever decides may be waited for.
	private Mono<Optional<UUID>> approval(CallToolRequest request, Turn turn) {
		ToolCalls calls = this.calls.get();
		if (!calls.isApprovalRequired(request.name(), input(request))) {
			return Mono.just(Optional.empty());
		}
		return Mono.fromSupplier(() -> Optional.of(calls.approval(request.name(), input(request), turn)))
			.subscribeOn(Schedulers.boundedElastic());
	}

	private Mono<CallToolResult> later(CallToolRequest request, Turn turn, long started, @Nullable UUID approval,
			Supplier<Mono<CallToolResult>> handler) {
		return Mono.defer(handler)
			.flatMap((result) -> ended(request, turn, started, end(result, approval)).thenReturn(result))
			.onErrorResume(
					(failure) -> !(failure instanceof RecordingException || failure instanceof ApprovalException),
					(failure) -> ended(request, turn, started, End.failed(FailureText.of(failure), approval))
						.then(Mono.error(failure)));
	}

	private Mono<Void> ended(CallToolRequest request, Turn turn, long started, End end) {
		return Mono.<Void>fromRunnable(() -> this.calls.get().ended(request.name(), input(request), turn, started, end))
			.subscribeOn(Schedulers.boundedElastic())
			.onErrorMap(RecordingException::new);
	}

	private static End end(CallToolResult result, @Nullable UUID approval) {
		String failure = failure(result);
		return (failure != null) ? End.failed(failure, approval) : End.succeeded(text(result), approval);
	}

	private static CallToolResult refused(ApprovalException refusal) {
		return CallToolResult.builder().addTextContent(String.valueOf(refusal.getMessage())).isError(true).build();
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
	 * What calls a tool and is audited.
	 */
	private interface Seen {

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
