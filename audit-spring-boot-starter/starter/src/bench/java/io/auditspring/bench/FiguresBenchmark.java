package io.auditspring.bench;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the mains that stand beside the tests measure, each given a number of entries:
 * their words, and a ratio where they tell one.
 */
final class FiguresBenchmark implements Benchmark {

	private static final Pattern RATIO = Pattern.compile("ratio (?:by the clock )?([0-9.]+)");

	private final String main;

	private final List<String> sizes;

	private final String what;

	private final double goal;

	private FiguresBenchmark(String main, List<String> sizes, String what, double goal) {
		this.main = main;
		this.sizes = sizes;
		this.what = what;
		this.goal = goal;
	}

	static FiguresBenchmark verification() {
		return new FiguresBenchmark("io.auditspring.ledger.verify.VerificationRate", List.of("20000", "300000", "10000000"),
				"verification, against a bare SELECT of the same columns", 0.7);
	}

	static FiguresBenchmark proofs() {
		return new FiguresBenchmark("io.auditspring.ledger.internal.tree.CheckpointFigures", List.of("10000", "1000000", "10000000"),
				"", 0);
	}

	static FiguresBenchmark queries() {
		return new FiguresBenchmark("io.auditspring.query.ReadingFigures", List.of("60000", "1000000", "10000000"), "",
				0);
	}

	@Override
	public void run(Effort effort, Report report) throws Exception {
		List<String> told = Processes
			.run(Processes.classPath(), Map.of(), this.main, this.sizes.get(effort.ordinal()))
			.stream()
			.filter((line) -> line.startsWith("|") || line.contains("/s") || line.contains(" us")
					|| line.contains(" ms"))
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
