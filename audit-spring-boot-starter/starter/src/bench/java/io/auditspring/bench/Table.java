package io.auditspring.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Figures of several ways to do the same.
 *
 * @param title what they do
 * @param reference the row that the others are compared with
 * @param columns what is measured, with its unit
 * @param rows the samples of each way and column
 */
record Table(String title, String reference, List<String> columns, Map<String, Map<String, List<Double>>> rows) {

	Table(String title, String reference, String... columns) {
		this(title, reference, List.of(columns), new LinkedHashMap<>());
	}

	synchronized void add(String row, String column, double value) {
		if (!this.columns.contains(column)) {
			throw new IllegalArgumentException("No column " + column);
		}
		this.rows.computeIfAbsent(row, (key) -> new LinkedHashMap<>())
			.computeIfAbsent(column, (key) -> new ArrayList<>())
			.add(value);
	}

	Figure figure(String row, String column) {
		return Figure.of(this.rows.get(row).get(column));
	}

	double median(String row, String column) {
		return figure(row, column).median();
	}

	/**
	 * Compares two rows round by round, as what disturbs the machine disturbs neighbours.
	 * @param row a row
	 * @param reference what to divide it by
	 * @param column a column
	 * @return the ratio
	 */
	Figure ratio(String row, String reference, String column) {
		List<Double> samples = this.rows.get(row).get(column);
		List<Double> references = this.rows.get(reference).get(column);
		List<Double> ratios = new ArrayList<>();
		for (int i = 0; i < Math.min(samples.size(), references.size()); i++) {
			ratios.add(samples.get(i) / references.get(i));
		}
		return Figure.of(ratios);
	}

	String markdown() {
		StringBuilder text = new StringBuilder("**").append(this.title).append("**\n\n| |");
		this.columns.forEach((column) -> text.append(' ').append(column).append(" |"));
		text.append("\n|---|").append("---:|".repeat(this.columns.size())).append('\n');
		this.rows.forEach((row, cells) -> {
			text.append("| ").append(row).append(" |");
			this.columns.forEach((column) -> text.append(' ').append(cell(row, column)).append(" |"));
			text.append('\n');
		});
		return text.toString();
	}

	private String cell(String row, String column) {
		Map<String, List<Double>> compared = this.rows.getOrDefault(this.reference, Map.of());
		if (!this.rows.get(row).containsKey(column)) {
			return "";
		}
		String figure = figure(row, column).text();
		if (row.equals(this.reference) || !compared.containsKey(column) || median(this.reference, column) == 0) {
			return figure;
		}
		return figure + " ×" + Figure.number(ratio(row, this.reference, column).median());
	}

}
