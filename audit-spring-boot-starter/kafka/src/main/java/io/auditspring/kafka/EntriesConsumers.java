/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;

import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.database.internal.PeriodicWorker;
import io.auditspring.receive.internal.ReceivingStatistics;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

import org.springframework.kafka.KafkaException;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.ListenerUtils;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.util.backoff.FixedBackOff;

/**
 * Lets the listener hear, and lets it hear again when its container was ended by an
 * error. A Kafka that cannot be found stops no start.
 */
final class EntriesConsumers extends PeriodicWorker {

	private static final Duration INTERVAL = Duration.ofSeconds(1);

	private static final Duration AFTER_REFUSAL = Duration.ofSeconds(10);

	private final ConcurrentMessageListenerContainer<byte[], byte[]> container;

	private final ReceivingStatistics statistics;

	EntriesConsumers(ConsumerFactory<byte[], byte[]> consumers, AuditKafkaProperties properties, String group,
			EntriesListener listener, Reading reading, ReceivingStatistics statistics) {
		super("audit-kafka-consumers", Duration.ZERO, INTERVAL);
		ContainerProperties settings = new ContainerProperties(properties.entriesTopic());
		settings.setGroupId(group);
		settings.setMessageListener(listener);
		settings.setConsumerRebalanceListener(reading);
		// Behind the commit of the database; what comes again is skipped.
		settings.setAckMode(ContainerProperties.AckMode.BATCH);
		settings.setMissingTopicsFatal(false);
		settings.setAuthExceptionRetryInterval(AFTER_REFUSAL);
		settings.setLogContainerConfig(false);
		this.container = new ConcurrentMessageListenerContainer<>(consumers, settings);
		this.container.setBeanName("audit-kafka-receive");
		this.container.setConcurrency(properties.receive().concurrency());
		this.container.setCommonErrorHandler(new Patience(statistics, listener));
		this.statistics = statistics;
	}

	@Override
	protected void run() {
		try {
			if (isRunning() && !this.container.isRunning()) {
				this.container.start();
			}
		}
		catch (RuntimeException ex) {
			// It says that it runs, with fewer consumers or none.
			this.container.stop();
			this.statistics.failed(EntriesListener.SOURCE, LoggedFailure.text(ex));
		}
	}

	@Override
	protected void end(ScheduledExecutorService running) {
		running.shutdownNow();
		this.container.stop();
	}

	/** Lets it be tried again without end. The statistics tell it once. */
	static final class Patience extends DefaultErrorHandler {

		/** A record may have been damaged on the way only. */
		private static final int TRIES = 3;

		private final ReceivingStatistics statistics;

		private final EntriesListener listener;

		/** What could not be read of each partition. */
		private final Map<TopicPartition, Unreadable> unreadable = new ConcurrentHashMap<>();

		Patience(ReceivingStatistics statistics, EntriesListener listener) {
			super(new FixedBackOff(INTERVAL.toMillis(), FixedBackOff.UNLIMITED_ATTEMPTS));
			setLogLevel(KafkaException.Level.DEBUG);
			this.statistics = statistics;
			this.listener = listener;
		}

		/**
		 * A place that could not be read.
		 *
		 * @param offset the place
		 * @param tries how often
		 */
		private record Unreadable(long offset, int tries) {

		}

		/**
		 * Of no record, as a broker that does not take offsets now, or a record that
		 * cannot be read. What is skipped is asked for again, as it leaves a gap.
		 */
		@Override
		public void handleOtherException(Exception thrown, Consumer<?, ?> consumer, MessageListenerContainer container,
				boolean batchListener) {
			TopicPartition partition = KafkaClients.unreadable(consumer, thrown);
			if (partition != null && isTried(partition, consumer.position(partition))) {
				String what = KafkaClients.skip(consumer, thrown);
				this.listener.refuse("%s cannot be read: %s".formatted(what, LoggedFailure.text(thrown)));
				return;
			}
			this.statistics.failed(EntriesListener.SOURCE, LoggedFailure.text(thrown));
			try {
				ListenerUtils.stoppableSleep(container, INTERVAL.toMillis());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		/** Of many that lie together only the first one is. */
		private boolean isTried(TopicPartition partition, long offset) {
			Unreadable before = this.unreadable.get(partition);
			boolean next = before != null && before.tries() >= TRIES && before.offset() + 1 == offset;
			int tries = next ? TRIES : (before != null && before.offset() == offset) ? before.tries() + 1 : 1;
			this.unreadable.put(partition, new Unreadable(offset, tries));
			return tries >= TRIES;
		}

	}

}
