/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.util.List;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * An application in a process of its own. With {@code --child.writes=true} it records
 * without end, and prints the number of each entry that was acknowledged.
 */
final class ChildApplication {

	private ChildApplication() {
	}

	public static void main(String[] arguments) throws InterruptedException {
		ConfigurableApplicationContext application = new SpringApplicationBuilder(Carriers.Application.class)
			.web(WebApplicationType.NONE)
			.run(arguments);
		AuditRecorder recorder = application.getBean(AuditRecorder.class);
		System.out.println("begun");
		boolean writes = List.of(arguments).contains("--child.writes=true");
		for (long number = System.nanoTime();; number++) {
			if (writes) {
				recorder.record(AuditRecord.action("order.place").target("Order", number).build());
				System.out.println("acknowledged " + number);
			}
			Thread.sleep(writes ? 1 : 1_000);
		}
	}

}
