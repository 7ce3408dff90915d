/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.approval;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.Approval;
import io.auditspring.ApprovalException;
import io.auditspring.ApprovalPolicy;
import io.auditspring.ApprovalRejectedException;
import io.auditspring.ApprovalRequiredException;
import io.auditspring.ApprovalStore;
import io.auditspring.Approvals;
import io.auditspring.AuditRecord;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.capture.internal.actor.ActorSource;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.capture.internal.state.EntityIdentifiers;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.intercept.internal.access.CallApproval;
import io.auditspring.intercept.internal.call.EventRecorder;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * What calls have to pass that need approval, and where people decide on them.
 */
final class ApprovalGate implements CallApproval, Approvals {

	private static final String TARGET = "Approval";

	private static final int MOST = 100;

	private static final long LOOK_AGAIN_NANOS = 100_000_000;

	/** The same arguments are always written in the same way. */
	private static final JsonMapper JSON = JsonMapper.builder()
		.enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
		.enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
		.build();

	private final Supplier<ApprovalStore> store;

	private final Supplier<Decisions> decisions;

	private final Supplier<@Nullable ApprovalPolicy> policy;

	private final EventRecorder recorder;

	private final Origins origins;

	private final EntityIdentifiers identifiers;

	private final JsonValues values;

	private final ApprovalProperties properties;

	ApprovalGate(Supplier<ApprovalStore> store, Supplier<Decisions> decisions,
			Supplier<@Nullable ApprovalPolicy> policy, EventRecorder recorder, Origins origins,
			EntityIdentifiers identifiers, JsonValues values, ApprovalProperties properties) {
		this.store = store;
		this.decisions = decisions;
		this.policy = policy;
		this.recorder = recorder;
		this.origins = origins;
		this.identifiers = identifiers;
		this.values = values;
		this.properties = properties;
	}

	@Override
	public boolean isRequired(String action, Map<String, @Nullable Object> arguments) {
		ApprovalPolicy policy = this.policy.get();
		return policy != null && policy.requiresApproval(action, arguments);
	}

	@Override
	public UUID use(String action, String reason, Map<String, @Nullable Object> arguments) {
		Origin origin = this.origins.current();
		if (isUnknown(origin.actor())) {
			throw new ApprovalException(("%s cannot be approved, as nothing tells who asks from others: set "
					+ "audit.actor.id-property, or declare an ActorResolver")
				.formatted(action));
		}
		String requester = requester(origin.actor());
		String digest = this.identifiers.digest(written(action, arguments, origin.tenant()));
		Approval approval = this.store.get()
			.latest(action, digest, requester, earliest())
			.orElseGet(() -> request(action, reason, arguments, digest, origin));
		long deadline = System.nanoTime() + this.properties.waitFor().toNanos();
		while (approval.status() == Approval.Status.PENDING && System.nanoTime() - deadline < 0
				&& !Thread.currentThread().isInterrupted()) {
			LockSupport.parkNanos(LOOK_AGAIN_NANOS);
			approval = this.store.get().find(approval.id()).orElse(approval);
		}
		if (approval.status() == Approval.Status.REJECTED) {
			throw new ApprovalRejectedException(approval.id(), action);
		}
		if (approval.status() != Approval.Status.GRANTED
				|| !this.store.get().move(approval.id(), Approval.Status.GRANTED, Approval.Status.USED, null, null)) {
			throw new ApprovalRequiredException(approval.id(), action);
		}
		return approval.id();
	}

	/** The same arguments mean something else in another tenant. */
	private static String written(String action, Map<String, @Nullable Object> arguments, @Nullable String tenant) {
		try {
			return JSON.writeValueAsString((tenant != null) ? List.of(tenant, arguments) : arguments);
		}
		catch (JacksonException ex) {
			throw new ApprovalException("%s cannot be approved, as its arguments cannot be written as JSON (%s)"
				.formatted(action, ex.getClass().getSimpleName()));
		}
	}

	private Approval request(String action, String reason, Map<String, @Nullable Object> arguments, String digest,
			Origin origin) {
		List<String> delegation = origin.actor().delegation();
		String shown = this.identifiers.masking().mask(this.values.toJsonByMembers(arguments)).toString();
		Approval approval = new Approval(Operation.newId(), action, reason.isEmpty() ? null : reason, shown, digest,
				requester(origin.actor()), delegation.isEmpty() ? null : delegation.get(0), origin.tenant(),
				Instant.now(), Approval.Status.PENDING, null, null);
		this.store.get().add(approval);
		record(entry("approval.requested", approval).metadata("arguments", arguments).build(), origin);
		return approval;
	}

	@Override
	public List<Approval> pending() {
		return this.store.get().pending(earliest(), MOST);
	}

	@Override
	public Instant expiry(Approval request) {
		return request.requestedAt().plus(this.properties.validFor());
	}

	@Override
	public Approval grant(UUID id, String justification) {
		return decide(id, Approval.Status.GRANTED, justification);
	}

	@Override
	public Approval reject(UUID id, String justification) {
		return decide(id, Approval.Status.REJECTED, justification);
	}

	private Approval decide(UUID id, Approval.Status decision, String justification) {
		Approval approval = this.store.get()
			.find(id)
			.filter((found) -> !found.requestedAt().isBefore(earliest()))
			.orElseThrow(() -> new ApprovalException("There is no request %s to decide on".formatted(id)));
		if (justification.isBlank()) {
			throw new ApprovalException("A decision needs a justification");
		}
		Origin origin = this.origins.current();
		String action = (decision == Approval.Status.GRANTED) ? "approval.granted" : "approval.rejected";
		String objection = objection(approval, origin.actor());
		AuditRecord.Builder entry = entry(action, approval).justification(justification);
		if (objection == null && !apart(() -> this.decisions.get().inTransaction((store) -> {
			boolean moved = store.move(id, Approval.Status.PENDING, decision, origin.actor().id(), justification);
			if (moved) {
				this.recorder.record(entry.severity(Severity.INFO).build(), origin);
			}
			return moved;
		}))) {
			objection = "The request %s is decided already".formatted(id);
		}
		if (objection != null) {
			record(entry.outcome(Outcome.DENIED).error(objection).build(), origin);
			throw new ApprovalException(objection);
		}
		return this.store.get().find(id).orElse(approval);
	}

	private static @Nullable String objection(Approval approval, Actor actor) {
		if (actor.type() != ActorType.USER || actor.impersonatorId() != null || isUnknown(actor)) {
			return "Only a person who acts for themselves can decide";
		}
		return requester(actor).equals(approval.requester()) ? "Nobody decides on their own request" : null;
	}

	private static boolean isUnknown(Actor actor) {
		return actor.type() == ActorType.USER && actor.id().equals(ActorSource.UNKNOWN);
	}

	private static AuditRecord.Builder entry(String action, Approval approval) {
		return AuditRecord.action(action)
			.category("approval")
			.target(TARGET, approval.id())
			.metadata("action", approval.action())
			.metadata("digest", approval.digest())
			.metadata("requester", approval.requester());
	}

	private void record(AuditRecord record, Origin origin) {
		apart(() -> this.recorder.record(record, origin));
	}

	// What is stored must not be undone with the transaction of who asks; a new thread
	// has none.
	private static <T> T apart(Supplier<T> work) {
		if (!TransactionSynchronizationManager.isActualTransactionActive()) {
			return work.get();
		}
		CompletableFuture<T> done = new CompletableFuture<>();
		new Thread(() -> {
			try {
				done.complete(work.get());
			}
			catch (Throwable ex) {
				done.completeExceptionally(ex);
			}
		}, "audit-approval").start();
		try {
			return done.join();
		}
		catch (CompletionException ex) {
			throw (ex.getCause() instanceof RuntimeException cause) ? cause : ex;
		}
	}

	private Instant earliest() {
		return Instant.now().minus(this.properties.validFor());
	}

	private static String requester(Actor actor) {
		return actor.type().name().toLowerCase(Locale.ROOT) + '/' + actor.id();
	}

}
