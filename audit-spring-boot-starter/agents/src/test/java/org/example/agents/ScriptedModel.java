package org.example.agents;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A stand-in for a model, without any network: what the user says is the script of what
 * it asks for. A script is a list of answers, each a list of calls with {@code tool} and
 * {@code input}; after the last of them, and to anything else, it says "done".
 */
class ScriptedModel implements ChatModel {

	static final String NAME = "scripted-stand-in";

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final AtomicLong calls = new AtomicLong();

	@Override
	public ChatResponse call(Prompt prompt) {
		List<AssistantMessage.ToolCall> asked = asked(prompt.getInstructions());
		AssistantMessage message = AssistantMessage.builder()
			.content(asked.isEmpty() ? "done" : "I call " + asked.size())
			.toolCalls(asked)
			.build();
		return new ChatResponse(List.of(new Generation(message,
				ChatGenerationMetadata.builder().finishReason(asked.isEmpty() ? "STOP" : "TOOL_CALLS").build())),
				ChatResponseMetadata.builder().model(NAME).usage(new DefaultUsage(12, 5)).build());
	}

	@Override
	public Flux<ChatResponse> stream(Prompt prompt) {
		return Flux.defer(() -> {
			ChatResponse whole = call(prompt);
			AssistantMessage message = whole.getResult().getOutput();
			List<ChatResponse> parts = new ArrayList<>();
			for (String word : message.getText().split("(?<= )")) {
				parts.add(new ChatResponse(List.of(new Generation(new AssistantMessage(word)))));
			}
			parts.add(new ChatResponse(List
				.of(new Generation(AssistantMessage.builder().content("").toolCalls(message.getToolCalls()).build(),
						whole.getResult().getMetadata())),
					whole.getMetadata()));
			return Flux.fromIterable(parts);
		});
	}

	@Override
	public ChatOptions getOptions() {
		return ToolCallingChatOptions.builder().build();
	}

	private List<AssistantMessage.ToolCall> asked(List<Message> messages) {
		int said = messages.size() - 1;
		while (said > 0 && !(messages.get(said) instanceof UserMessage)) {
			said--;
		}
		String text = messages.get(said).getText();
		if (text == null || !text.startsWith("[")) {
			return List.of();
		}
		long answered = messages.subList(said, messages.size())
			.stream()
			.filter(ToolResponseMessage.class::isInstance)
			.count();
		JsonNode answer = JSON.readTree(text).path((int) answered);
		List<AssistantMessage.ToolCall> asked = new ArrayList<>();
		answer.forEach((call) -> asked.add(new AssistantMessage.ToolCall("call-" + this.calls.incrementAndGet(),
				"function", call.path("tool").asString(), call.path("input").asString())));
		return asked;
	}

}
