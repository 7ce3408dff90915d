package io.auditspring.sample.agents;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.ToolCallingChatOptions;

import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Component;

/**
 * A stand-in where a model would be, so that the sample needs no network and does the
 * same each time. It knows four words, takes the first number for an agent and the second
 * for a connector, calls the tool of that word, and repeats what the tool says.
 */
@Component
class StandInModel implements ChatModel {

	static final String NAME = "stand-in";

	private static final Map<String, String> TOOLS = new TreeMap<>(
			Map.of("look", "agent_status", "start", "start_agent", "stop", "stop_agent", "retire", "retire_agent"));

	private static final Pattern NUMBER = Pattern.compile("[0-9]+");

	private final JsonMapper json = new JsonMapper();

	@Override
	public ChatResponse call(Prompt prompt) {
		Message last = prompt.getInstructions().get(prompt.getInstructions().size() - 1);
		if (last instanceof ToolResponseMessage response) {
			return answer(response.getResponses().get(0).responseData(), List.of());
		}
		String said = (last instanceof UserMessage user) ? user.getText() : "";
		return TOOLS.keySet()
			.stream()
			.filter(said::contains)
			.findFirst()
			.map((word) -> answer("", List.of(toolCall(TOOLS.get(word), said))))
			.orElseGet(() -> answer("I am a stand-in for a model and know: " + String.join(", ", TOOLS.keySet()),
					List.of()));
	}

	private AssistantMessage.ToolCall toolCall(String tool, String said) {
		List<Long> numbers = new ArrayList<>();
		Matcher matcher = NUMBER.matcher(said);
		while (matcher.find()) {
			numbers.add(Long.valueOf(matcher.group()));
		}
		Map<String, Long> arguments = new TreeMap<>();
		if (!numbers.isEmpty()) {
			arguments.put("agentId", numbers.get(0));
		}
		if (numbers.size() > 1) {
			arguments.put("connectorId", numbers.get(1));
		}
		return new AssistantMessage.ToolCall(UUID.randomUUID().toString(), "function", tool,
				this.json.writeValueAsString(arguments));
	}

	private static ChatResponse answer(String text, List<AssistantMessage.ToolCall> calls) {
		return new ChatResponse(List
			.of(new Generation(AssistantMessage.builder().content(text).toolCalls(calls).build(),
					ChatGenerationMetadata.builder().finishReason(calls.isEmpty() ? "STOP" : "TOOL_CALLS").build())),
				ChatResponseMetadata.builder().model(NAME).build());
	}

	@Override
	public ChatOptions getOptions() {
		return ToolCallingChatOptions.builder().build();
	}

}
