/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;

import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.database.internal.PeriodicWorker;
import io.auditspring.ledger.checkpoint.ReceiptNote;
import io.auditspring.ledger.checkpoint.RedactionRequest;
import io.auditspring.ledger.internal.table.ChainNames;
import io.auditspring.receive.internal.Receipts;
import io.auditspring.receive.internal.Receipts.ReceivedChain;
import io.auditspring.receive.internal.ReceivingStatistics;
import io.auditspring.receive.internal.Reception;
import io.auditspring.receive.internal.Succession;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells sources what became of their chains: signed receipts, what is to be erased, legal
 * holds, and from where on to send again. Each is sent when it changes, and once a
 * minute, as a topic may be lost. First it reads what it called safe before: if less than
 * that is here, this ledger has lost entries.
 */
final class ReceiptSender extends PeriodicWorker {

	private static final Logger logger = LoggerFactory.getLogger(ReceiptSender.class);

	private static final Duration INTERVAL = Duration.ofSeconds(1);

	private static final Duration BETWEEN_REPEATS = Duration.ofMinutes(1);

	private static final Duration MOST_SILENCE = Duration.ofMinutes(1);

	private static final Duration AFTER_GAP = Duration.ofSeconds(1);

	/** What cannot be taken now is asked for again when that may have changed. */
	private static final Duration AFTER_DELAY = Duration.ofSeconds(15);

	/** So many ends of requests are said at once. */
	private static final int MOST_DONE = 500;

	private static final String SOURCE = "kafka receipts";

	private final Receipts receipts;

	private final ReceivingStatistics statistics;

	private final Predicate<String> elsewhere;

	private final KafkaClients clients;

	private final Runnable topics;

	private final String topic;

	/** What was sent, and when, by its key. */
	private final Map<String, Sent> sent = new HashMap<>();

	/** How much of a chain was called safe, as the topic tells. */
	private final Map<String, Long> calledSafe = new HashMap<>();

	/** The keys of requests to erase that lie in the topic, by chain. */
	private final Map<String, Set<String>> requested = new HashMap<>();

	/** Those of them that were found to be open since the first ones came last. */
	private final Map<String, Set<String>> open = new HashMap<>();

	private final Map<String, Reception.Kind> toAsk = new ConcurrentHashMap<>();

	private final Map<String, Long> askedAt = new ConcurrentHashMap<>();

	private @Nullable Producer<byte[], byte[]> producer;

	/** Whether topics were there when it last began. */
	private boolean begun;

	private boolean read;

	/** What could not be said this time. */
	private @Nullable String failure;

	/**
	 * Creates the sender.
	 * @param receipts what there is to tell
	 * @param statistics is told what was lost
	 * @param elsewhere whether other instances receive a chain
	 * @param clients makes clients of Kafka
	 * @param topics makes sure that topics are there, at first and after a failure
	 * @param topic the topic of receipts
	 */
	ReceiptSender(Receipts receipts, ReceivingStatistics statistics, Predicate<String> elsewhere, KafkaClients clients,
			Runnable topics, String topic) {
		super("audit-kafka-receipts", Duration.ZERO, INTERVAL);
		this.receipts = receipts;
		this.statistics = statistics;
		this.elsewhere = elsewhere;
		this.clients = clients;
		this.topics = topics;
		this.topic = topic;
	}

	/**
	 * What was sent.
	 *
	 * @param content what it said
	 * @param nanos when, by the JVM's clock
	 */
	private record Sent(String content, long nanos) {

	}

	/** The chains of which something is to be asked for, and why. */
	Map<String, Reception.Kind> toAsk() {
		return this.toAsk;
	}

	/**
	 * Asks the source of a chain to send again from where it ends here; a little later,
	 * and not each time.
	 */
	void askAgain(String chain, Reception.Kind why) {
		this.toAsk.put(chain, why);
	}

	@Override
	protected void run() {
		try {
			List<ReceivedChain> chains = this.receipts.chains();
			List<String> names = chains.stream().map(ReceivedChain::name).toList();
			this.statistics.registered(names);
			names.stream().filter(this.elsewhere).forEach(this.statistics::elsewhere);
			// A chain that goes on under another name is heard of until all of it is
			// here.
			names.stream()
				.filter((name) -> names.stream().anyMatch((later) -> ChainNames.goesOn(later, name)))
				.forEach(this.statistics::over);
			if (!this.begun) {
				this.topics.run();
				this.begun = true;
			}
			readWhatWasSafe(chains);
			String holds = this.receipts.holds();
			this.failure = null;
			for (ReceivedChain chain : chains) {
				tellApart(chain, holds);
			}
			askForBeginnings(chains, names);
			String failure = this.failure;
			if (failure == null) {
				this.statistics.reached(SOURCE);
			}
			else {
				this.statistics.untold(SOURCE, failure);
			}
		}
		catch (SQLException | RuntimeException ex) {
			closeProducer();
			this.begun = this.begun && !(ex instanceof KafkaException);
			if (isRunning()) {
				this.statistics.untold(SOURCE, Topics.text(ex));
			}
		}
	}

	/** A database that was restored does not know what it said since then. */
	private void readWhatWasSafe(List<ReceivedChain> chains) {
		if (this.read) {
			return;
		}
		Map<String, String> logs = new HashMap<>();
		chains.forEach((chain) -> logs.put(chain.name(), chain.log()));
		try (Consumer<byte[], byte[]> consumer = this.clients.consumer("audit-receipts")) {
			List<TopicPartition> partitions = KafkaClients.partitions(consumer, this.topic);
			consumer.assign(partitions);
			consumer.seekToBeginning(partitions);
			Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
			long since = System.nanoTime();
			while (ends.entrySet().stream().anyMatch((end) -> consumer.position(end.getKey()) < end.getValue())) {
				for (ConsumerRecord<byte[], byte[]> record : KafkaClients.poll(consumer, INTERVAL,
						(skipped) -> logger.warn("{}. It is said again", skipped))) {
					rememberSafe(record, logs);
					since = System.nanoTime();
				}
				if (System.nanoTime() - since > MOST_SILENCE.toNanos()) {
					// It may have been made anew meanwhile.
					throw new KafkaException("The topic %s has an end that is not read, and nothing came of it for %s s"
						.formatted(this.topic, MOST_SILENCE.toSeconds()));
				}
			}
		}
		this.read = true;
	}

	private void rememberSafe(ConsumerRecord<byte[], byte[]> record, Map<String, String> logs) {
		CentreMessage message;
		try {
			message = (record.value() != null && !CentreMessage.isOfAnother(record.key(), logs.keySet()))
					? CentreMessage.read(record.value()) : null;
		}
		catch (IllegalArgumentException ex) {
			return;
		}
		String log = (message != null) ? logs.get(message.chain()) : null;
		if (message != null && log != null && message.kind() == CentreMessage.Kind.REDACTION) {
			this.requested.computeIfAbsent(message.chain(), (name) -> new HashSet<>()).add(key(message));
		}
		if (message != null && log != null && message.kind() == CentreMessage.Kind.SAFE
				&& message.claimedSize() > this.calledSafe.getOrDefault(message.chain(), 0L)) {
			ReceiptNote.SAFE.open(message.note(), log, this.receipts.keys())
				.ifPresent((safe) -> this.calledSafe.merge(message.chain(), safe.size(), Math::max));
		}
	}

	/** One chain's trouble is not that of the others; that of Kafka is. */
	private void tellApart(ReceivedChain chain, String holds) {
		try {
			tell(chain, holds);
		}
		catch (KafkaException ex) {
			throw ex;
		}
		catch (SQLException | RuntimeException ex) {
			this.failure = "of chain '%s': %s".formatted(chain.name(), LoggedFailure.text(ex));
		}
	}

	/**
	 * A chain in which another one goes on is registered by its first entry. What was
	 * heard of it has the signature of the one before, or nobody would ask.
	 */
	private void askForBeginnings(List<ReceivedChain> chains, List<String> names) {
		this.toAsk.keySet().removeIf((name) -> !names.contains(name) && !names.contains(Succession.predecessor(name)));
		for (ReceivedChain chain : chains) {
			String origin = chain.log().substring(0, chain.log().length() - chain.name().length());
			this.toAsk.keySet()
				.stream()
				.filter((name) -> !names.contains(name) && chain.name().equals(Succession.predecessor(name)))
				.forEach((name) -> ask(new ReceivedChain(name, origin + name, 0, false)));
		}
	}

	private void tell(ReceivedChain chain, String holds) throws SQLException {
		if (!chain.parked()) {
			this.statistics.isHere(chain.name(), chain.size());
		}
		Receipts.Receipt receipt = this.receipts.of(chain.name());
		compareWithSafe(chain, (receipt != null) ? receipt.stored().size() : 0);
		if (receipt != null) {
			tell(CentreMessage.of(CentreMessage.Kind.STORED, chain.name(), receipt.stored().note()),
					receipt.stored().note());
			if (receipt.safe() != null && receipt.safe().size() >= this.calledSafe.getOrDefault(chain.name(), 0L)) {
				this.calledSafe.put(chain.name(), receipt.safe().size());
				tell(CentreMessage.of(CentreMessage.Kind.SAFE, chain.name(), receipt.safe().note()),
						receipt.safe().note());
			}
		}
		request(chain);
		if (isDue(CentreMessage.of(CentreMessage.Kind.HOLDS, chain.name(), ""), holds)) {
			tell(CentreMessage.holds(chain.name(),
					CentreNote.HOLDS.sign(chain.log(), System.currentTimeMillis(), holds, this.receipts.signer()),
					holds), holds);
		}
		ask(chain);
	}

	/** What is done is taken out of the topic, or each source would read it for ever. */
	private void request(ReceivedChain chain) throws SQLException {
		List<RedactionRequest> requests = this.receipts.requests(chain.name(), chain.log());
		Set<String> requested = this.requested.computeIfAbsent(chain.name(), (name) -> new HashSet<>());
		Set<String> open = this.open.computeIfAbsent(chain.name(), (name) -> new HashSet<>());
		for (RedactionRequest request : requests) {
			CentreMessage message = CentreMessage.redaction(chain.name(), this.receipts.sign(request), request);
			open.add(key(message));
			requested.add(key(message));
			tell(message, request.toString());
		}
		if (Receipts.areLast(requests)) {
			List<String> done = requested.stream().filter((key) -> !open.contains(key)).limit(MOST_DONE).toList();
			for (String key : done) {
				if (send(HexFormat.of().parseHex(key), null,
						"end of a request of chain '%s'".formatted(chain.name()))) {
					requested.remove(key);
					this.sent.remove(key);
				}
			}
			open.clear();
		}
	}

	private void compareWithSafe(ReceivedChain chain, long stored) {
		long safe = this.calledSafe.getOrDefault(chain.name(), 0L);
		if (safe > stored) {
			this.statistics.lost(chain.name(),
					"its source was told that %s entries are safe here, and only %s are here: the others are received again"
						.formatted(safe, stored));
		}
		else {
			this.statistics.notLost(chain.name());
		}
	}

	/**
	 * Of what cannot be taken now one bundle is tried again, and not all that follows.
	 */
	private void ask(ReceivedChain chain) {
		Reception.Kind why = this.toAsk.get(chain.name());
		boolean stuck = this.statistics.isStuck(chain.name());
		long now = System.nanoTime();
		Duration between = (why == Reception.Kind.GAP && !stuck) ? AFTER_GAP : AFTER_DELAY;
		if (why != null
				&& now - this.askedAt.getOrDefault(chain.name(), now - AFTER_DELAY.toNanos()) >= between.toNanos()) {
			this.toAsk.remove(chain.name());
			this.askedAt.put(chain.name(), now);
			CentreNote note = stuck ? CentreNote.TRY : CentreNote.RESEND;
			send(CentreMessage.of(stuck ? CentreMessage.Kind.TRY : CentreMessage.Kind.RESEND, chain.name(),
					note.sign(chain.log(), chain.size(), "", this.receipts.signer())));
		}
	}

	private boolean isDue(CentreMessage message, String content) {
		Sent before = this.sent.get(key(message));
		return before == null || !before.content().equals(content)
				|| System.nanoTime() - before.nanos() > BETWEEN_REPEATS.toNanos();
	}

	private static String key(CentreMessage message) {
		return HexFormat.of().formatHex(message.key());
	}

	private void tell(CentreMessage message, String content) {
		if (isDue(message, content) && send(message)) {
			this.sent.put(key(message), new Sent(content, System.nanoTime()));
		}
	}

	private boolean send(CentreMessage message) {
		return send(message.key(), message.value(), "'%s' of chain '%s'".formatted(message.kind(), message.chain()));
	}

	/** Whether it was taken: one that is too large keeps no others from being sent. */
	private boolean send(byte[] key, byte @Nullable [] value, String what) {
		Producer<byte[], byte[]> producer = this.producer;
		if (producer == null) {
			producer = this.clients.producer("audit-receipts");
			this.producer = producer;
		}
		try {
			producer.send(new ProducerRecord<>(this.topic, key, value)).get();
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof RecordTooLargeException) {
				this.failure = "the %s are too large for the topic %s".formatted(what, this.topic);
				return false;
			}
			throw new KafkaException(
					"The topic %s took no message: %s".formatted(this.topic, ex.getCause().getMessage()),
					ex.getCause());
		}
	}

	private void closeProducer() {
		Producer<byte[], byte[]> producer = this.producer;
		this.producer = null;
		if (producer != null) {
			producer.close(Duration.ZERO);
		}
	}

	@Override
	protected void end(ScheduledExecutorService running) {
		running.execute(this::closeProducer);
		running.shutdown();
	}

}
