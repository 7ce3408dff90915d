/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.actuate;

import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.auditspring.AuditSetupException;
import io.auditspring.Delivery;
import io.auditspring.delivery.Quarantine;
import io.auditspring.delivery.QuarantinedEntries;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.delivery.internal.outbox.Backlog;
import io.auditspring.delivery.internal.outbox.Relays;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.delivery.internal.worker.FailureReason;
import io.auditspring.delivery.internal.worker.WorkerStatus;
import io.auditspring.intercept.internal.call.DeclaredAction;
import io.auditspring.intercept.internal.catalogue.ActionCatalogue;
import io.auditspring.ledger.internal.table.SchemaStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * The state of delivery, and the quarantine. It shows what was done and why it was
 * refused, never what entries contain. Below {@code quarantine} its rows are listed, and
 * tried again by a write.
 *
 * @since 0.1.0
 */
@Endpoint(id = "audit")
public final class AuditEndpoint implements AopInfrastructureBean {

	private static final String QUARANTINE = "quarantine";

	private static final String ACTIONS = "actions";

	private static final String SCHEMA = "schema";

	private static final int MAX_ACTIONS = 1_000;

	private static final int MAX_ROWS = 100;

	private final Relays relays;

	private final AsyncBuffer buffer;

	private final Backlog backlog;

	private final DeliveryStatistics statistics;

	private final Quarantine quarantine;

	private final Delivery defaultDelivery;

	private final ActionCatalogue catalogue;

	private final Supplier<SchemaStatus> schema;

	AuditEndpoint(Relays relays, AsyncBuffer buffer, Backlog backlog, DeliveryStatistics statistics,
			Quarantine quarantine, Delivery defaultDelivery, ActionCatalogue catalogue, Supplier<SchemaStatus> schema) {
		this.relays = relays;
		this.buffer = buffer;
		this.backlog = backlog;
		this.statistics = statistics;
		this.quarantine = quarantine;
		this.defaultDelivery = defaultDelivery;
		this.catalogue = catalogue;
		this.schema = schema;
	}

	/**
	 * The state of delivery. The database is not asked.
	 * @return the state
	 */
	@ReadOperation
	public DeliveryDescriptor delivery() {
		Backlog.Measurement measured = this.backlog.last();
		return new DeliveryDescriptor(this.defaultDelivery, counts(),
				new BacklogDescriptor(measured.at(), measured.rows(), this.backlog.age().toSeconds(),
						measured.quarantined(), measured.unserved()),
				new BufferDescriptor(this.buffer.size(), this.buffer.capacity()),
				Stream.concat(this.relays.statuses().stream(), Stream.of(this.buffer.status()))
					.map(AuditEndpoint::describe)
					.toList(),
				this.statistics.lastFailure(), this.statistics.lastLoss());
	}

	private CountsDescriptor counts() {
		Map<Delivery, Long> recorded = new EnumMap<>(Delivery.class);
		for (Delivery mode : List.of(Delivery.TRANSACTIONAL, Delivery.ASYNC, Delivery.SYNC)) {
			recorded.put(mode, this.statistics.recorded(mode));
		}
		Map<FailureReason, Long> failed = new EnumMap<>(FailureReason.class);
		for (FailureReason reason : FailureReason.values()) {
			failed.put(reason, this.statistics.failed(reason));
		}
		return new CountsDescriptor(recorded, this.statistics.staged(), this.statistics.delivered(), failed,
				this.statistics.discarded(), this.statistics.quarantined());
	}

	private static WorkerDescriptor describe(WorkerStatus worker) {
		return new WorkerDescriptor(worker.name(), worker.isStarted() && !worker.isDead(), worker.failingSince(),
				worker.stalledFor().toSeconds(), worker.retries(), worker.lastFailure());
	}

	/**
	 * Shows a part.
	 * @param part {@code quarantine} for what the ledger refused, {@code actions} for
	 * what the application can leave in the trail, {@code schema} for the version of the
	 * audit schema
	 * @param limit the most rows to give, 100 of the quarantine and 1,000 actions if
	 * absent
	 * @return the part, or {@code null} if there is no such part
	 */
	@ReadOperation
	public @Nullable Object part(@Selector String part, @Nullable Integer limit) {
		return switch (part) {
			case QUARANTINE -> answer(() -> new QuarantineDescriptor(this.quarantine.count(),
					this.quarantine.list((limit != null && limit > 0) ? Math.min(limit, MAX_ROWS) : MAX_ROWS)));
			case ACTIONS -> actions((limit != null && limit > 0) ? Math.min(limit, MAX_ACTIONS) : MAX_ACTIONS);
			case SCHEMA -> answer(this.schema::get);
			default -> null;
		};
	}

	private ActionsDescriptor actions(int limit) {
		SortedMap<String, List<DeclaredAction>> actions = this.catalogue.actions();
		return new ActionsDescriptor(actions.size(),
				actions.entrySet()
					.stream()
					.limit(limit)
					.map((action) -> new ActionDescriptor(action.getKey(), action.getValue()))
					.toList(),
				this.catalogue.categories(), this.catalogue.targetTypes());
	}

	/**
	 * Tries quarantined entries again.
	 * @param part {@code quarantine}
	 * @param id the row to try, or {@code null} for all
	 * @return what became of each row by its id, or {@code null} if there is no such part
	 */
	@WriteOperation
	public @Nullable Object retry(@Selector String part, @Nullable Long id) {
		if (!part.equals(QUARANTINE)) {
			return null;
		}
		return answer(() -> (id != null) ? Map.of(id, this.quarantine.retry(id)) : this.quarantine.retryAll());
	}

	private static Object answer(Supplier<Object> question) {
		try {
			return question.get();
		}
		catch (AuditSetupException ex) {
			Map<String, Object> problem = new LinkedHashMap<>();
			problem.put("problem", ex.getMessage());
			problem.put("remedy", ex.getRemedy());
			return problem;
		}
	}

	/**
	 * The state of delivery.
	 *
	 * @param defaultDelivery the mode where an annotation names none
	 * @param entries what became of entries since the start
	 * @param backlog what waits in the outbox
	 * @param buffer what waits in the asynchronous buffer
	 * @param workers the background workers
	 * @param lastFailure when and why entries could last not be stored when they were
	 * handed over, or {@code null}; they are kept
	 * @param lastLoss when and why entries were last lost, or {@code null}
	 */
	public record DeliveryDescriptor(Delivery defaultDelivery, CountsDescriptor entries, BacklogDescriptor backlog,
			BufferDescriptor buffer, List<WorkerDescriptor> workers, DeliveryStatistics.@Nullable Failure lastFailure,
			DeliveryStatistics.@Nullable Failure lastLoss) {

	}

	/**
	 * What became of entries since the application started.
	 *
	 * @param recorded made by the application, by mode
	 * @param staged committed in the outbox
	 * @param delivered committed in the ledger
	 * @param failed could not be stored when they were handed over, by reason
	 * @param discarded dropped because the buffer was full
	 * @param quarantined refused by the ledger
	 */
	public record CountsDescriptor(Map<Delivery, Long> recorded, long staged, long delivered,
			Map<FailureReason, Long> failed, long discarded, long quarantined) {

	}

	/**
	 * What waits in the outbox.
	 *
	 * @param measuredAt when that was found out
	 * @param rows how many rows, each of one transaction
	 * @param ageSeconds how long the oldest has been waiting
	 * @param quarantined how many rows are in quarantine, {@code null} if the database
	 * user may not know
	 * @param unserved other chains of which rows wait that nobody seems to move
	 */
	public record BacklogDescriptor(Instant measuredAt, long rows, long ageSeconds, @Nullable Long quarantined,
			List<Backlog.Unserved> unserved) {

	}

	/**
	 * What waits in the asynchronous buffer.
	 *
	 * @param size how many entries
	 * @param capacity how many may
	 */
	public record BufferDescriptor(int size, int capacity) {

	}

	/**
	 * A background worker.
	 *
	 * @param name its name
	 * @param running whether it is at work or ready to
	 * @param failingSince since when every attempt has failed, or {@code null}
	 * @param stalledSeconds for how long the work at hand has not got on
	 * @param retries how often work was tried again
	 * @param lastFailure what went wrong last, or {@code null}
	 */
	public record WorkerDescriptor(String name, boolean running, @Nullable Instant failingSince, long stalledSeconds,
			long retries, DeliveryStatistics.@Nullable Failure lastFailure) {

	}

	/**
	 * What the application can leave in the trail.
	 *
	 * @param count how many actions
	 * @param actions the first of them, in the order of their letters
	 * @param categories the categories that are known
	 * @param targetTypes the types of targets that are known
	 */
	public record ActionsDescriptor(int count, List<ActionDescriptor> actions, Collection<String> categories,
			Collection<String> targetTypes) {

	}

	/**
	 * An action.
	 *
	 * @param action its name
	 * @param methods the audited methods that leave it; none where only a vocabulary
	 * names it
	 */
	public record ActionDescriptor(String action, List<DeclaredAction> methods) {

	}

	/**
	 * The quarantine.
	 *
	 * @param count how many rows there are
	 * @param rows the oldest of them
	 */
	public record QuarantineDescriptor(long count, List<QuarantinedEntries> rows) {

	}

}
