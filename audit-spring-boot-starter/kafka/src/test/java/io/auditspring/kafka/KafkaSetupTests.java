/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import javax.sql.DataSource;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.AuditSetupException;
import io.auditspring.TestDatabase;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.receive.internal.ReceivingStatistics;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What is wrong with the settings of Kafka is said at the start, with what to do. A Kafka
 * that is away stops no start.
 */
class KafkaSetupTests {

	private static final DataSource database = TestDatabase.migrated();

	@TempDir
	private static Path directory;

	private static Carriers carriers;

	@BeforeAll
	static void prepare() {
		carriers = new Carriers(directory);
	}

	private static Map<String, String> settings() {
		Map<String, String> settings = new HashMap<>(carriers.publishing());
		settings.put("audit.chain", "orders");
		settings.put("audit.checkpoint.private-key", Ed25519Signer.newPem());
		return settings;
	}

	private static @Nullable AuditSetupException refusal(ThrowableAssert.ThrowingCallable start) {
		Throwable failure = catchThrowable(start);
		while (failure != null && !(failure instanceof AuditSetupException)) {
			failure = failure.getCause();
		}
		return (AuditSetupException) failure;
	}

	private static void assertRefused(Map<String, String> settings, String what, String remedy) {
		assertRefused(database, settings, what, remedy);
	}

	/** A Kafka that does not answer within five seconds stops no start. */
	private static void assertRefused(DataSource database, Map<String, String> settings, String what, String remedy) {
		Carriers.await(() -> assertThat(refusal(() -> carriers.run("orders", database, settings).close()))
			.hasMessageContaining(what)
			.extracting(AuditSetupException::getRemedy, InstanceOfAssertFactories.STRING)
			.contains(remedy));
	}

	@Test
	void theDefaultChainIsNotSent() {
		Map<String, String> settings = settings();
		settings.remove("audit.chain");
		assertRefused(settings, "chain 'main' is not sent", "Set audit.chain to the name of this service");
	}

	@Test
	void nothingIsSentUnsigned() {
		Map<String, String> settings = settings();
		settings.remove("audit.checkpoint.private-key");
		assertRefused(settings, "nothing signs what is sent", "audit.checkpoint.private-key-location");
	}

	@Test
	void theKeyOfTheCentreIsAskedFor() {
		Map<String, String> settings = settings();
		settings.remove("audit.retention.centre-keys");
		assertRefused(settings, "nothing says whose receipts", "audit.retention.centre-keys");
		settings.put("audit.retention.centre-keys", "centre");
		assertRefused(settings, "audit.retention.centre-keys cannot be used", "name+id+key");
	}

	@Test
	void aTopicThatIsMissingIsNamedWithTheCommandThatCreatesIt() {
		Map<String, String> settings = settings();
		settings.put("audit.kafka.create-topics", "false");
		settings.put("audit.kafka.entries-topic", "nowhere");
		assertRefused(settings, "Kafka has no topic 'nowhere'",
				"kafka-topics.sh --create --topic nowhere --partitions 2 --replication-factor 1 --config cleanup.policy=delete");
	}

	@Test
	void aTopicThatForgetsTooSoonOrTooLateIsRefused() {
		topic("short", Map.of("retention.ms", "3600000"));
		topic("long", Map.of("retention.ms", "-1"));
		topic("compacted", Map.of("cleanup.policy", "compact"));
		topic("forgetting", Map.of("cleanup.policy", "delete"));
		Map<String, String> settings = settings();
		settings.put("audit.kafka.entries-topic", "short");
		assertRefused(settings, "retention.ms=3600000, less than 7 days", "--add-config retention.ms=1209600000");
		settings.put("audit.kafka.entries-topic", "long");
		assertRefused(settings, "retention.ms=-1, more than 30 days", "--add-config retention.ms=1209600000");
		settings.put("audit.kafka.entries-topic", "compacted");
		assertRefused(settings, "cleanup.policy=compact", "--add-config cleanup.policy=delete");
		settings.remove("audit.kafka.entries-topic");
		settings.put("audit.kafka.receipts-topic", "forgetting");
		assertRefused(settings, "'forgetting' has cleanup.policy=delete", "--add-config cleanup.policy=compact");
	}

	@Test
	void aTopicThatAnEntryDoesNotFitIntoIsRefused() {
		topic("small", Map.of("retention.ms", "1209600000", "max.message.bytes", "1048588"));
		Map<String, String> settings = settings();
		settings.put("audit.kafka.entries-topic", "small");
		assertRefused(settings, "max.message.bytes=1048588, less than a bundle of entries may have",
				"--add-config max.message.bytes=16777216");
		settings.put("audit.capture.max-size", "8MB");
		assertRefused(settings, "audit.capture.max-size=8388608B are too large to be sent", "at most 4MB");
	}

	private static void topic(String name, Map<String, String> settings) {
		carriers.kafka((admin) -> admin
			.createTopics(List.of(new NewTopic(name, Optional.of(1), Optional.empty()).configs(settings)))
			.all());
	}

	@Test
	void aLedgerThatSignsNothingReceivesNothing() {
		carriers.prepareTheCentre();
		assertRefused(carriers.centreDatabase, Map.of("audit.kafka.receive.enabled", "true"), "nothing signs here",
				"audit.checkpoint.private-key-location");
	}

	@Test
	void clientsAreClosedThatCannotReachKafka() {
		Map<String, String> settings = settings();
		settings.put("audit.kafka.properties.bootstrap.servers", "127.0.0.1:1");
		settings.put("audit.kafka.properties.default.api.timeout.ms", "100");
		settings.put("audit.kafka.properties.request.timeout.ms", "100");
		settings.put("audit.kafka.properties.max.block.ms", "100");
		settings.put("audit.kafka.properties.metric.reporters", OpenClients.class.getName());
		DataSource own = TestDatabase.migrated();
		try (ConfigurableApplicationContext service = carriers.run("orders", own, settings)) {
			service.getBean(AuditRecorder.class).record(AuditRecord.action("order.place").build());
			int before = OpenClients.opened();
			Carriers.await(() -> assertThat(OpenClients.opened()).isGreaterThan(before + 3));
			assertThat(OpenClients.open()).isLessThanOrEqualTo(2);
		}
		Carriers.await(() -> assertThat(OpenClients.open()).isZero());
	}

	@Test
	void aKafkaThatIsAwayStopsNoStartAndNoCall() {
		Map<String, String> settings = settings();
		settings.put("audit.kafka.properties.bootstrap.servers", "127.0.0.1:1");
		settings.put("audit.kafka.properties.default.api.timeout.ms", "500");
		settings.put("audit.kafka.properties.request.timeout.ms", "500");
		settings.put("audit.kafka.properties.max.block.ms", "500");
		settings.put("audit.kafka.publish.max-lag", "1s");
		DataSource own = TestDatabase.migrated();
		try (ConfigurableApplicationContext service = carriers.run("orders", own, settings)) {
			service.getBean(AuditRecorder.class).record(AuditRecord.action("order.place").build());
			Carriers.await(() -> assertThat(Carriers.content(own, "orders")).contains("order.place"));
			Carriers.await(() -> assertThat(Carriers.health(service, "auditKafkaPublishHealthIndicator"))
				.satisfies((health) -> assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE))
				.satisfies((health) -> assertThat(health.getDetails()).containsKey("failure")));
		}
	}

	private static Map<String, Object> settings(Map<String, String> properties) {
		return settings(Map.of(), properties);
	}

	private static Map<String, Object> settings(Map<String, Object> own, Map<String, String> properties) {
		return clients(own, properties).consumers("audit").getConfigurationProperties();
	}

	private static KafkaClients clients(Map<String, Object> own, Map<String, String> properties) {
		return new KafkaClients(new DefaultKafkaProducerFactory<>(Map.of()), new DefaultKafkaConsumerFactory<>(own),
				properties);
	}

	@Test
	void whatAFrozenInstanceReadsAnotherTakesOverAfterTenSecondsUnlessOtherTimesAreSet() {
		assertThat(settings(Map.of())).containsEntry("session.timeout.ms", 10_000);
		assertThat(settings(Map.of("session.timeout.ms", "30000"))).containsEntry("session.timeout.ms", "30000");
		assertThat(settings(Map.of("group.protocol", "consumer"))).doesNotContainKey("session.timeout.ms");
	}

	@Test
	void whatFactoriesOfConnectionsNeedIsLeftToThem() {
		Map<String, Object> settings = settings(
				Map.of("ssl.engine.factory.class", "x", SslBundle.class.getName(), "bundle", "acks", "all"), Map.of());
		assertThat(settings).containsEntry("ssl.engine.factory.class", "x")
			.containsEntry(SslBundle.class.getName(), "bundle")
			.doesNotContainKey("acks");
	}

	@Test
	void aChainIsElsewhereThatNeitherKafkaNorASourceBringsHere() {
		MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
		consumer.updatePartitions("audit.entries", List.of(new PartitionInfo("audit.entries", 0, null, null, null),
				new PartitionInfo("audit.entries", 1, null, null, null)));
		Reading reading = new Reading("audit.entries");
		reading.onPartitionsAssigned(consumer, List.of(new TopicPartition("audit.entries", 0)));
		List<String> chains = List.of("orders", "invoices", "payments", "returns", "people");
		List<String> elsewhere = chains.stream().filter(reading::isElsewhere).toList();
		assertThat(elsewhere).isNotEmpty().hasSizeLessThan(chains.size());
		ReceivingStatistics statistics = new ReceivingStatistics();
		statistics.reads("old", Set.of(elsewhere.get(0)));
		assertThat(chains).filteredOn(AuditKafkaAutoConfiguration.Receive.elsewhere(reading, statistics))
			.containsExactlyElementsOf(elsewhere.subList(1, elsewhere.size()));
	}

	@Test
	void howOtherRecordsAreReadStopsNothing() {
		Map<String, Object> own = Map.of("bootstrap.servers", "127.0.0.1:1", "heartbeat.interval.ms", 15_000,
				"fetch.min.bytes", 1_000_000, "fetch.max.wait.ms", 10_000, "max.poll.records", 1,
				"max.poll.interval.ms", 1_000);
		clients(own, Map.of()).consumers("audit").createConsumer().close();
		assertThat(settings(own, Map.of())).doesNotContainKeys("heartbeat.interval.ms", "fetch.min.bytes",
				"fetch.max.wait.ms", "max.poll.interval.ms");
		assertThat(settings(own, Map.of("heartbeat.interval.ms", "12000")))
			.containsEntry("heartbeat.interval.ms", "12000")
			.doesNotContainKey("session.timeout.ms");
	}

}
