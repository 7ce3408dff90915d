/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.auditspring.faults.TcpProxy;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

import org.springframework.util.FileSystemUtils;

/**
 * Three brokers of Kafka that are its controllers, too, each a process of its own. Their
 * clients and the other brokers reach each of them by a link that can be broken.
 */
final class Brokers implements AutoCloseable {

	/** Below those that connections are given. */
	private static final int LOWEST_PORT = 20_000;

	private static final int PORTS = 10_000;

	private static final Random random = new Random();

	private final String cluster = Uuid.randomUuid().toString();

	private final String voters;

	private final List<Broker> brokers;

	Brokers(Path directory) {
		this.brokers = IntStream.rangeClosed(1, 3).mapToObj((id) -> new Broker(id, directory)).toList();
		this.voters = this.brokers.stream()
			.map((broker) -> "%d@127.0.0.1:%d".formatted(broker.id, broker.controllerPort))
			.collect(Collectors.joining(","));
		this.brokers.forEach(Broker::start);
		this.brokers.forEach(Broker::awaitBegun);
	}

	List<Broker> all() {
		return this.brokers;
	}

	/** Where clients find them, by their links. */
	String servers() {
		return this.brokers.stream()
			.map((broker) -> "127.0.0.1:" + broker.clients.port())
			.collect(Collectors.joining(","));
	}

	/** The links by which clients reach them. */
	List<TcpProxy> clientsLinks() {
		return this.brokers.stream().map((broker) -> broker.clients).toList();
	}

	/** The links by which they reach each other. */
	List<TcpProxy> brokersLinks() {
		return this.brokers.stream().map((broker) -> broker.others).toList();
	}

	private static int freePort() {
		while (true) {
			int port = LOWEST_PORT + random.nextInt(PORTS);
			try (ServerSocket free = new ServerSocket(port, 0, InetAddress.getLoopbackAddress())) {
				return free.getLocalPort();
			}
			catch (IOException ex) {
				// Somebody has it: another one.
			}
		}
	}

	@Override
	public void close() {
		this.brokers.forEach(Broker::close);
	}

	/** One of them. */
	final class Broker {

		private final int id;

		private final Path directory;

		private final Path settings;

		private final Path log;

		private final int clientPort = freePort();

		private final int brokerPort = freePort();

		private final int controllerPort = freePort();

		private final TcpProxy clients = new TcpProxy(this.clientPort);

		private final TcpProxy others = new TcpProxy(this.brokerPort);

		private @Nullable ChildProcess process;

		private Broker(int id, Path directory) {
			this.id = id;
			this.directory = directory.resolve("broker-" + id);
			this.settings = directory.resolve("broker-%d.properties".formatted(id));
			this.log = directory.resolve("broker-%d.log".formatted(id));
		}

		void start() {
			try {
				Files.writeString(this.settings, """
						process.roles=broker,controller
						node.id=%1$d
						controller.quorum.voters=%2$s
						controller.listener.names=CONTROLLER
						inter.broker.listener.name=BROKER
						listeners=CLIENT://127.0.0.1:%3$d,BROKER://127.0.0.1:%4$d,CONTROLLER://127.0.0.1:%5$d
						advertised.listeners=CLIENT://127.0.0.1:%6$d,BROKER://127.0.0.1:%7$d
						listener.security.protocol.map=CLIENT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
						log.dirs=%8$s
						auto.create.topics.enable=false
						min.insync.replicas=2
						offsets.topic.replication.factor=3
						offsets.topic.num.partitions=2
						group.initial.rebalance.delay.ms=0
						log.cleaner.dedupe.buffer.size=8388608
						""".formatted(this.id, Brokers.this.voters, this.clientPort, this.brokerPort,
						this.controllerPort, this.clients.port(), this.others.port(), this.directory));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			this.process = ChildProcess.start(this.log, (line) -> false, ChildBroker.class,
					List.of(this.settings.toString(), Brokers.this.cluster));
		}

		Broker awaitBegun() {
			Objects.requireNonNull(this.process).awaitBegun();
			return this;
		}

		/** As a crash would. */
		void kill() {
			Objects.requireNonNull(this.process).kill();
		}

		/** After it was killed: as with a disk that was replaced. */
		void deleteDirectory() {
			try {
				FileSystemUtils.deleteRecursively(this.directory);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		private void close() {
			kill();
			this.clients.close();
			this.others.close();
			deleteDirectory();
		}

		@Override
		public String toString() {
			return "broker " + this.id;
		}

	}

}
