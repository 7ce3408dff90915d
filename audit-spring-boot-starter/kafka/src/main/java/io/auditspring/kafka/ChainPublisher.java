/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.auditspring.database.internal.PeriodicWorker;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Sends the chain of this application to Kafka, in order, as signed bundles, and takes
 * what the ledger that receives it answers. One instance does it at a time. Calls of the
 * application never wait for it: it reads what is in the ledger, and remembers in the
 * database how far Kafka has acknowledged. What is sent twice does no harm.
 */
final class ChainPublisher extends PeriodicWorker {

	private static final Duration BETWEEN_CLAIMS = Duration.ofSeconds(3);

	/** For a chain without new entries, so that what was lost behind it is noticed. */
	private static final Duration BETWEEN_NOTES = Duration.ofSeconds(2);

	/** What was asked for once and is on the way is not sent once more. */
	private static final Duration BETWEEN_RESENDS = Duration.ofSeconds(30);

	/** Of the same place again. */
	private static final Duration MOST_BETWEEN_RESENDS = Duration.ofMinutes(5);

	/** For the chains in whose place this one goes on. */
	private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(1);

	/** That a chain has an end which the centre does not have. */
	private static final Duration BETWEEN_REMINDERS = Duration.ofSeconds(10);

	private static final Duration BETWEEN_TRIES = Duration.ofSeconds(5);

	private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

	private static final Duration AFTER_REFUSAL = Duration.ofSeconds(10);

	private static final Duration WAIT = Duration.ofMillis(10);

	private static final Duration MOST_SILENCE = Duration.ofMinutes(1);

	private static final long STOP_SECONDS = 10;

	private final UUID instance = UUID.randomUUID();

	private SignedChain chain;

	/** The chains in whose place it goes on. */
	private final List<Closed> closed = new ArrayList<>();

	private long lookedAt = System.nanoTime() - BETWEEN_LOOKS.toNanos() - 1;

	private final SourceTables tables;

	private final KafkaClients clients;

	private final Runnable topics;

	private final AuditKafkaProperties properties;

	private final TrustedKeys centre;

	private final PublishingStatistics statistics;

	private @Nullable Producer<byte[], byte[]> producer;

	private @Nullable CentreMessages messages;

	/**
	 * How far Kafka has acknowledged, or {@code null} while this instance does not send.
	 */
	private @Nullable Long sent;

	private @Nullable Long claimedAt;

	/** How far it was sent, as the database remembers. */
	private long mark;

	private boolean marked = true;

	private Asked asked = new Asked();

	private long heardAt = System.nanoTime() - BETWEEN_NOTES.toNanos();

	/** After a failure it waits. */
	private long notBefore = System.nanoTime();

	/** Of which place one bundle is to be sent again, or -1. */
	private long askedForOne = -1;

	private long triedAt = System.nanoTime() - BETWEEN_TRIES.toNanos() - 1;

	/**
	 * Creates the publisher.
	 * @param chain the chain
	 * @param tables what the database knows of it
	 * @param clients makes clients of Kafka
	 * @param topics makes sure that topics are there, at first and after a failure
	 * @param properties the topics, and how often to look
	 * @param centre whose receipts and requests count
	 * @param statistics is told how far it is
	 */
	ChainPublisher(SignedChain chain, SourceTables tables, KafkaClients clients, Runnable topics,
			AuditKafkaProperties properties, TrustedKeys centre, PublishingStatistics statistics) {
		super("audit-kafka-publish", Duration.ZERO, properties.publish().interval());
		this.chain = chain;
		this.tables = tables;
		this.clients = clients;
		this.topics = topics;
		this.properties = properties;
		this.centre = centre;
		this.statistics = statistics;
	}

	@Override
	protected void run() {
		try {
			if (System.nanoTime() - this.notBefore < 0) {
				return;
			}
			if (isRunning()) {
				round();
			}
			this.statistics.well();
		}
		catch (CheckpointRefusedException | InvalidCheckpointException ex) {
			waitFor(AFTER_REFUSAL);
			// The database may be another one now, and lack receipts that were read.
			closeMessages();
			// It tells of sizes and roots, and of nothing in entries.
			this.statistics.stopped(String.valueOf(ex.getMessage()));
		}
		catch (SQLException | IOException | RuntimeException ex) {
			failed(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void failed(Exception failure) {
		boolean interrupted = failure instanceof InterruptException || !isRunning();
		waitFor(AFTER_FAILURE);
		if (failure instanceof KafkaException || failure instanceof IllegalStateException) {
			closeClients(Duration.ZERO);
		}
		if (!interrupted) {
			this.statistics.failed(Topics.text(failure));
		}
	}

	/** Then it begins where Kafka has acknowledged. */
	private void waitFor(Duration time) {
		this.sent = null;
		this.claimedAt = null;
		this.closed.forEach(Closed::beginAgain);
		this.notBefore = System.nanoTime() + time.toNanos();
	}

	private void round() throws SQLException, IOException, InterruptedException {
		SignedChain.Head head = this.chain.head();
		while (head != null && head.successor() != null) {
			goOnUnder(head.successor());
			head = this.chain.head();
		}
		if (head == null) {
			return;
		}
		lookForPredecessors();
		boolean here = claims();
		stands(head.size(), (this.sent != null) ? this.sent : this.mark, here);
		if (here) {
			if (messages().isOutgrown()) {
				closeMessages();
			}
			// First, as they may say that the chain went back.
			listen(messages());
			begin();
			send(head.size());
			sendOne(head.size());
			stands(head.size(), this.chain.position(), true);
			for (Closed before : this.closed) {
				sendRest(before);
			}
		}
	}

	/** To its end at first: who signs what the centre has others of makes a fork. */
	private void listen(CentreMessages messages) throws SQLException {
		long since = System.nanoTime();
		do {
			if (messages.take(WAIT, this::askedFor, this::askedForOne)) {
				since = System.nanoTime();
			}
			if (isOver(since, MOST_SILENCE)) {
				throw new KafkaException("The topic %s has an end that is not read, and nothing came of it for %s s"
					.formatted(this.properties.receiptsTopic(), MOST_SILENCE.toSeconds()));
			}
		}
		while (!messages.isReadToItsEnd() && isRunning());
	}

	private void stands(long size, long sent, boolean here) {
		this.statistics.stands(this.chain.chain(), size, sent, this.mark, here);
	}

	/** As after its database was restored. */
	private void goOnUnder(String successor) {
		this.chain = this.chain.under(successor);
		this.claimedAt = null;
		this.sent = null;
		this.marked = true;
		this.asked = new Asked();
		this.askedForOne = -1;
		this.lookedAt = System.nanoTime() - BETWEEN_LOOKS.toNanos() - 1;
		closeMessages();
	}

	/** They may be closed while it is sent. */
	private void lookForPredecessors() throws SQLException {
		if (!isOver(this.lookedAt, BETWEEN_LOOKS)) {
			return;
		}
		for (SignedChain before : this.chain.predecessors()) {
			if (this.closed.stream().noneMatch((known) -> known.chain.chain().equals(before.chain()))) {
				this.closed.add(new Closed(before));
				closeMessages();
			}
		}
		this.lookedAt = System.nanoTime();
	}

	/** Whether it is this instance that sends. */
	private boolean claims() throws SQLException {
		Long claimed = this.claimedAt;
		if (claimed != null && !isOver(claimed, BETWEEN_CLAIMS)) {
			return true;
		}
		Long mark = this.tables.claim(this.chain.chain(), this.instance, this.marked ? null : this.sent);
		this.claimedAt = (mark != null) ? (Long) System.nanoTime() : null;
		this.mark = (mark != null) ? mark : 0;
		this.marked = true;
		this.sent = (mark != null) ? this.sent : null;
		return mark != null;
	}

	private void begin() throws SQLException, IOException {
		long from = this.asked.take();
		if (this.sent == null) {
			// What was retired before it was ever sent is not missed here.
			this.chain.begin(Math.max(this.mark, this.chain.first()), messages().stored(this.chain));
			this.sent = this.chain.position();
		}
		if (from >= 0 && from < this.chain.position() && isHere(this.chain, from)) {
			this.chain.begin(from, messages().stored(this.chain));
			this.sent = this.chain.position();
			this.marked = false;
			this.statistics.resent();
		}
	}

	/** What was retired cannot be sent again. */
	private boolean isHere(SignedChain chain, long from) throws SQLException {
		long first = chain.first();
		if (from < first) {
			this.statistics.gone(chain.chain(), from, first);
		}
		return from >= first;
	}

	private void send(long size) throws SQLException, IOException, InterruptedException {
		if (this.chain.position() > size) {
			throw new CheckpointRefusedException("Chain '%s' went back: %s entries of it were sent, and it has %s"
				.formatted(this.chain.chain(), this.chain.position(), size));
		}
		Producer<byte[], byte[]> producer = producer();
		while (this.chain.position() < size && isRunning() && claims() && !this.asked.isWaiting()) {
			send(producer, this.chain.next(size));
			messages().take(Duration.ZERO, this::askedFor, this::askedForOne);
			stands(size, this.chain.position(), true);
		}
		if (this.chain.position() == size && isOver(this.heardAt, BETWEEN_NOTES)) {
			send(producer, List.of(this.chain.nothingNew()));
		}
	}

	/** So that what could not be taken is tried again, without all that follows. */
	private void sendOne(long size) throws SQLException, IOException, InterruptedException {
		long from = this.askedForOne;
		this.askedForOne = -1;
		if (from >= 0 && from < size && isHere(this.chain, from)) {
			SignedChain again = this.chain.under(this.chain.chain());
			again.begin(from, messages().stored(this.chain));
			acknowledge(producer(), again, again.next(Math.min(size, from + SignedChain.MOST_ENTRIES)).subList(0, 1));
			this.statistics.resent();
		}
	}

	/**
	 * Sends what was not sent of a chain that is closed, and the end of it again until
	 * the centre says that it is there. A portion at a time, as it is new entries that
	 * are waited for.
	 */
	private void sendRest(Closed before) throws SQLException, IOException, InterruptedException {
		SignedChain chain = before.chain;
		boolean asked = before.asked.isWaiting();
		if (before.isSent() && !asked && !isOver(before.saidAt, BETWEEN_REMINDERS)) {
			return;
		}
		Checkpoint stored = messages().stored(chain);
		long received = (stored != null) ? stored.size() : 0;
		if (before.isSent() && !asked && received >= before.size) {
			before.saidAt = System.nanoTime();
			return;
		}
		Long mark = this.tables.claim(chain.chain(), this.instance, before.marked ? null : chain.position());
		before.marked = true;
		if (mark == null) {
			return;
		}
		boolean told = before.size >= 0;
		long from = before.asked.take();
		if (from >= 0 && isHere(chain, from)) {
			before.size = chain.beginClosed(from, stored);
			this.statistics.resent();
		}
		else if (!told) {
			before.size = chain.beginClosed(Math.max(Math.max(mark, received), chain.first()), stored);
		}
		if (chain.position() < before.size) {
			acknowledge(producer(), chain, chain.next(before.size));
			before.marked = false;
		}
		else if (before.size > 0 && (!told || received < before.size)) {
			// The centre may know of an end that is lost.
			acknowledge(producer(), chain, List.of(chain.nothingNew()));
		}
		before.saidAt = System.nanoTime();
	}

	private void send(Producer<byte[], byte[]> producer, List<EntriesRecord> records)
			throws IOException, InterruptedException {
		long entries = acknowledge(producer, this.chain, records);
		this.sent = this.chain.position();
		this.marked = this.marked && entries == 0;
		this.heardAt = System.nanoTime();
	}

	private long acknowledge(Producer<byte[], byte[]> producer, SignedChain chain, List<EntriesRecord> records)
			throws InterruptedException {
		List<Future<RecordMetadata>> acknowledgements = new ArrayList<>(records.size());
		long entries = 0;
		for (EntriesRecord record : records) {
			acknowledgements.add(producer.send(record.to(this.properties.entriesTopic(), chain.log())));
			entries += record.count();
		}
		try {
			for (Future<RecordMetadata> acknowledgement : acknowledgements) {
				acknowledgement.get();
			}
		}
		catch (ExecutionException ex) {
			Throwable cause = ex.getCause();
			throw (cause instanceof KafkaException failure) ? failure : new KafkaException(cause);
		}
		this.statistics.sent(records.size(), entries);
		return entries;
	}

	private void askedFor(String chain, long from) {
		asked(chain).hear(from);
	}

	/** Of one that is closed it is the same. */
	private void askedForOne(String chain, long from) {
		if (!chain.equals(this.chain.chain())) {
			asked(chain).hear(from);
		}
		else if (isOver(this.triedAt, BETWEEN_TRIES)) {
			this.triedAt = System.nanoTime();
			this.askedForOne = from;
		}
	}

	private Asked asked(String chain) {
		return this.closed.stream()
			.filter((before) -> before.chain.chain().equals(chain))
			.findFirst()
			.map((before) -> before.asked)
			.orElse(this.asked);
	}

	private static boolean isOver(long since, Duration time) {
		return System.nanoTime() - since > time.toNanos();
	}

	private Producer<byte[], byte[]> producer() {
		Producer<byte[], byte[]> producer = this.producer;
		if (producer == null) {
			this.topics.run();
			producer = this.clients.producer("audit-publish");
			this.producer = producer;
		}
		return producer;
	}

	private CentreMessages messages() throws SQLException {
		CentreMessages messages = this.messages;
		if (messages == null) {
			Consumer<byte[], byte[]> consumer = this.clients.consumer("audit-receipts");
			try {
				messages = new CentreMessages(consumer, this.properties.receiptsTopic(), this.tables, this.chain,
						this.closed.stream().map((before) -> before.chain).toList(), this.centre, this.statistics);
			}
			catch (SQLException | RuntimeException ex) {
				// It is tried again with another one.
				consumer.close();
				throw ex;
			}
			this.messages = messages;
		}
		return messages;
	}

	private void closeClients(Duration wait) {
		Producer<byte[], byte[]> producer = this.producer;
		this.producer = null;
		closeMessages();
		if (producer != null) {
			producer.close(wait);
		}
	}

	private void closeMessages() {
		CentreMessages messages = this.messages;
		this.messages = null;
		if (messages != null) {
			messages.close();
		}
	}

	/** What is being sent is acknowledged, or not, before the clients are closed. */
	@Override
	protected void end(ScheduledExecutorService running) {
		running.execute(() -> closeClients(Duration.ofSeconds(1)));
		running.shutdown();
		try {
			if (!running.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
				running.shutdownNow();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** From where on a chain is to be sent again. */
	private static final class Asked {

		/** The place, or -1. */
		private long waiting = -1;

		private long from = -1;

		private long at;

		private Duration between = BETWEEN_RESENDS;

		/**
		 * Whoever repeats old requests costs little: only what is further on is heard at
		 * once.
		 */
		private void hear(long from) {
			if (from > this.from || isOver(this.at, this.between)) {
				// What did not help is done less often.
				this.between = (from == this.from) ? MOST_BETWEEN_RESENDS : BETWEEN_RESENDS;
				this.from = from;
				this.at = System.nanoTime();
				this.waiting = from;
			}
		}

		private boolean isWaiting() {
			return this.waiting >= 0;
		}

		private long take() {
			long from = this.waiting;
			this.waiting = -1;
			return from;
		}

	}

	/** A chain that goes on under another name, and how much of it is sent. */
	private static final class Closed {

		private final SignedChain chain;

		private final Asked asked = new Asked();

		/** How many entries of it can be sent, or -1 before it was begun. */
		private long size = -1;

		private boolean marked = true;

		private long saidAt;

		private Closed(SignedChain chain) {
			this.chain = chain;
		}

		private boolean isSent() {
			return this.size >= 0 && this.chain.position() >= this.size && this.marked;
		}

		/** Where Kafka has acknowledged. */
		private void beginAgain() {
			this.size = -1;
			this.marked = true;
		}

	}

}
