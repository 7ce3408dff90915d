/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.auditspring.receive.internal.ReceivingStatistics;
import io.auditspring.receive.internal.ReceivingStatistics.Standing;
import io.auditspring.receive.internal.ReceivingStatistics.Trouble;
import io.auditspring.receive.internal.Reception;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * How far chains are that Kafka carries, as this instance knows: the one that it sends,
 * and those that it receives. It shows nothing of what entries contain, and asks nothing
 * of anybody.
 */
@Endpoint(id = "auditkafka")
final class KafkaEndpoint implements AopInfrastructureBean {

	private final Clock clock = Clock.systemUTC();

	private final @Nullable PublishingStatistics sent;

	private final @Nullable ReceivingStatistics received;

	private final @Nullable Reading reading;

	/**
	 * Creates the endpoint.
	 * @param sent what is known of sending, or {@code null} where nothing is sent
	 * @param received what is known of receiving, or {@code null} where nothing is
	 * received
	 * @param reading what is read by Kafka, or {@code null} where nothing is received
	 */
	KafkaEndpoint(@Nullable PublishingStatistics sent, @Nullable ReceivingStatistics received,
			@Nullable Reading reading) {
		this.sent = sent;
		this.received = received;
		this.reading = reading;
	}

	/**
	 * Tells how far chains are.
	 * @return that
	 */
	@ReadOperation
	public KafkaDescriptor kafka() {
		return new KafkaDescriptor((this.sent != null) ? describe(this.sent) : null,
				(this.received != null && this.reading != null) ? describe(this.received, this.reading) : null);
	}

	private PublishDescriptor describe(PublishingStatistics sent) {
		PublishingStatistics.Standing standing = sent.standing();
		boolean here = standing.here();
		return new PublishDescriptor(standing.chain(), here, standing.size(), here ? standing.sent() : null,
				here ? standing.mark() : null, here ? standing.stored() : null, here ? standing.safe() : null,
				standing.lag(this.clock.instant()).toSeconds(), sent.resends(), sent.refusals(), sent.stoppedFor(),
				sent.failure(), sent.lastFailure());
	}

	private ReceiveDescriptor describe(ReceivingStatistics received, Reading reading) {
		Map<String, Trouble> troubles = received.troubles();
		Map<String, String> losses = received.losses();
		Map<String, Long> bundles = new TreeMap<>();
		for (Reception.Kind kind : Reception.Kind.values()) {
			bundles.put(text(kind), received.bundles(kind));
		}
		List<ChainDescriptor> chains = received.standings()
			.entrySet()
			.stream()
			.map((chain) -> describe(chain.getKey(), chain.getValue(), troubles.get(chain.getKey()),
					losses.get(chain.getKey()), reading))
			.toList();
		return new ReceiveDescriptor(reading.topic(), chains, received.entries(), bundles, received.lastRefusal(),
				received.failures());
	}

	private ChainDescriptor describe(String chain, Standing standing, @Nullable Trouble trouble, @Nullable String loss,
			Reading reading) {
		Reading.Place place = reading.place(chain);
		if (reading.isElsewhere(chain)) {
			return new ChainDescriptor(chain, "elsewhere", null, null, null, null, null, null, null, loss);
		}
		return new ChainDescriptor(chain, (trouble != null) ? text(trouble.kind()) : "received",
				(trouble != null) ? trouble.reason() : null, (place != null) ? place.partition() : null,
				(place != null) ? place.offset() : null, (place != null) ? place.size() : null, standing.heardAt(),
				standing.missing(), standing.lag(this.clock.instant()).toSeconds(), loss);
	}

	private static String text(Reception.Kind kind) {
		return kind.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * How far chains are that Kafka carries.
	 *
	 * @param publish the one that is sent, or {@code null}
	 * @param receive those that are received, or {@code null}
	 */
	record KafkaDescriptor(@Nullable PublishDescriptor publish, @Nullable ReceiveDescriptor receive) {

	}

	/**
	 * A chain that is sent.
	 *
	 * @param chain its name, or {@code null} before it has begun
	 * @param sends whether this instance sends it, and not another
	 * @param entries how many it has
	 * @param acknowledged how many of them Kafka has; {@code null}, as what follows,
	 * where another instance sends it
	 * @param marked how many of these the database remembers as sent
	 * @param stored how many the receiving ledger says it has
	 * @param safe how many of these it says are safe
	 * @param waitingSeconds for how long the oldest entry waits that was not sent
	 * @param resends how often entries were asked for again since the start
	 * @param refused how much came as if from the receiving ledger, and was not
	 * @param stopped why it is not sent before somebody has looked, or {@code null}
	 * @param failure why it cannot be sent now, or {@code null}
	 * @param lastFailure when and why it could not be sent last, or {@code null}
	 */
	record PublishDescriptor(@Nullable String chain, boolean sends, long entries, @Nullable Long acknowledged,
			@Nullable Long marked, @Nullable Long stored, @Nullable Long safe, long waitingSeconds, long resends,
			long refused, @Nullable String stopped, @Nullable String failure,
			PublishingStatistics.@Nullable Failure lastFailure) {

	}

	/**
	 * Chains that are received.
	 *
	 * @param topic where from
	 * @param chains those that are registered
	 * @param entries how many were appended since the start
	 * @param bundles how many bundles came since the start, by what became of them
	 * @param lastRefusal the bundle that nobody vouched for last, or {@code null}
	 * @param failures what keeps it from being received or answered
	 */
	record ReceiveDescriptor(String topic, List<ChainDescriptor> chains, long entries, Map<String, Long> bundles,
			ReceivingStatistics.@Nullable Refusal lastRefusal, Map<String, String> failures) {

	}

	/**
	 * A chain that is received.
	 *
	 * @param chain its name
	 * @param state {@code received}, or what holds it up: {@code gap}, {@code parked} and
	 * so on; {@code elsewhere} where another instance reads it
	 * @param reason what holds it up, or {@code null}
	 * @param partition where it was heard last, or {@code null}
	 * @param offset the record's place there
	 * @param size how many entries the note of that record is signed for
	 * @param heardAt when that was, or since when it is waited for
	 * @param missing how many entries its source has that are not here
	 * @param waitingSeconds for how long the oldest of these has waited
	 * @param lost what was safe here and is not here any more, or {@code null}
	 */
	record ChainDescriptor(String chain, String state, @Nullable String reason, @Nullable Integer partition,
			@Nullable Long offset, @Nullable Long size, @Nullable Instant heardAt, @Nullable Long missing,
			@Nullable Long waitingSeconds, @Nullable String lost) {

	}

}
