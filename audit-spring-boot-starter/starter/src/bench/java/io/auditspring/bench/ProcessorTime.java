package io.auditspring.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.DoubleSupplier;

/**
 * The processor time that something has used since then. Other load on the machine
 * changes it less than it changes throughput.
 */
final class ProcessorTime {

	/** Linux counts in hundredths of a second. */
	private static final double MICROS_OF_A_TICK = 10_000;

	/** Fields of {@code /proc/pid/stat} behind the name of the program. */
	private static final int PARENT = 1;

	private static final int OWN = 11;

	private static final int OF_CHILDREN = 13;

	private final DoubleSupplier clock;

	private final double start;

	private ProcessorTime(DoubleSupplier clock) {
		this.clock = clock;
		this.start = clock.getAsDouble();
	}

	static ProcessorTime ofThisProcess() {
		return new ProcessorTime(() -> ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e3);
	}

	/**
	 * The time of a process and of its children, whether they still run or not.
	 */
	static ProcessorTime ofFamily(long pid) {
		return new ProcessorTime(() -> family(pid));
	}

	double micros() {
		return this.clock.getAsDouble() - this.start;
	}

	private static double family(long pid) {
		double ticks = 0;
		try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
			for (Path process : processes) {
				ticks += ticks(process, pid);
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		return ticks * MICROS_OF_A_TICK;
	}

	private static double ticks(Path process, long family) throws IOException {
		String line;
		try {
			line = Files.readString(process.resolve("stat"));
		}
		catch (NoSuchFileException ex) {
			// It has ended meanwhile; its parent has its time.
			return 0;
		}
		String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
		boolean head = process.endsWith(Long.toString(family));
		double ticks = 0;
		if (head || Long.parseLong(fields[PARENT]) == family) {
			ticks += Double.parseDouble(fields[OWN]) + Double.parseDouble(fields[OWN + 1]);
		}
		if (head) {
			ticks += Double.parseDouble(fields[OF_CHILDREN]) + Double.parseDouble(fields[OF_CHILDREN + 1]);
		}
		return ticks;
	}

}
