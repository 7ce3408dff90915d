/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

import io.auditspring.AuditContext;
import io.auditspring.AuditContextHolder;
import io.auditspring.AuditRecord;
import io.auditspring.Outcome;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.value.FatalErrors;
import org.jspecify.annotations.Nullable;

/**
 * One audited call, or one recorded event, from its beginning until its entries are
 * delivered. Not thread-safe: it belongs to the thread that runs the call.
 */
public final class Operation implements AuditContext {

	private static final int MAX_HIDDEN = 1_000;

	private final UUID id;

	private final long startedNanos = System.nanoTime();

	private final Origin origin;

	private final AuditRecord outline;

	private final boolean capturesState;

	/** Makes what a value is now of what may change. */
	private final UnaryOperator<@Nullable Object> copy;

	/** Most calls have none, and are many. */
	private List<BiConsumer<AuditRecord.Builder, Texts>> amendments = List.of();

	private @Nullable BulkWork bulk;

	/** The kinds of changed entities whose state is not captured. */
	private volatile Map<Object, String> withoutState = Map.of();

	/** How often others changed that are too many to be told apart, by their kinds. */
	private volatile Map<String, Integer> furtherWithoutState = Map.of();

	private volatile @Nullable UUID entryId;

	private boolean skipped;

	private @Nullable ToldOutcome told;

	private volatile boolean undone;

	private volatile @Nullable String reason;

	/** What it found in sessions that nobody writes, by these. */
	private Map<Object, UnsavedWork> found = Map.of();

	/** What it left in them itself. */
	private Map<Object, UnsavedWork> left = Map.of();

	/** Secrets of calls within this one that failed. */
	private Set<String> hidden = Set.of();

	private volatile int attempt;

	private volatile boolean enclosing;

	/**
	 * Begins an operation.
	 * @param id shared by all that belongs to it
	 * @param origin who called, from where and when
	 * @param outline what is known of it beforehand
	 * @param capturesState whether its entries carry the state of changed entities
	 */
	public Operation(UUID id, Origin origin, AuditRecord outline, boolean capturesState) {
		this(id, origin, outline, capturesState, (value) -> value);
	}

	/**
	 * Begins an operation that is told details while it runs.
	 * @param id shared by all that belongs to it
	 * @param origin who called, from where and when
	 * @param outline what is known of it beforehand
	 * @param capturesState whether its entries carry the state of changed entities
	 * @param copy makes what a value is now of what may change
	 */
	public Operation(UUID id, Origin origin, AuditRecord outline, boolean capturesState,
			UnaryOperator<@Nullable Object> copy) {
		this.id = id;
		this.origin = origin;
		this.outline = outline;
		this.capturesState = capturesState;
		this.copy = copy;
	}

	/**
	 * Begins an operation of its own that captures no state.
	 * @param origin who called, from where and when
	 * @param outline what is known of it beforehand
	 */
	public Operation(Origin origin, AuditRecord outline) {
		this(newId(), origin, outline, false);
	}

	/**
	 * The operation that whatever begins now on this thread belongs to, such as the call
	 * of a tool.
	 * @return it, or {@code null} where what begins is an operation of its own
	 */
	public static @Nullable Operation enclosing() {
		return (AuditContextHolder.current() instanceof Operation operation && operation.enclosing) ? operation : null;
	}

	/**
	 * Says that whatever begins while this runs belongs to it.
	 */
	public void encloses() {
		this.enclosing = true;
	}

	/**
	 * Gives a new operation's id.
	 * @return a version 7 UUID
	 */
	public static UUID newId() {
		return TimeOrderedIds.next();
	}

	public UUID id() {
		return this.id;
	}

	public Origin origin() {
		return this.origin;
	}

	public AuditRecord outline() {
		return this.outline;
	}

	public boolean capturesState() {
		return this.capturesState;
	}

	public boolean isSkipped() {
		return this.skipped;
	}

	/**
	 * What the call itself said became of it, though it returned.
	 * @return that, or {@code null} if it said nothing
	 */
	public @Nullable ToldOutcome told() {
		return this.told;
	}

	/**
	 * Says that the transaction that this operation's own part belongs to was rolled
	 * back, while its result is still to come.
	 */
	public void undo() {
		this.undone = true;
	}

	/**
	 * Says that what this operation changed is not kept, though it returned.
	 * @param reason why not
	 */
	public void undo(String reason) {
		this.undone = true;
		this.reason = reason;
	}

	public boolean isUndone() {
		return this.undone;
	}

	/**
	 * Says what a session that nobody writes holds when this operation begins, or goes on
	 * after a call within it.
	 * @param work what that is
	 */
	public void finds(UnsavedWork work) {
		if (this.found.isEmpty()) {
			this.found = new IdentityHashMap<>(1);
		}
		this.found.put(work.session(), work);
	}

	/**
	 * Says what a session that nobody writes holds when this operation ends, or a call
	 * within it begins: what it did not find there it has lost itself, unless it is taken
	 * back or written until its end.
	 * @param work what that is
	 */
	public void leaves(UnsavedWork work) {
		if (this.left.isEmpty()) {
			this.left = new IdentityHashMap<>(1);
		}
		Object session = work.session();
		this.left.put(session, work.since(this.found.get(session), this.left.get(session)));
	}

	/**
	 * What it has told sessions that these do not write.
	 * @return one for each session, without what only calls within it have told
	 */
	public List<UnsavedWork> unsaved() {
		return this.left.values().stream().filter((work) -> !work.isSavedLater()).toList();
	}

	/**
	 * Why what this operation changed is not kept.
	 * @return that, or {@code null} if it is kept, or follows from the transaction
	 */
	public @Nullable String reason() {
		return this.reason;
	}

	/**
	 * Says what a call within this one has failed with must not tell: this one may fail
	 * with the same.
	 * @param secrets the texts of secrets
	 */
	public void hide(Set<String> secrets) {
		if (this.hidden.isEmpty() && !secrets.isEmpty()) {
			this.hidden = new LinkedHashSet<>();
		}
		if (!secrets.isEmpty()) {
			this.hidden.addAll(secrets);
			// Most likely it fails with one of the last.
			Iterator<String> oldest = this.hidden.iterator();
			for (int more = this.hidden.size() - MAX_HIDDEN; more > 0; more--) {
				oldest.next();
				oldest.remove();
			}
		}
	}

	public Set<String> hidden() {
		return this.hidden;
	}

	/**
	 * Says that this is one of several attempts.
	 * @param number which one, from 1
	 */
	public void isAttempt(int number) {
		this.attempt = number;
	}

	/**
	 * Which attempt at its call this is.
	 * @return its number from 1, or 0 where no other is known
	 */
	public int attempt() {
		return this.attempt;
	}

	/**
	 * Takes over what was said of an earlier part of the same operation.
	 * @param earlier the earlier part
	 */
	public void follow(Operation earlier) {
		List<BiConsumer<AuditRecord.Builder, Texts>> all = new ArrayList<>(earlier.amendments);
		all.addAll(this.amendments);
		this.amendments = all;
		this.skipped |= earlier.skipped;
		this.undone |= earlier.undone;
		this.told = (this.told != null) ? this.told : earlier.told;
	}

	public long elapsedMicros() {
		return (System.nanoTime() - this.startedNanos) / 1_000;
	}

	/**
	 * Says that an entity changed whose state is not captured.
	 * @param key what tells it from others
	 * @param type its kind as entries show it
	 * @return whether that is new
	 */
	public boolean changedWithoutState(Object key, String type) {
		if (this.withoutState.isEmpty()) {
			this.withoutState = new ConcurrentHashMap<>();
		}
		return this.withoutState.put(key, type) == null;
	}

	/**
	 * Says that an entity has not changed after all.
	 * @param key what was said of it
	 */
	public void takeBackWithoutState(Object key) {
		this.withoutState.remove(key);
	}

	/**
	 * Says that entities changed that are too many to be told apart.
	 * @param type their kind as entries show it
	 * @param times how often they did; less than nothing takes back what was said
	 */
	public void changedWithoutState(String type, int times) {
		if (this.furtherWithoutState.isEmpty()) {
			this.furtherWithoutState = new ConcurrentHashMap<>();
		}
		this.furtherWithoutState.merge(type, times,
				(before, more) -> (before + more != 0) ? (Integer) (before + more) : null);
	}

	/**
	 * How many entities changed without state.
	 * @return their number by their kinds
	 */
	Map<String, Integer> withoutState() {
		Map<String, Integer> counts = new TreeMap<>(this.furtherWithoutState);
		this.withoutState.values().forEach((type) -> counts.merge(type, 1, Integer::sum));
		return counts;
	}

	/**
	 * The statements with which the operation changes rows directly.
	 * @return them, to add to
	 */
	BulkWork bulk() {
		if (this.bulk == null) {
			this.bulk = new BulkWork();
		}
		return this.bulk;
	}

	boolean isBulk() {
		return this.bulk != null;
	}

	/**
	 * Applies what was set through the context during the call.
	 * @param record what the annotation says
	 * @param texts tells what identifies a thing
	 */
	public void amend(AuditRecord.Builder record, Texts texts) {
		this.amendments.forEach((amendment) -> amendment.accept(record, texts));
	}

	// Not before somebody asks: it begins with the time, by which it is told how long the
	// entry has been on its way.
	@Override
	public UUID entryId() {
		UUID entry = this.entryId;
		return (entry != null) ? entry : newEntryId();
	}

	private synchronized UUID newEntryId() {
		if (this.entryId == null) {
			this.entryId = TimeOrderedIds.next();
		}
		return this.entryId;
	}

	@Override
	public AuditContext target(@Nullable String type, @Nullable Object target) {
		return amend((record, texts) -> record.target(type, id(texts, type, target)));
	}

	@Override
	public AuditContext targetName(@Nullable String name) {
		return amend((record, texts) -> record.targetName(name));
	}

	@Override
	public AuditContext message(@Nullable String message) {
		return amend((record, texts) -> record.message(message));
	}

	@Override
	public AuditContext justification(@Nullable String justification) {
		return amend((record, texts) -> record.justification(justification));
	}

	@Override
	public AuditContext metadata(String key, @Nullable Object value) {
		Object said = this.copy.apply(value);
		return amend((record, texts) -> record.metadata(key, said));
	}

	@Override
	public AuditContext related(String type, Object related) {
		return amend((record, texts) -> {
			String id = id(texts, type, related);
			if (id != null) {
				record.related(type, id);
			}
		});
	}

	@Override
	public AuditContext failed(@Nullable String error) {
		this.told = new ToldOutcome(Outcome.FAILURE, error);
		return this;
	}

	@Override
	public AuditContext denied(@Nullable String error) {
		this.told = new ToldOutcome(Outcome.DENIED, error);
		return this;
	}

	@Override
	public AuditContext skip() {
		this.skipped = true;
		return this;
	}

	// The call must not fail because of how its target writes itself.
	private static @Nullable String id(Texts texts, @Nullable String type, @Nullable Object thing) {
		try {
			return texts.id(type, thing);
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			return "(no text: " + ex.getClass().getSimpleName() + ")";
		}
	}

	private AuditContext amend(BiConsumer<AuditRecord.Builder, Texts> amendment) {
		if (this.amendments.isEmpty()) {
			this.amendments = new ArrayList<>();
		}
		this.amendments.add(amendment);
		return this;
	}

	/**
	 * An outcome that a call told while it ran.
	 *
	 * @param outcome what became of it
	 * @param error what went wrong, or {@code null}
	 */
	public record ToldOutcome(Outcome outcome, @Nullable String error) {

	}

}
