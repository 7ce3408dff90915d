/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.lang.reflect.Field;
import java.util.function.Function;

import io.modelcontextprotocol.client.McpAsyncClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.mcp.AsyncMcpToolCallback;
import org.springframework.ai.mcp.SyncMcpToolCallback;
import org.springframework.ai.tool.ToolCallback;

import org.springframework.util.ReflectionUtils;

/**
 * Knows on which MCP server a tool is. The tool does not tell; its client knows.
 */
final class Connectors implements Function<ToolCallback, @Nullable String> {

	private static final @Nullable Field SYNC = client(SyncMcpToolCallback.class);

	private static final @Nullable Field ASYNC = client(AsyncMcpToolCallback.class);

	@Override
	public @Nullable String apply(ToolCallback tool) {
		Implementation server = null;
		if (tool instanceof SyncMcpToolCallback && SYNC != null
				&& ReflectionUtils.getField(SYNC, tool) instanceof McpSyncClient client) {
			server = client.getServerInfo();
		}
		else if (tool instanceof AsyncMcpToolCallback && ASYNC != null
				&& ReflectionUtils.getField(ASYNC, tool) instanceof McpAsyncClient client) {
			server = client.getServerInfo();
		}
		return (server != null) ? server.name() : null;
	}

	private static @Nullable Field client(Class<?> type) {
		Field field = ReflectionUtils.findField(type, "mcpClient");
		if (field != null) {
			ReflectionUtils.makeAccessible(field);
		}
		return field;
	}

}
