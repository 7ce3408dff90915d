/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.buffer;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntrySize;

/**
 * Entries that wait, bounded in number and in bytes. It takes nothing while it is closed,
 * which it is until it is opened.
 */
final class EntryQueue {

	private final int capacity;

	private final long maxBytes;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition room = this.lock.newCondition();

	private final Condition filled = this.lock.newCondition();

	private final Queue<Sized> entries = new ArrayDeque<>();

	private long bytes;

	/** What somebody waits for; who adds wakes him only then. */
	private int wantedCount = Integer.MAX_VALUE;

	private long wantedBytes = Long.MAX_VALUE;

	private boolean open;

	EntryQueue(int capacity, long maxBytes) {
		this.capacity = capacity;
		this.maxBytes = maxBytes;
	}

	void open() {
		setOpen(true);
	}

	/**
	 * Takes nothing more, and lets nobody wait any longer.
	 */
	void close() {
		setOpen(false);
	}

	private void setOpen(boolean open) {
		this.lock.lock();
		try {
			this.open = open;
			this.room.signalAll();
			this.filled.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Takes an entry.
	 * @param entry the entry
	 * @param patience how long to wait for room
	 * @return whether it was taken: not where there is no room, or the queue is closed
	 * @throws InterruptedException if the thread is interrupted while it waits
	 */
	boolean offer(Entry entry, Duration patience) throws InterruptedException {
		long size = EntrySize.estimate(entry);
		long left = patience.toNanos();
		this.lock.lock();
		try {
			while (this.open && !fits(size) && left > 0) {
				left = this.room.awaitNanos(left);
			}
			return add(entry, size);
		}
		finally {
			this.lock.unlock();
		}
	}

	boolean offer(Entry entry) {
		long size = EntrySize.estimate(entry);
		this.lock.lock();
		try {
			return add(entry, size);
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean add(Entry entry, long size) {
		if (!this.open || !fits(size)) {
			return false;
		}
		this.entries.add(new Sized(entry, size));
		this.bytes += size;
		if (this.entries.size() >= this.wantedCount || this.bytes >= this.wantedBytes) {
			this.filled.signal();
		}
		return true;
	}

	// One that is larger than all the room there is would wait for ever.
	private boolean fits(long size) {
		return this.entries.isEmpty() || (this.entries.size() < this.capacity && this.bytes + size <= this.maxBytes);
	}

	/**
	 * Gives the oldest entries in their order, and forgets each when it is taken. What
	 * the taker has no memory for stays, with all after it.
	 * @param most how many at most
	 * @param mostBytes how much at most, but one entry in any case
	 * @param taker takes them; must not wait
	 */
	void poll(int most, long mostBytes, Consumer<Entry> taker) {
		this.lock.lock();
		try {
			long taken = 0;
			Sized next = this.entries.peek();
			for (int i = 0; next != null && i < most && (i == 0 || taken + next.bytes <= mostBytes); i++) {
				taker.accept(next.entry);
				this.entries.remove();
				this.bytes -= next.bytes;
				taken += next.bytes;
				next = this.entries.peek();
			}
		}
		finally {
			this.room.signalAll();
			this.lock.unlock();
		}
	}

	/**
	 * Those that wait, which stay.
	 * @return them, in their order
	 */
	List<Entry> entries() {
		this.lock.lock();
		try {
			return this.entries.stream().map((sized) -> sized.entry).toList();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Waits until there are so many entries, or so many bytes, or the queue is closed.
	 * @param count how many
	 * @param size how many bytes
	 * @param patience how long to wait
	 */
	void awaitFilled(int count, long size, Duration patience) {
		long left = patience.toNanos();
		this.lock.lock();
		try {
			this.wantedCount = Math.min(count, this.capacity);
			this.wantedBytes = Math.min(size, this.maxBytes);
			while (this.open && this.entries.size() < this.wantedCount && this.bytes < this.wantedBytes && left > 0) {
				left = this.filled.awaitNanos(left);
			}
		}
		catch (InterruptedException ex) {
			// Whoever waits here writes what there is.
			Thread.currentThread().interrupt();
		}
		finally {
			this.wantedCount = Integer.MAX_VALUE;
			this.wantedBytes = Long.MAX_VALUE;
			this.lock.unlock();
		}
	}

	int size() {
		this.lock.lock();
		try {
			return this.entries.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	long bytes() {
		this.lock.lock();
		try {
			return this.bytes;
		}
		finally {
			this.lock.unlock();
		}
	}

	private record Sized(Entry entry, long bytes) {

	}

}
