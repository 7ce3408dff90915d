package io.auditspring.bench;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the mains that stand beside the tests measure: their words, and a ratio where they
 * tell one.
 */
final class FiguresBenchmark implements Benchmark {

	private static final Pattern RATIO = Pattern.compile("ratio (?:by the clock )?([0-9.]+)");

	private final String main;

	private final List<String> sizes;

	private final boolean isProperty;

	private final String what;

	private final double goal;

	private FiguresBenchmark(String main, List<String> sizes, boolean isProperty, String what, double goal) {
		this.main = main;
		this.sizes = sizes;
		this.isProperty = isProperty;
		this.what = what;
		this.goal = goal;
	}

	static FiguresBenchmark verification() {
		return new FiguresBenchmark("io.auditspring.ledger.VerificationRate", List.of("20000", "100000", "1000000"),
				true, "verification, against a bare SELECT of the same columns", 0.7);
	}

	static FiguresBenchmark proofs() {
		return new FiguresBenchmark("io.auditspring.ledger.CheckpointFigures", List.of("10000", "1000000", "10000000"),
				false, "", 0);
	}

	static FiguresBenchmark queries() {
		return new FiguresBenchmark("io.auditspring.query.ReadingFigures", List.of("10000", "1000000", "10000000"),
				false, "", 0);
	}

	@Override
	public void run(Effort effort, Report report) throws Exception {
		String size = this.sizes.get(effort.ordinal());
		List<String> lines = this.isProperty
				? Processes.run(Processes.classPath(), Map.of("entries", size), this.main)
				: Processes.run(Processes.classPath(), Map.of(), this.main, size);
		List<String> told = lines.stream()
			.filter((line) -> line.contains("/s") || line.contains(" us") || line.contains(" ms"))
			.toList();
		if (told.isEmpty()) {
			throw new IllegalStateException(this.main + " told nothing");
		}
		told.forEach(report::note);
		if (this.goal > 0) {
			report.atLeast(this.what, this.goal, Figure.of(List.of(ratio(told))));
		}
	}

	private static double ratio(List<String> told) {
		Matcher matcher = RATIO.matcher(String.join("\n", told));
		if (!matcher.find()) {
			throw new IllegalStateException("No ratio in " + told);
		}
		return Double.parseDouble(matcher.group(1));
	}

}
