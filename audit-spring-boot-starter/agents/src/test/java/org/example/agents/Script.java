package org.example.agents;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import tools.jackson.databind.json.JsonMapper;

/**
 * What a stand-in for a model is to ask for.
 */
final class Script {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final List<List<Map<String, String>>> answers = new ArrayList<>();

	/** Begins another answer. */
	Script then() {
		this.answers.add(new ArrayList<>());
		return this;
	}

	Script call(String tool, Map<String, ?> arguments) {
		return callWith(tool, JSON.writeValueAsString(arguments));
	}

	Script callWith(String tool, String input) {
		if (this.answers.isEmpty()) {
			then();
		}
		this.answers.get(this.answers.size() - 1).add(Map.of("tool", tool, "input", input));
		return this;
	}

	@Override
	public String toString() {
		return JSON.writeValueAsString(this.answers);
	}

}
