package io.auditspring.sample.agents;

import io.auditspring.RequiresApproval;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.ai.tool.annotation.ToolParam;

/**
 * What the operator may do. Nothing is said of audit here: each call leaves an entry by
 * itself, with the entries of what it calls.
 */
class OperatorTools {

	private static final String WHY = "Asked of the operator";

	private final Agents agents;

	private final AgentRepository known;

	OperatorTools(Agents agents, AgentRepository known) {
		this.agents = agents;
		this.known = known;
	}

	@Tool(name = "agent_status", description = "Tells whether an agent runs")
	String status(long agentId) {
		return this.known.findById(agentId)
			.map((agent) -> "%s is %s".formatted(agent.getName(), agent.getStatus()))
			.orElse("There is no agent " + agentId);
	}

	@Tool(name = "start_agent", description = "Starts an agent through a connector")
	String start(long agentId, @ToolParam(required = false) @Nullable Long connectorId) {
		return this.agents.start(agentId, connectorId, WHY).getName() + " is started";
	}

	@Tool(name = "stop_agent", description = "Stops an agent through a connector")
	String stop(long agentId, @ToolParam(required = false) @Nullable Long connectorId) {
		return this.agents.stop(agentId, connectorId, WHY).getName() + " is stopped";
	}

	@Tool(name = "retire_agent", description = "Stops an agent for good")
	@RequiresApproval("A retired agent has to be set up anew")
	String retire(long agentId) {
		return this.agents.stop(agentId, null, "Retired").getName() + " is retired";
	}

}
