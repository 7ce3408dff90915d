/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.approval;

import java.time.Instant;
import java.util.ArrayList;
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

import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * What calls have to pass that need approval, and where people decide on them.
 */
final class ApprovalGate implements CallApproval, Approvals {

	private static final String TARGET = "Approval";

	private static final int MOST = 100;

	/** Of one requester, so that nobody hides the requests of others. */
	private static final int MOST_OF_ONE = 50;

	private static final long LOOK_AGAIN_NANOS = 100_000_000;

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
	public UUID use(String action, String reason, Map<String, @Nullable Object> arguments,
			Map<String, @Nullable Object> visible, Origin origin) {
		String remedy = remedy(origin.actor());
		if (remedy != null) {
			throw new ApprovalException(
					"%s cannot be approved, as nothing tells who asks from others: %s".formatted(action, remedy));
		}
		String requester = requester(origin.actor());
		String digest = digest(action, arguments, origin);
		Approval approval = this.store.get()
			.latest(action, digest, requester, earliest())
			.orElseGet(() -> request(action, reason, visible, digest, origin));
		long deadline = System.nanoTime() + this.properties.waitFor().toNanos();
		while (approval.status() == Approval.Status.PENDING && System.nanoTime() - deadline < 0
				&& !Thread.currentThread().isInterrupted()) {
			LockSupport.parkNanos(LOOK_AGAIN_NANOS);
			approval = this.store.get().find(approval.id()).orElse(approval);
		}
		if (approval.status() == Approval.Status.REJECTED) {
			throw new ApprovalRejectedException(approval.id(), action);
		}
		if (!this.properties.waitFor().isZero() && !digest.equals(digest(action, arguments, origin))) {
			throw new ApprovalException(
					"The arguments of %s have changed since %s was asked for".formatted(action, approval.id()));
		}
		if (approval.status() != Approval.Status.GRANTED
				|| !this.store.get().move(approval.id(), Approval.Status.GRANTED, Approval.Status.USED, null, null)) {
			throw new ApprovalRequiredException(approval.id(), action);
		}
		return approval.id();
	}

	/** The same arguments mean something else in another tenant. */
	private String digest(String action, Map<String, @Nullable Object> arguments, Origin origin) {
		return this.identifiers.digest(WrittenArguments.of(action, origin.tenant(), arguments));
	}

	private Approval request(String action, String reason, Map<String, @Nullable Object> visible, String digest,
			Origin origin) {
		String requester = requester(origin.actor());
		if (this.store.get().countPending(requester, earliest()) >= MOST_OF_ONE) {
			throw new ApprovalException("%s cannot be asked for, as %s requests of %s wait for a decision already"
				.formatted(action, MOST_OF_ONE, requester));
		}
		List<String> delegation = origin.actor().delegation();
		String shown = this.identifiers.masking().mask(this.values.toJsonByMembers(visible)).toString();
		Approval approval = new Approval(Operation.newId(), action, reason.isEmpty() ? null : reason, shown, digest,
				requester, delegation.isEmpty() ? null : delegation.get(0), acting(origin.actor()), origin.tenant(),
				Instant.now(), Approval.Status.PENDING, null, null);
		AuditRecord entry = entry("approval.requested", approval).metadata("arguments", visible).build();
		apart(() -> this.decisions.get().inTransaction((store) -> {
			store.add(approval);
			this.recorder.record(entry, origin);
			return true;
		}));
		return approval;
	}

	private static List<String> acting(Actor actor) {
		List<String> acting = new ArrayList<>(actor.delegation());
		if (actor.impersonatorId() != null && !acting.contains(actor.impersonatorId())) {
			acting.add(0, actor.impersonatorId());
		}
		return acting;
	}

	@Override
	public List<Approval> pending(@Nullable UUID after) {
		Approval last = (after != null) ? this.store.get()
			.find(after)
			.orElseThrow(() -> new ApprovalException("There is no request %s".formatted(after))) : null;
		return this.store.get().pending(earliest(), last, MOST);
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
		if (actor.type() != ActorType.USER || !acting(actor).isEmpty() || actor.id().equals(ActorSource.UNKNOWN)) {
			return "Only a person who acts for themselves can decide";
		}
		// A directory may take any spelling of a name for the same one.
		if (requester(actor).equalsIgnoreCase(approval.requester())) {
			return "Nobody decides on their own request";
		}
		return approval.delegation().stream().anyMatch(actor.id()::equalsIgnoreCase)
				? "Nobody decides on a request that they made in somebody else's name" : null;
	}

	/** An approval of one would be that of all. */
	private static @Nullable String remedy(Actor actor) {
		if (actor.id().equals(ActorSource.UNKNOWN) && actor.type() == ActorType.USER) {
			return "set audit.actor.id-property, or declare an ActorResolver";
		}
		if (actor.type() == ActorType.ANONYMOUS || actor.id().equals(ActorSource.UNKNOWN)) {
			return "let whoever calls sign in, or declare an ActorResolver";
		}
		boolean nameless = actor.type() == ActorType.SYSTEM
				&& (actor.name() == null || actor.name().equals(Actor.system().name()));
		return nameless ? "let it run under a name, as by AuditContext.runAs(Actor.system(\"nightly-run\"), …)" : null;
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

	// All parts of the application have the same id.
	private static String requester(Actor actor) {
		return actor.type().name().toLowerCase(Locale.ROOT) + '/'
				+ ((actor.type() == ActorType.SYSTEM) ? actor.name() : actor.id());
	}

}
