package io.auditspring.capture.state;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * All examples.
 */
final class Examples {

	private Examples() {
	}

	static Map<String, List<Example>> bySection() {
		Map<String, List<Example>> sections = new LinkedHashMap<>();
		sections.put("Columns", Columns.examples());
		sections.put("Secrets and converters", Secrets.examples());
		sections.put("References", References.examples());
		sections.put("Collections", Collections.examples());
		sections.put("Identifiers", Identifiers.examples());
		sections.put("Inheritance", Inheritance.examples());
		return sections;
	}

	static Stream<Example> all() {
		return bySection().values().stream().flatMap(List::stream);
	}

}
