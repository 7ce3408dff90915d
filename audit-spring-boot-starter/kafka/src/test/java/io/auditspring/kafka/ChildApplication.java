/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * An application in a process of its own. With {@code --child.writes=true} it records
 * without end, one entry in {@code --child.pause} milliseconds, and prints the number of
 * each that was acknowledged. One that sends prints how many entries Kafka has.
 */
final class ChildApplication {

	/** Before the number of an entry. */
	static final String ACKNOWLEDGED = "acknowledged ";

	/** Before the number of entries. */
	static final String SENT = "sent ";

	private static final long PAUSE = 5;

	private ChildApplication() {
	}

	/**
	 * Whether people are to look at a line of its log: not where a database is away, also
	 * while it starts, and not where Kafka's client says that a broker is.
	 */
	static boolean needsPeople(String line) {
		return line.contains(" ERROR ") && (line.contains("NOT WHAT IT SHOULD BE")
				|| !(line.contains("tried again") || line.contains("could not be found out")
						|| line.contains("LoggingFailureAnalysisReporter") || line.contains("Offset commit failed")));
	}

	public static void main(String[] arguments) throws InterruptedException {
		ChildProcess.endWithTheTests();
		ConfigurableApplicationContext application = new SpringApplicationBuilder(Carriers.Application.class)
			.web(WebApplicationType.NONE)
			.run(arguments);
		System.out.println(ChildProcess.BEGUN);
		if (application.getEnvironment().getProperty("child.writes", Boolean.class, false)) {
			Thread writer = new Thread(() -> write(application));
			writer.setDaemon(true);
			writer.start();
		}
		tellWhatIsSent(application.getBeanProvider(PublishingStatistics.class));
	}

	private static void write(ConfigurableApplicationContext application) {
		AuditRecorder recorder = application.getBean(AuditRecorder.class);
		long pause = application.getEnvironment().getProperty("child.pause", Long.class, 1L);
		try {
			for (long number = System.nanoTime();; number++) {
				if (isRecorded(recorder, number)) {
					System.out.println(ACKNOWLEDGED + number);
				}
				Thread.sleep(pause);
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** While its database is away, nobody is told that something is kept. */
	private static boolean isRecorded(AuditRecorder recorder, long number) {
		try {
			recorder.record(AuditRecord.action("order.place").target("Order", number).build());
			return true;
		}
		catch (RuntimeException ex) {
			System.out.println("not acknowledged " + number + ": " + ex);
			return false;
		}
	}

	private static void tellWhatIsSent(ObjectProvider<PublishingStatistics> sending) throws InterruptedException {
		PublishingStatistics statistics = sending.getIfAvailable(PublishingStatistics::new);
		long told = 0;
		while (true) {
			PublishingStatistics.Standing standing = statistics.standing();
			if (standing.here() && standing.sent() != told) {
				told = standing.sent();
				System.out.println(SENT + told);
			}
			Thread.sleep(PAUSE);
		}
	}

}
