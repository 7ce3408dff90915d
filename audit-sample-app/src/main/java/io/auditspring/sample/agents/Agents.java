package io.auditspring.sample.agents;

import java.util.function.Consumer;

import io.auditspring.AuditContext;
import io.auditspring.Audited;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.server.ResponseStatusException;

/**
 * Starts and stops agents. Every call leaves an entry, those that fail too; hence the
 * messages say what was asked for, and the outcome says what became of it.
 */
@Component
@Transactional
class Agents {

	/** Some agents need no connector, and their sentences name none. */
	private static final String THROUGH_CONNECTOR = "#{#connectorId != null ? ' through connector ' + #connectorId : ''}";

	private final AgentRepository agents;

	private final ConnectorRepository connectors;

	Agents(AgentRepository agents, ConnectorRepository connectors) {
		this.agents = agents;
		this.connectors = connectors;
	}

	@Audited(action = "agent.started", category = "agent", targetType = "Agent", targetId = "#agentId",
			related = "Connector:#connectorId", metadata = "{description: #description}",
			message = "Start agent #{#agentId}" + THROUGH_CONNECTOR)
	public Agent start(long agentId, @Nullable Long connectorId, String description) {
		return move(agentId, connectorId, Agent::start);
	}

	@Audited(action = "agent.stopped", category = "agent", targetType = "Agent", targetId = "#agentId",
			related = "Connector:#connectorId", metadata = "{description: #description}",
			message = "Stop agent #{#agentId}" + THROUGH_CONNECTOR)
	public Agent stop(long agentId, @Nullable Long connectorId, String description) {
		return move(agentId, connectorId, Agent::stop);
	}

	private Agent move(long agentId, @Nullable Long connectorId, Consumer<Agent> change) {
		Agent agent = this.agents.findById(agentId).orElseThrow(() -> missing("agent", agentId));
		// What only the method knows, the annotation cannot say.
		AuditContext.current().targetName(agent.getName());
		if (connectorId != null) {
			Connector connector = this.connectors.findById(connectorId)
				.orElseThrow(() -> missing("connector", connectorId));
			AuditContext.current().metadata("connector", connector.getName());
		}
		change.accept(agent);
		return agent;
	}

	private static ResponseStatusException missing(String what, long id) {
		return new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no %s %s".formatted(what, id));
	}

}
