/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * What somebody must see at once. Published as an application event, so a method with
 * {@code @EventListener} is all that is needed to send a mail or a message:
 *
 * <pre>{@code
 * &#64;EventListener
 * void tell(AuditAlert alert) {
 *     this.mail.send("security@example.org", alert.message(), alert.remedy());
 * }
 * }</pre>
 *
 * It comes after the commit of what it tells of, on a thread of its own and in no
 * transaction. One instance of the application publishes it, once; only where a listener
 * throws, or the instance dies before it has noted that it was told, it comes again, with
 * the same {@link #id() id}.
 *
 * @since 0.1.0
 */
public final class AuditAlert {

	private final String id;

	private final Kind kind;

	private final @Nullable String chain;

	private final List<UUID> entries;

	private final @Nullable String actor;

	private final String message;

	private final String remedy;

	private AuditAlert(String id, Kind kind, @Nullable String chain, List<UUID> entries, @Nullable String actor,
			String message, String remedy) {
		this.id = id;
		this.kind = kind;
		this.chain = chain;
		this.entries = List.copyOf(entries);
		this.actor = actor;
		this.message = message;
		this.remedy = remedy;
	}

	/**
	 * Makes an alert, as the trail does and tests of listeners may.
	 * @param id what tells it apart from others
	 * @param kind what sort of thing it tells of
	 * @param chain the chain of the ledger that it is about, or {@code null}
	 * @param entries the entries that it is about, if any
	 * @param actor the id of whoever did it, or {@code null}
	 * @param message what happened, in a sentence
	 * @param remedy what to do now
	 * @return the alert
	 */
	public static AuditAlert of(String id, Kind kind, @Nullable String chain, List<UUID> entries,
			@Nullable String actor, String message, String remedy) {
		return new AuditAlert(id, kind, chain, entries, actor, message, remedy);
	}

	/**
	 * The same where it is told again.
	 * @return what tells it apart from other alerts
	 */
	public String id() {
		return this.id;
	}

	public Kind kind() {
		return this.kind;
	}

	/**
	 * The chain of the ledger that it is about.
	 * @return its name, or {@code null} if it is about no single one
	 */
	public @Nullable String chain() {
		return this.chain;
	}

	/**
	 * The entries that it is about.
	 * @return their ids; empty if what is wrong is at no entry
	 */
	public List<UUID> entries() {
		return this.entries;
	}

	/**
	 * Who did it.
	 * @return the actor's id, or {@code null} if it is unknown
	 */
	public @Nullable String actor() {
		return this.actor;
	}

	/**
	 * What happened.
	 * @return a sentence
	 */
	public String message() {
		return this.message;
	}

	/**
	 * What to do now.
	 * @return a sentence
	 */
	public String remedy() {
		return this.remedy;
	}

	@Override
	public String toString() {
		return this.kind + ": " + this.message;
	}

	/**
	 * What sort of thing an alert tells of. Constants are only ever added.
	 */
	public enum Kind {

		/** The ledger is not what it should be. */
		VERIFICATION_FAILED,

		/** A legal hold was lifted: what it kept may be erased now. */
		HOLD_LIFTED,

		/** Data of entries was erased. */
		ERASURE,

		/** An actor was refused more often than is usual. */
		REPEATED_DENIALS

	}

}
