/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.nio.file.Path;
import java.util.Random;

import io.auditspring.kafka.Carriers.Service;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A service that writes, and the centre, as processes of their own, one of which is
 * killed again and again while the other one works: what was acknowledged is at the
 * centre once. {@code -Dfaults.kafka.kills} says how often the service is killed after
 * Kafka has acknowledged entries and before its database knows of it; the centre is
 * killed half as often.
 */
class KilledApplicationsTests {

	private static final int KILLS = Integer.getInteger("faults.kafka.kills", 1);

	/** Who writes leaves the processors to those that start. */
	private static final int PAUSE = 5;

	@TempDir
	private Path directory;

	private final Random random = new Random(17);

	private Carriers carriers;

	private ChildProcess centre;

	@BeforeEach
	void prepare() {
		this.carriers = new Carriers(this.directory);
		this.carriers.prepareTheCentre();
		this.centre = startCentre();
	}

	@AfterEach
	void stop() {
		this.centre.close();
		this.carriers.close();
	}

	@Test
	@Tag("faults")
	void whatWasAcknowledgedIsAtTheCentreOnce() throws Exception {
		Service orders = this.carriers.service("orders").registered();
		orders.stop();
		WritingService service = new WritingService(this.carriers, orders, PAUSE);
		try {
			service.awaitBegun();
			int killed = 0;
			for (int round = 0; killed < KILLS; round++) {
				assertThat(round).as("rounds until %d kills hit", KILLS).isLessThan(KILLS + 10);
				awaitMoreAtTheCentre();
				if (round % 2 == 0) {
					this.centre.kill();
					this.centre = startCentre();
					awaitMoreAtTheCentre();
				}
				service.awaitSentBeyondItsMark();
				killed += service.kill() ? 1 : 0;
				service.awaitBegun();
			}
			service.writeNoMore();
			service.awaitAllAtTheCentre();
			service.assertNothingLostOrDoubleOrReordered();
		}
		finally {
			service.stop();
		}
		this.centre.kill();
		this.carriers.assertVerified();
	}

	private ChildProcess startCentre() {
		return this.carriers.start("centre", "centre", this.carriers.centreDatabase, this.carriers.receiving(),
				(line) -> false);
	}

	private void awaitMoreAtTheCentre() throws InterruptedException {
		long before = this.carriers.atTheCentre("orders");
		Carriers.await(() -> assertThat(this.carriers.atTheCentre("orders")).isGreaterThan(before));
		Thread.sleep(this.random.nextInt(700));
	}

}
