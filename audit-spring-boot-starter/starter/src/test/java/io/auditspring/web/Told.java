package io.auditspring.web;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.TreeMap;

/**
 * All that an answer says, but for names, times and random ids: so that the answers to
 * two readers who see alike are the same.
 */
public final class Told {

	private Told() {
	}

	public static String by(Visitor visitor, String method, String path, String who) {
		HttpResponse<String> answer = visitor.send(method, path);
		StringBuilder told = new StringBuilder("status ").append(answer.statusCode()).append('\n');
		new TreeMap<>(answer.headers().map()).forEach((name, values) -> {
			// The length of what has times in it, whose zeros at the end are left out.
			if (!List.of("date", "content-length").contains(name)) {
				told.append(name).append(": ").append(values).append('\n');
			}
		});
		told.append(answer.body());
		return told.toString()
			.replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID")
			.replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "TIME")
			.replaceAll("\"(time|logged_time)\":\\d{13}", "TIME")
			.replaceAll("W/\"[0-9a-f]{64}\"", "TAG")
			.replaceAll("(?<![\\w-])[\\w-]{34}(?=>|\",|\"})", "CURSOR")
			.replaceAll("\\b" + who + "\\b", "READER");
	}

}
