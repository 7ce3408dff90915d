/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

import io.auditspring.faults.TcpProxy;
import io.auditspring.kafka.Brokers.Broker;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is done to services, instances of the centre and brokers while they work, one
 * thing after another; what lasts goes on meanwhile.
 */
final class Disturbances {

	/** What is done. */
	enum Kind {

		/** With SIGKILL, and started again. */
		SERVICE_KILLED,

		/** With SIGKILL, and started again. */
		CENTRE_KILLED,

		/** With SIGSTOP, for longer than Kafka waits for it, or shorter. */
		CENTRE_FROZEN,

		/** With SIGKILL, and started again within ten seconds. */
		BROKER_KILLED,

		/** All processes of one, with SIGKILL, and started again within ten seconds. */
		DATABASE_KILLED,

		/** Of one broker, for up to 30 seconds: nothing passes, or all is refused. */
		CLIENTS_LINK_DOWN,

		/** Of one broker, for up to 30 seconds: nothing passes, or all is refused. */
		BROKERS_LINK_DOWN,

		/** Of a broker that was killed. */
		DIRECTORY_DELETED,

		/** All that are in the topic of entries, some of which no one has received. */
		RECORDS_DELETED,

		/** The one of entries, some of which no one has received; it is made anew. */
		TOPIC_DELETED

	}

	/** These come again and again, in any order. */
	private static final List<Kind> FREQUENT = List.of(Kind.SERVICE_KILLED, Kind.SERVICE_KILLED, Kind.CENTRE_KILLED,
			Kind.CENTRE_FROZEN, Kind.BROKER_KILLED, Kind.DATABASE_KILLED, Kind.DATABASE_KILLED, Kind.CLIENTS_LINK_DOWN,
			Kind.BROKERS_LINK_DOWN);

	private static final Duration PATIENCE = Duration.ofMinutes(5);

	private final Carriers carriers;

	private final Brokers brokers;

	private final List<DatabaseServer> databases;

	private final List<WritingService> services;

	private final List<ReceivingProcess> centre;

	private final Path log;

	private final Random random = new Random(17);

	private final List<Kind> toCome = new ArrayList<>();

	private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);

	/** What ends what lasts, by whom it was done to. */
	private final Map<Object, Ending> endings = new HashMap<>();

	private final List<Duration> noticed = new ArrayList<>();

	private final List<Duration> mended = new ArrayList<>();

	private int beforeTheMark;

	private int count;

	/**
	 * Creates them; nothing is done yet.
	 * @param carriers where the databases are
	 * @param brokers Kafka
	 * @param databases the servers of all databases
	 * @param services those who write
	 * @param centre instances of the one that receives
	 * @param log the file to which what was done is appended
	 */
	Disturbances(Carriers carriers, Brokers brokers, List<DatabaseServer> databases, List<WritingService> services,
			List<ReceivingProcess> centre, Path log) {
		this.carriers = carriers;
		this.brokers = brokers;
		this.databases = databases;
		this.services = services;
		this.centre = centre;
		this.log = log;
	}

	/**
	 * What ends what lasts.
	 *
	 * @param at when, by the JVM's clock
	 * @param end ends it
	 */
	private record Ending(long at, Runnable end) {

	}

	int count() {
		return this.count;
	}

	/** Does the next one. */
	void next() throws InterruptedException {
		Kind kind = switch (this.count % 20) {
			case 3, 13 -> Kind.RECORDS_DELETED;
			case 6 -> Kind.DIRECTORY_DELETED;
			default -> (this.count == 9) ? Kind.TOPIC_DELETED : frequent();
		};
		this.count++;
		this.counts.merge(kind, 1, Integer::sum);
		switch (kind) {
			case SERVICE_KILLED -> {
				WritingService service = any(this.services);
				boolean before = service.kill();
				this.beforeTheMark += before ? 1 : 0;
				note(kind, service.chain() + (before ? " before the mark" : ""));
			}
			case CENTRE_KILLED -> {
				ReceivingProcess instance = undisturbed(this.centre);
				note(kind, instance);
				instance.kill();
			}
			case CENTRE_FROZEN -> {
				ReceivingProcess instance = undisturbed(this.centre);
				instance.freeze();
				last(kind, instance, 60, instance::thaw);
			}
			case BROKER_KILLED -> {
				Broker broker = undisturbed(this.brokers.all());
				broker.kill();
				last(kind, broker, 10, broker::start);
			}
			case DATABASE_KILLED -> {
				DatabaseServer database = any(this.databases);
				Duration time = Duration.ofMillis(this.random.nextInt(10_000));
				note(kind, "%s for %d ms".formatted(database, time.toMillis()));
				database.kill();
				pass(time);
				database.startAgain();
			}
			case CLIENTS_LINK_DOWN -> breakDown(kind, undisturbed(this.brokers.clientsLinks()));
			case BROKERS_LINK_DOWN -> breakDown(kind, undisturbed(this.brokers.brokersLinks()));
			case DIRECTORY_DELETED -> {
				settle();
				Broker broker = any(this.brokers.all());
				note(kind, broker);
				broker.kill();
				broker.deleteDirectory();
				broker.start();
			}
			case RECORDS_DELETED -> lose(kind, this::deleteRecords);
			case TOPIC_DELETED -> lose(kind, this::deleteTopic);
		}
	}

	/** All of them before one comes again. */
	private Kind frequent() {
		if (this.toCome.isEmpty()) {
			this.toCome.addAll(FREQUENT);
			Collections.shuffle(this.toCome, this.random);
		}
		return this.toCome.remove(0);
	}

	private <T> T any(List<T> all) {
		return all.get(this.random.nextInt(all.size()));
	}

	/** What was done to it before is ended. */
	private <T> T undisturbed(List<T> all) {
		T one = any(all);
		Ending ending = this.endings.remove(one);
		if (ending != null) {
			ending.end().run();
		}
		return one;
	}

	private void breakDown(Kind kind, TcpProxy link) {
		if (this.random.nextBoolean()) {
			link.hold();
		}
		else {
			link.refuse();
		}
		last(kind, link, 30, link::pass);
	}

	private void last(Kind kind, Object one, int mostSeconds, Runnable end) {
		Duration time = Duration.ofMillis(this.random.nextInt(mostSeconds * 1000));
		this.endings.put(one, new Ending(System.nanoTime() + time.toNanos(), end));
		note(kind, "%s for %d ms".formatted(one, time.toMillis()));
	}

	private void note(Kind kind, Object what) {
		try {
			Files.writeString(this.log, "%s %s %s%n".formatted(LocalTime.now(), kind, what), StandardOpenOption.CREATE,
					StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Lets time pass, in which what lasts may end.
	 * @param time how long
	 */
	void pass(Duration time) throws InterruptedException {
		long end = System.nanoTime() + time.toNanos();
		while (System.nanoTime() - end < 0) {
			long now = System.nanoTime();
			List.copyOf(this.endings.entrySet())
				.stream()
				.filter((ending) -> now - ending.getValue().at() >= 0)
				.forEach((ending) -> {
					this.endings.remove(ending.getKey());
					ending.getValue().end().run();
				});
			Thread.sleep(20);
		}
	}

	/** Ends what lasts, and waits until all is well and at the centre. */
	void settle() {
		this.endings.values().forEach((ending) -> ending.end().run());
		this.endings.clear();
		this.brokers.all().forEach(Broker::awaitBegun);
		this.services.forEach(WritingService::awaitBegun);
		this.centre.forEach(ReceivingProcess::awaitBegun);
		await(() -> assertThat(partitions()).allSatisfy((partition) -> assertThat(partition.isr()).hasSize(3)));
		for (WritingService service : this.services) {
			long mark = service.mark();
			await(() -> assertThat(service.atTheCentre()).isGreaterThanOrEqualTo(mark));
		}
	}

	private List<TopicPartitionInfo> partitions() {
		return this.carriers
			.kafka((admin) -> admin.describeTopics(Set.of(this.carriers.entriesTopic(), this.carriers.receiptsTopic()))
				.allTopicNames())
			.values()
			.stream()
			.flatMap((topic) -> topic.partitions().stream())
			.toList();
	}

	private static void await(ThrowingRunnable becomesTrue) {
		Awaitility.await()
			.atMost(PATIENCE)
			.pollInterval(Duration.ofMillis(20))
			.ignoreExceptions()
			.untilAsserted(becomesTrue);
	}

	/**
	 * Loses what Kafka has acknowledged, and waits until that was noticed and mended.
	 */
	private void lose(Kind kind, Runnable loss) {
		settle();
		this.centre.forEach(ReceivingProcess::freeze);
		// What had been sent before may be on the way to it already.
		this.services.forEach(Disturbances::awaitMark);
		this.services.forEach(Disturbances::awaitMark);
		loss.run();
		Map<WritingService, Long> marks = new HashMap<>();
		this.services.forEach((service) -> marks.put(service, service.mark()));
		long start = System.nanoTime();
		this.centre.forEach(ReceivingProcess::thaw);
		await(() -> assertThat(this.services)
			.allSatisfy((service) -> assertThat(noticedSince(start, service.chain())).isPresent()));
		Duration noticed = this.services.stream()
			.map((service) -> noticedSince(start, service.chain()).orElseThrow())
			.max(Comparator.naturalOrder())
			.orElseThrow();
		marks.forEach((service, mark) -> await(() -> assertThat(service.atTheCentre()).isGreaterThanOrEqualTo(mark)));
		Duration mended = Duration.ofNanos(System.nanoTime() - start);
		this.noticed.add(noticed);
		this.mended.add(mended);
		note(kind, "noticed after %d ms, mended after %d ms".formatted(noticed.toMillis(), mended.toMillis()));
	}

	/** Waits until it remembers that more was sent. */
	private static void awaitMark(WritingService service) {
		long before = service.mark();
		await(() -> assertThat(service.mark()).isGreaterThan(before));
	}

	private Optional<Duration> noticedSince(long start, String chain) {
		return this.centre.stream()
			.map((instance) -> instance.noticedAt(chain))
			.filter(Objects::nonNull)
			.filter((at) -> at - start > 0)
			.map((at) -> Duration.ofNanos(at - start))
			.min(Comparator.naturalOrder());
	}

	private void deleteRecords() {
		Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
		for (int partition = 0; partition < Carriers.PARTITIONS; partition++) {
			all.put(new TopicPartition(this.carriers.entriesTopic(), partition), RecordsToDelete.beforeOffset(-1));
		}
		this.carriers.kafka((admin) -> admin.deleteRecords(all).all());
	}

	/** As the one who runs Kafka would. */
	private void deleteTopic() {
		String topic = this.carriers.entriesTopic();
		this.carriers.kafka((admin) -> admin.deleteTopics(List.of(topic)).all());
		NewTopic anew = new NewTopic(topic, Carriers.PARTITIONS, (short) 3)
			.configs(Map.of("cleanup.policy", "delete", "retention.ms", String.valueOf(Duration.ofDays(14).toMillis()),
					"max.message.bytes", "16777216", "min.insync.replicas", "2"));
		await(() -> this.carriers.kafka((admin) -> admin.createTopics(List.of(anew)).all()));
	}

	List<Duration> noticed() {
		return this.noticed;
	}

	/** What was done, how often, and how soon losses were noticed and mended. */
	String figures() {
		StringBuilder figures = new StringBuilder("| disturbance | times |\n|---|---|\n");
		this.counts.forEach((kind, times) -> figures.append("| %s | %d |%n".formatted(kind, times)));
		figures.append("%nKilled between Kafka's acknowledgement and the mark: %d%n".formatted(this.beforeTheMark));
		figures.append("Losses noticed after (ms): %s%n".formatted(millis(this.noticed)));
		return figures.append("Losses mended after (ms): %s%n".formatted(millis(this.mended))).toString();
	}

	private static List<Long> millis(List<Duration> times) {
		return times.stream().map(Duration::toMillis).toList();
	}

}
