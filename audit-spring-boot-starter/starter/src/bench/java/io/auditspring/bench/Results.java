package io.auditspring.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What all benchmarks found.
 *
 * @param directory where it is kept
 * @param environment the machine and the software
 * @param reports what each found
 * @param failed those that ended in an error
 */
record Results(Path directory, String environment, List<Report> reports, List<String> failed) {

	private static final JsonMapper MAPPER = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

	static Results of(Path directory, Collection<String> names, List<String> failed) throws IOException {
		List<Report> reports = new ArrayList<>();
		for (String name : names) {
			Path file = directory.resolve(name + ".json");
			if (Files.exists(file)) {
				reports.add(MAPPER.readValue(file.toFile(), Report.class));
			}
		}
		return new Results(directory, machine(), reports, List.copyOf(failed));
	}

	void write() throws IOException {
		MAPPER.writeValue(this.directory.resolve("results.json").toFile(), this);
		Files.writeString(this.directory.resolve("results.md"), markdown());
		for (Report report : this.reports) {
			if (report.name().equals("transaction")) {
				Files.writeString(this.directory.resolve("chart.svg"),
						Chart.svg(report.tables().get(0), TransactionBenchmark.THROUGHPUT));
			}
		}
	}

	private String markdown() {
		StringBuilder text = new StringBuilder(this.environment).append("\n\n");
		text.append("| goal | wanted | measured | |\n|---|---|---:|---|\n");
		this.reports.forEach((report) -> report.goals()
			.forEach((goal) -> text.append("| %s | %s | %s | %s |%n".formatted(goal.what(), goal.goal(),
					goal.measured(), goal.met() ? "reached" : "**missed**"))));
		this.failed.forEach((name) -> text.append("\n**").append(name).append("** ended in an error.\n"));
		this.reports.forEach((report) -> text.append('\n').append(report.markdown()));
		return text.toString();
	}

	private static String machine() throws IOException {
		return "%s, %d processors, %s %s, PostgreSQL %s, %s form, %s".formatted(processor(),
				Runtime.getRuntime().availableProcessors(), System.getProperty("java.vm.name"),
				System.getProperty("java.version"), Server.VERSION, Effort.chosen().name().toLowerCase(),
				LocalDate.now());
	}

	private static String processor() throws IOException {
		Path info = Path.of("/proc/cpuinfo");
		return !Files.exists(info) ? System.getProperty("os.arch")
				: Files.readAllLines(info)
					.stream()
					.filter((line) -> line.startsWith("model name"))
					.map((line) -> line.replaceFirst(".*: ", ""))
					.findFirst()
					.orElse(System.getProperty("os.arch"));
	}

}
