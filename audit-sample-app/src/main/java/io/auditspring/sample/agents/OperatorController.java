package io.auditspring.sample.agents;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.client.ChatClient;

import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * An agent that operates the others, for whoever asks it.
 */
@RestController
@RequestMapping("/api/operator")
class OperatorController {

	private final ChatClient operator;

	OperatorController(ChatClient.Builder builder, Agents agents, AgentRepository known) {
		this.operator = builder.defaultTools(new OperatorTools(agents, known))
			.defaultAdvisors((advisors) -> advisors.param("audit.agent", "operator"))
			.build();
	}

	@PostMapping
	Answer ask(@Valid @RequestBody Question question) {
		return new Answer(this.operator.prompt(question.request()).call().content());
	}

	/**
	 * What somebody wants.
	 *
	 * @param request in words that the model knows
	 */
	record Question(@NotBlank String request) {

	}

	record Answer(@Nullable String text) {

	}

}
