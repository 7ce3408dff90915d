package io.auditspring.bench;

import java.io.File;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the starter adds to the start of an application, in fresh JVMs in turns. The
 * migrations have been applied before.
 */
final class StartBenchmark implements Benchmark {

	/** What the one without lacks: classes, or jars once they are packed. */
	private static final Pattern STARTER = Pattern.compile("(^|/)(starter/|ledger/|api/)?target/(classes$|audit-)");

	private static final String TIME = "ms to start";

	private static final String CLASSES = "classes loaded";

	private static final String HEAP = "kB of heap after it";

	private static final String WITHOUT = "without the starter";

	private static final String WITH = "with the starter";

	@Override
	public void run(Effort effort, Report report) throws Exception {
		Server server = Server.start();
		Table table = report.table("Start of an application with JPA, Envers, Security and Tomcat", WITHOUT, TIME,
				CLASSES, HEAP);
		Map<String, String> urls = Map.of(WITHOUT, url(server), WITH, url(server));
		for (int round = -1; round < effort.of(1, 5, 25); round++) {
			for (String way : List.of(WITHOUT, WITH)) {
				long[] found = start(urls.get(way), way.equals(WITH));
				if (round >= 0) {
					table.add(way, TIME, found[0]);
					table.add(way, CLASSES, found[1]);
					table.add(way, HEAP, found[2]);
				}
			}
		}
		double added = table.median(WITH, TIME) - table.median(WITHOUT, TIME);
		report.below("start-up added to an application", 200, "ms", Figure.of(List.of(added)));
		report.note("Every library that the tests use is on the class path of both. The one without lacks only the "
				+ "starter's own classes.");
	}

	private static String url(Server server) throws SQLException {
		return "jdbc:postgresql://localhost:%d/%s".formatted(server.port(), server.newDatabase());
	}

	private static long[] start(String url, boolean with) throws Exception {
		String classPath = Arrays.stream(Processes.classPath().split(File.pathSeparator))
			.filter((place) -> with || !STARTER.matcher(place).find())
			.collect(Collectors.joining(File.pathSeparator));
		if (!with && classPath.equals(Processes.classPath())) {
			throw new IllegalStateException("The starter is not on the class path as " + STARTER);
		}
		String line = Processes.run(classPath, Map.of(), "io.auditspring.bench.host.HostApplication", url)
			.stream()
			.filter((one) -> one.startsWith("started "))
			.findFirst()
			.orElseThrow();
		return Arrays.stream(line.split(" ")).skip(1).mapToLong(Long::parseLong).toArray();
	}

}
