/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;

import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.database.internal.PeriodicWorker;
import io.auditspring.receive.internal.ReceivingStatistics;
import org.apache.kafka.clients.consumer.Consumer;

import org.springframework.kafka.KafkaException;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
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
		this.container.setCommonErrorHandler(new Patience(statistics));
		this.statistics = statistics;
	}

	@Override
	protected void run() {
		try {
			if (isRunning() && !this.container.isRunning()) {
				this.container.start();
			}
		}
		catch (org.apache.kafka.common.KafkaException ex) {
			this.statistics.failed(EntriesListener.SOURCE, LoggedFailure.text(ex));
		}
	}

	@Override
	protected void end(ScheduledExecutorService running) {
		running.shutdownNow();
		this.container.stop();
	}

	/** Lets it be tried again without end. The statistics tell it once. */
	private static final class Patience extends DefaultErrorHandler {

		private final ReceivingStatistics statistics;

		private Patience(ReceivingStatistics statistics) {
			super(new FixedBackOff(INTERVAL.toMillis(), FixedBackOff.UNLIMITED_ATTEMPTS));
			setLogLevel(KafkaException.Level.DEBUG);
			this.statistics = statistics;
		}

		/** Of no record, as a broker that does not take offsets now. */
		@Override
		public void handleOtherException(Exception thrown, Consumer<?, ?> consumer, MessageListenerContainer container,
				boolean batchListener) {
			this.statistics.failed(EntriesListener.SOURCE, LoggedFailure.text(thrown));
		}

	}

}
