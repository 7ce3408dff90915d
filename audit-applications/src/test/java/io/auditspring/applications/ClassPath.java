package io.auditspring.applications;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The class path of an application: what it depends on with all that brings along, the
 * way Maven would build it, taken from what this module depends on.
 */
final class ClassPath {

	private static final Graph GRAPH = Graph.read(Path.of("target", "dependencies.json"));

	private static final List<String> ENTRIES = Arrays
		.asList(System.getProperty("java.class.path").split(File.pathSeparator));

	private final Set<String> dependencies = new LinkedHashSet<>();

	private final Set<String> excluded = new LinkedHashSet<>();

	private final List<Path> roots = new ArrayList<>();

	/**
	 * Begins with what most users have.
	 * @param resources the folder with the application's resources, below those of this
	 * module's tests
	 * @return the class path
	 */
	static ClassPath of(String resources) {
		return of(resources, "spring-boot-starter-data-jpa");
	}

	/**
	 * Begins with what an application reaches its database by.
	 * @param resources the folder with the application's resources, below those of this
	 * module's tests
	 * @param data the starter for that
	 * @return the class path
	 */
	static ClassPath of(String resources, String data) {
		ClassPath classPath = new ClassPath();
		classPath.roots.add(Path.of("target", "test-classes", resources));
		classPath.roots.add(Path.of("target", "test-classes"));
		return classPath.with(data, "audit-spring-boot-starter");
	}

	ClassPath with(String... artifacts) {
		this.dependencies.addAll(Arrays.asList(artifacts));
		return this;
	}

	/**
	 * Leaves out what dependencies would bring along.
	 * @param artifacts their ids
	 * @return this
	 */
	ClassPath without(String... artifacts) {
		this.excluded.addAll(Arrays.asList(artifacts));
		return this;
	}

	/**
	 * The artifacts on it.
	 * @return their ids
	 */
	Set<String> artifacts() {
		return GRAPH.closure(this.dependencies, this.excluded).stream().map(Artifact::id).collect(Collectors.toSet());
	}

	@Override
	public String toString() {
		List<String> entries = new ArrayList<>();
		this.roots.forEach((root) -> entries.add(root.toString()));
		entries.add(withoutRoots());
		return String.join(File.pathSeparator, entries);
	}

	/**
	 * What the application depends on.
	 * @return the class path without the application itself
	 */
	String withoutRoots() {
		return GRAPH.closure(this.dependencies, this.excluded)
			.stream()
			.map(ClassPath::entry)
			.collect(Collectors.joining(File.pathSeparator));
	}

	/**
	 * The same with what it shares with another one at the front, as an archive of the
	 * classes on that needs it.
	 * @param other the other class path
	 * @param archived the other one as it was archived
	 * @return this class path
	 */
	String behind(ClassPath other, String archived) {
		List<String> entries = new ArrayList<>(List.of(archived));
		Set<Artifact> before = GRAPH.closure(other.dependencies, other.excluded);
		GRAPH.closure(this.dependencies, this.excluded)
			.stream()
			.filter((artifact) -> !before.contains(artifact))
			.forEach((artifact) -> entries.add(entry(artifact)));
		return String.join(File.pathSeparator, entries);
	}

	private static String entry(Artifact artifact) {
		String repository = ".*/%s/%s/[^/]+/[^/]+\\.jar".formatted(artifact.group().replace('.', '/'), artifact.id());
		// What this build makes is a folder as long as nothing is packaged, in a module
		// that is named like the end of the artifact.
		String module = artifact.id().substring(artifact.id().lastIndexOf('-') + 1);
		String build = ".*/%s/target/(classes|%s-[^/]+\\.jar)".formatted(module, artifact.id());
		return ENTRIES.stream()
			.map((entry) -> entry.replace(File.separatorChar, '/'))
			.filter((entry) -> entry.matches(repository)
					|| (artifact.group().equals("io.auditspring") && entry.matches(build)))
			.findFirst()
			.orElseThrow(() -> new IllegalStateException(artifact + " is not on the class path"));
	}

	/**
	 * What can be depended on. Ids alone are not unique: both lines of Jackson have the
	 * same.
	 *
	 * @param group its group
	 * @param id its id within that
	 */
	private record Artifact(String group, String id) {

		static Artifact of(JsonNode node) {
			return new Artifact(node.get("groupId").stringValue(), node.get("artifactId").stringValue());
		}

	}

	/**
	 * Who depends on whom.
	 */
	private static final class Graph {

		private final Map<Artifact, Set<Artifact>> edges = new HashMap<>();

		static Graph read(Path file) {
			Graph graph = new Graph();
			graph.add(JsonMapper.shared().readTree(file.toFile()));
			return graph;
		}

		// What was shown before is shown again without what it brings.
		private void add(JsonNode node) {
			Set<Artifact> brought = this.edges.computeIfAbsent(Artifact.of(node), (key) -> new LinkedHashSet<>());
			node.path("children").forEach((child) -> {
				brought.add(Artifact.of(child));
				add(child);
			});
		}

		Set<Artifact> closure(Set<String> roots, Set<String> excluded) {
			Set<Artifact> closure = new LinkedHashSet<>();
			Deque<Artifact> next = new ArrayDeque<>();
			roots.forEach((root) -> next.add(this.edges.keySet()
				.stream()
				.filter((artifact) -> artifact.id().equals(root))
				.findFirst()
				.orElseThrow(() -> new IllegalArgumentException(root))));
			while (!next.isEmpty()) {
				Artifact artifact = next.removeFirst();
				if (!excluded.contains(artifact.id()) && closure.add(artifact)) {
					next.addAll(this.edges.get(artifact));
				}
			}
			return closure;
		}

	}

}
