package io.auditspring.sample.agents;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/agents/{agentId}")
class AgentController {

	private final Agents agents;

	AgentController(Agents agents) {
		this.agents = agents;
	}

	@PostMapping("/start")
	AgentView start(@PathVariable long agentId, @Valid @RequestBody Command command) {
		return AgentView.of(this.agents.start(agentId, command.connectorId(), command.description()));
	}

	@PostMapping("/stop")
	AgentView stop(@PathVariable long agentId, @Valid @RequestBody Command command) {
		return AgentView.of(this.agents.stop(agentId, command.connectorId(), command.description()));
	}

	@ExceptionHandler
	ProblemDetail conflict(IllegalStateException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, ex.getMessage());
	}

	/**
	 * What to do.
	 *
	 * @param connectorId what the agent is reached through, or {@code null} if it needs
	 * none
	 * @param description why
	 */
	record Command(@Nullable Long connectorId, @NotBlank String description) {

	}

	record AgentView(long id, String name, Agent.Status status) {

		static AgentView of(Agent agent) {
			return new AgentView(agent.getId(), agent.getName(), agent.getStatus());
		}

	}

}
