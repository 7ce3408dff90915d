package io.auditspring.bench;

import java.util.List;
import java.util.Map;

/**
 * Draws one column of a table as bars.
 */
final class Chart {

	private static final int BAR = 26;

	private static final int LEFT = 240;

	private static final int WIDTH = 400;

	private Chart() {
	}

	static String svg(Table table, String column) {
		Map<String, Map<String, List<Double>>> rows = table.rows();
		double most = rows.keySet().stream().mapToDouble((row) -> table.median(row, column)).max().orElse(1);
		int height = 46 + rows.size() * BAR;
		StringBuilder svg = new StringBuilder("""
				<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 %d" font-family="sans-serif" font-size="13">
				<rect width="760" height="%d" fill="#fff"/>
				<text x="12" y="24" font-weight="bold">%s: %s</text>
				""".formatted(height, height, escaped(table.title()), escaped(column)));
		int top = 40;
		for (String row : rows.keySet()) {
			double value = table.median(row, column);
			svg.append("""
					<text x="%d" y="%d" text-anchor="end">%s</text>
					<rect x="%d" y="%d" width="%d" height="18" fill="%s"/>
					<text x="%d" y="%d">%s</text>
					""".formatted(LEFT - 8, top + 14, escaped(row), LEFT, top, Math.round(value / most * WIDTH),
					row.startsWith("ours") ? "#2f6f4f" : "#9aa5b1", LEFT + Math.round(value / most * WIDTH) + 6,
					top + 14, Figure.number(value)));
			top += BAR;
		}
		return svg.append("</svg>\n").toString();
	}

	private static String escaped(String text) {
		return text.replace("&", "&amp;").replace("<", "&lt;");
	}

}
