/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.auditspring.kafka.Carriers.Service;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two services, three brokers, and two instances of the centre, all of them processes of
 * their own, and a server for the database of each service and of the centre, while
 * things happen to them. The logs of all, and the figures, are in
 * {@code target/faults-kafka}. {@code -Dfaults.kafka.entries} says how many entries there
 * are to be at least, {@code faults.kafka.disturbances} how much is to happen,
 * {@code faults.kafka.interval} in how many seconds, and {@code faults.kafka.pause} how
 * many milliseconds a service waits after an entry.
 */
@Tag("faults")
class ManyProcessesTests {

	private static final int ENTRIES = Integer.getInteger("faults.kafka.entries", 20_000);

	private static final int DISTURBANCES = Integer.getInteger("faults.kafka.disturbances", 20);

	private static final Duration INTERVAL = Duration.ofSeconds(Integer.getInteger("faults.kafka.interval", 20));

	private static final int PAUSE = Integer.getInteger("faults.kafka.pause", 1);

	private static final Duration UNTIL_NOTICED = Duration.ofSeconds(5);

	private final Path directory = Path.of("target", "faults-kafka").toAbsolutePath();

	@Test
	void whatWasAcknowledgedIsAtTheCentreOnceAndInItsOrder() throws Exception {
		FileSystemUtils.deleteRecursively(this.directory);
		Files.createDirectories(this.directory);
		long start = System.nanoTime();
		try (Brokers brokers = new Brokers(this.directory);
				DatabaseServer centreDatabase = new DatabaseServer("centre");
				DatabaseServer ordersDatabase = new DatabaseServer("orders");
				DatabaseServer invoicesDatabase = new DatabaseServer("invoices");
				Carriers carriers = new Carriers(this.directory, brokers.servers(), 3,
						(name) -> Map
							.of("centre", centreDatabase, "orders", ordersDatabase, "invoices", invoicesDatabase)
							.get(name)
							.database())) {
			carriers.prepareTheCentre();
			List<WritingService> services = Stream.of("orders", "invoices")
				.map((name) -> write(carriers, name))
				.toList();
			List<ReceivingProcess> centre = Stream.of("centre-1", "centre-2")
				.map((instance) -> new ReceivingProcess(carriers, instance))
				.toList();
			try {
				Disturbances disturbances = new Disturbances(carriers, brokers,
						List.of(centreDatabase, ordersDatabase, invoicesDatabase), services, centre,
						this.directory.resolve("disturbances.log"));
				disturbances.settle();
				while (disturbances.count() < DISTURBANCES || acknowledged(services) < ENTRIES) {
					disturbances.next();
					disturbances.pass(INTERVAL);
				}
				disturbances.settle();
				services.forEach(WritingService::writeNoMore);
				services.forEach(WritingService::awaitAllAtTheCentre);
				services.forEach(WritingService::assertNothingLostOrDoubleOrReordered);
				Files.writeString(Path.of("target", "faults-kafka.md"),
						"""
								%d entries were acknowledged by two services in %d s; %d are at the centre. None is lost, double or reordered.

								%s"""
							.formatted(acknowledged(services), Duration.ofNanos(System.nanoTime() - start).toSeconds(),
									services.stream().mapToLong(WritingService::atTheCentre).sum(),
									disturbances.figures()));
				assertThat(services).allSatisfy((service) -> assertThat(service.errors()).isEmpty());
				assertThat(centre).allSatisfy((instance) -> assertThat(instance.errors()).isEmpty());
				assertThat(disturbances.noticed()).isNotEmpty()
					.allSatisfy((time) -> assertThat(time).isLessThan(UNTIL_NOTICED));
			}
			finally {
				services.forEach(WritingService::stop);
				centre.forEach(ReceivingProcess::stop);
			}
			carriers.assertVerified();
		}
	}

	private static WritingService write(Carriers carriers, String name) {
		Service service = carriers.service(name).registered();
		service.stop();
		return new WritingService(carriers, service, PAUSE);
	}

	private static long acknowledged(List<WritingService> services) {
		return services.stream().mapToLong(WritingService::acknowledged).sum();
	}

}
