package io.auditspring.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs the benchmarks one after the other, each in a JVM of its own, and puts together
 * what they found: {@code results.json}, {@code results.md} and {@code chart.svg}. One
 * that fails is told in the results, and fails the run in the end.
 */
public final class Benchmarks {

	private static final JsonMapper MAPPER = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

	private static final Path DIRECTORY = Path.of(System.getProperty("bench.directory", "target/bench"));

	private static final Map<String, Supplier<Benchmark>> ALL = all();

	private Benchmarks() {
	}

	private static Map<String, Supplier<Benchmark>> all() {
		Map<String, Supplier<Benchmark>> all = new LinkedHashMap<>();
		all.put("call", CallBenchmark::new);
		all.put("transaction", TransactionBenchmark::new);
		all.put("writer", WriterBenchmark::new);
		all.put("start", StartBenchmark::new);
		all.put("relay", RelayBenchmark::new);
		all.put("verification", FiguresBenchmark::verification);
		all.put("proofs", FiguresBenchmark::proofs);
		all.put("queries", FiguresBenchmark::queries);
		all.put("upkeep", UpkeepBenchmark::new);
		all.put("burst", BurstBenchmark::new);
		all.put("growth", GrowthBenchmark::new);
		all.put("sources", SourceFigures::new);
		return all;
	}

	public static void main(String[] arguments) throws Exception {
		if (arguments.length == 1) {
			one(arguments[0]);
			return;
		}
		Files.createDirectories(DIRECTORY);
		List<String> failed = new ArrayList<>();
		for (String name : chosen()) {
			if (!inOwnProcess(name)) {
				failed.add(name);
			}
			Results.of(DIRECTORY, ALL.keySet(), failed).write();
		}
		System.out.println(Files.readString(DIRECTORY.resolve("results.md")));
		System.exit(failed.isEmpty() ? 0 : 1);
	}

	private static List<String> chosen() {
		String only = System.getProperty("bench.only", "");
		return only.isBlank() ? List.copyOf(ALL.keySet()) : List.of(only.split("\\s*,\\s*"));
	}

	private static void one(String name) throws Exception {
		Report report = new Report(name);
		long start = System.nanoTime();
		ALL.get(name).get().run(Effort.chosen(), report);
		double seconds = (System.nanoTime() - start) / 1e9;
		MAPPER.writeValue(DIRECTORY.resolve(name + ".json").toFile(), report.took(seconds));
		// Threads of applications do not keep it.
		System.exit(0);
	}

	private static boolean inOwnProcess(String name) throws IOException, InterruptedException {
		if (!ALL.containsKey(name)) {
			throw new IllegalArgumentException("No benchmark " + name + ", only " + ALL.keySet());
		}
		Path log = DIRECTORY.resolve(name + ".log");
		Files.deleteIfExists(DIRECTORY.resolve(name + ".json"));
		System.out.println("Measuring " + name + ", see " + log);
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx2g", "-Dbench=" + System.getProperty("bench", "short"), "-Dbench.directory=" + DIRECTORY,
				"-Dlogging.level.root=warn", "-classpath", System.getProperty("java.class.path"),
				Benchmarks.class.getName(), name)
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		return process.waitFor(4, TimeUnit.HOURS) && process.exitValue() == 0;
	}

}
