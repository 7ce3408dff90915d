package io.auditspring.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What a benchmark found.
 *
 * @param name its name
 * @param tables its figures
 * @param goals what was to be reached
 * @param notes what one must know to read the figures
 * @param seconds how long it took
 */
record Report(String name, List<Table> tables, List<Goal> goals, List<String> notes, double seconds) {

	Report(String name) {
		this(name, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), 0);
	}

	Table table(String title, String reference, String... columns) {
		Table table = new Table(title, reference, columns);
		this.tables.add(table);
		return table;
	}

	void note(String text) {
		this.notes.add(text);
	}

	void atLeast(String what, double goal, Figure measured) {
		this.goals
			.add(new Goal(what, "at least " + Figure.number(goal), measured.text(), measured.median() >= goal));
	}

	void below(String what, double goal, String unit, Figure measured) {
		this.goals.add(new Goal(what, "below " + Figure.number(goal) + ' ' + unit, measured.text() + ' ' + unit,
				measured.median() < goal));
	}

	Report took(double time) {
		return new Report(this.name, this.tables, this.goals, this.notes, time);
	}

	String markdown() {
		StringBuilder text = new StringBuilder("### ").append(this.name).append("\n\n");
		this.tables.forEach((table) -> text.append(table.markdown()).append('\n'));
		this.notes.forEach((note) -> text.append(note.startsWith("|") ? "" : "- ").append(note).append('\n'));
		return text.append("\nTook ").append(Figure.number(this.seconds)).append(" s.\n").toString();
	}

}
