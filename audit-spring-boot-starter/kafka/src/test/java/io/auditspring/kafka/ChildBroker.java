/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.utils.Time;

/**
 * A broker of Kafka in a process of its own, given the file of its settings and the id of
 * its cluster. A directory that is empty is made ready first.
 */
final class ChildBroker {

	private ChildBroker() {
	}

	public static void main(String[] arguments) throws Exception {
		ChildProcess.endWithTheTests();
		Properties settings = new Properties();
		try (InputStream file = Files.newInputStream(Path.of(arguments[0]))) {
			settings.load(file);
		}
		StorageTool.execute(
				new String[] { "format", "--config", arguments[0], "--cluster-id", arguments[1], "--ignore-formatted" },
				System.out);
		KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(settings), Time.SYSTEM);
		server.startup();
		System.out.println(ChildProcess.BEGUN);
		server.awaitShutdown();
	}

}
