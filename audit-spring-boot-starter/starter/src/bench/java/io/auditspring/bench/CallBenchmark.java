package io.auditspring.bench;

import java.util.Arrays;
import java.util.Collection;
import java.util.stream.Stream;

import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * What an audited call takes from its caller, in time and in memory.
 */
final class CallBenchmark implements Benchmark {

	private static final String TIME = "ns/call";

	private static final String BYTES = "B/call";

	private static final int CALLS = 5_000;

	private static final int DURABLE_CALLS = 200;

	@Override
	public void run(Effort effort, Report report) throws Exception {
		Server server = Server.start();
		Table calls = report.table("A call that does nothing", Contenders.PROXY.title, TIME, BYTES);
		Table added = report.table("Added to the bare proxy", "", TIME, BYTES);
		Table durable = report.table("A call without transaction that returns when its entry is durable",
				Contenders.TRANSACTIONAL.title, TIME, BYTES);
		for (int round = 0; round < effort.of(1, 2, 7); round++) {
			measure(server, effort, calls, false);
			measure(server, effort, durable, true);
		}
		Stream.of(Contenders.values())
			.filter((desk) -> desk != Contenders.PROXY && !desk.isDurable())
			.forEach((desk) -> difference(calls, added, desk));
		report.below("added by ASYNC without state: time", 2000, "ns", added.figure(Contenders.ASYNC.title, TIME));
		report.below("added by ASYNC without state: allocation", 2000, "B", added.figure(Contenders.ASYNC.title, BYTES));
		report.note("Time and allocation of the calling thread's side: while calls are counted, the writer of the "
				+ "buffer waits for the lock of the chain; what it costs is in `writer`.");
		report.note("The others have no buffer, no chain and here no storage: their records are thrown away.");
		report.note("log-record (`cn.monitor4all`) did not resolve from the package registry.");
	}

	private static void difference(Table calls, Table added, Contenders desk) {
		for (String column : calls.columns()) {
			added.add(desk.title, column,
					calls.median(desk.title, column) - calls.median(Contenders.PROXY.title, column));
		}
	}

	private static void measure(Server server, Effort effort, Table table, boolean durable) throws RunnerException {
		int calls = durable ? DURABLE_CALLS : CALLS;
		String[] contenders = Arrays.stream(Contenders.values())
			.filter((desk) -> desk.isDurable() == durable)
			.map(Enum::name)
			.toArray(String[]::new);
		Collection<RunResult> results = new Runner(new OptionsBuilder().include(AuditedCall.class.getName() + ".pay")
			.param("desk", contenders)
			.forks(1)
			.jvmArgsAppend("-Dbench.port=" + server.port(), "-Xms1g", "-Xmx1g", "-XX:+UseParallelGC")
			.measurementBatchSize(calls)
			.warmupBatchSize(calls)
			.warmupIterations(effort.of(3, durable ? 10 : 30, 60))
			.measurementIterations(effort.of(3, 20, 40))
			.timeout(TimeValue.minutes(5))
			.shouldFailOnError(true)
			.build()).run();
		results.forEach((result) -> add(result, calls, table));
	}

	private static void add(RunResult result, int calls, Table table) {
		String title = Contenders.valueOf(result.getParams().getParam("desk")).title;
		table.add(title, TIME, result.getPrimaryResult().getStatistics().getPercentile(50) / calls);
		table.add(title, BYTES, result.getSecondaryResults().get("allocated").getStatistics().getPercentile(50) / calls);
	}

}
