/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import io.auditspring.ApprovalException;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ToolContext;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.definition.ToolDefinition;
import org.springframework.ai.tool.execution.ToolExecutionException;
import org.springframework.ai.tool.metadata.ToolMetadata;

/**
 * A tool whose calls are audited.
 */
final class AuditedToolCallback implements ToolCallback {

	private final ToolCallback delegate;

	private final Supplier<ToolCalls> calls;

	private final @Nullable Turn turn;

	private final Function<ToolCallback, @Nullable String> connectors;

	private AuditedToolCallback(ToolCallback delegate, Supplier<ToolCalls> calls, @Nullable Turn turn,
			Function<ToolCallback, @Nullable String> connectors) {
		this.delegate = delegate;
		this.calls = calls;
		this.turn = turn;
		this.connectors = connectors;
	}

	/**
	 * Lets calls of a tool be audited, unless they are.
	 * @param tool the tool
	 * @param calls audits them
	 * @param turn the turn it is offered in, or {@code null} where that shows with a call
	 * @param connectors knows on which servers tools are
	 * @return the tool
	 */
	static ToolCallback of(ToolCallback tool, Supplier<ToolCalls> calls, @Nullable Turn turn,
			Function<ToolCallback, @Nullable String> connectors) {
		return (tool instanceof AuditedToolCallback) ? tool : new AuditedToolCallback(tool, calls, turn, connectors);
	}

	static List<ToolCallback> all(List<ToolCallback> tools, Supplier<ToolCalls> calls, Turn turn,
			Function<ToolCallback, @Nullable String> connectors) {
		List<ToolCallback> audited = new ArrayList<>();
		tools.forEach((tool) -> audited.add(of(tool, calls, turn, connectors)));
		return audited;
	}

	@Override
	public ToolDefinition getToolDefinition() {
		return this.delegate.getToolDefinition();
	}

	@Override
	public ToolMetadata getToolMetadata() {
		return this.delegate.getToolMetadata();
	}

	@Override
	public String call(String toolInput) {
		return call(toolInput, () -> this.delegate.call(toolInput));
	}

	@Override
	public String call(String toolInput, @Nullable ToolContext toolContext) {
		return call(toolInput, () -> this.delegate.call(toolInput, toolContext));
	}

	private String call(String input, ToolCalls.Execution execution) {
		Turn current = (this.turn != null) ? this.turn : Turn.current();
		try {
			return this.calls.get()
				.execute(getToolDefinition().name(), input,
						(current != null) ? current : this.calls.get().begin(null, null, null),
						this.connectors.apply(this.delegate), ApprovedTools.demands(this.delegate), execution);
		}
		catch (ApprovalException ex) {
			// The model is told, as of any other tool that fails.
			throw new ToolExecutionException(getToolDefinition(), ex);
		}
	}

	@Override
	public String toString() {
		return this.delegate.toString();
	}

}
