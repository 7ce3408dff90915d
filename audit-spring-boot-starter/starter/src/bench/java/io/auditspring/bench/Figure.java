package io.auditspring.bench;

import java.util.List;
import java.util.Locale;

/**
 * The median of several rounds with its spread.
 *
 * @param median the median
 * @param low the first quartile
 * @param high the third quartile
 * @param rounds how many were measured
 */
record Figure(double median, double low, double high, int rounds) {

	static Figure of(List<Double> samples) {
		double[] sorted = samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
		return new Figure(quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75), sorted.length);
	}

	static double quantile(double[] sorted, double share) {
		double place = share * (sorted.length - 1);
		int below = (int) place;
		int above = Math.min(below + 1, sorted.length - 1);
		return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
	}

	String text() {
		return (this.rounds < 2) ? number(this.median)
				: number(this.median) + " (" + number(this.low) + "–" + number(this.high) + ")";
	}

	static String number(double value) {
		double size = Math.abs(value);
		String format = (size >= 100 || value == Math.rint(value)) ? "%,.0f" : (size >= 10) ? "%.1f" : "%.2f";
		return String.format(Locale.ROOT, format, value);
	}

}
